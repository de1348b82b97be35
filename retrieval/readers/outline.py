"""Collects lines under headings and turns them into sections."""

from __future__ import annotations

from retrieval.passage import Section
from retrieval.readers.decode import tidy


class Outline:
    """Headings and lines in reading order. The first heading of level 1 is the title."""

    def __init__(self) -> None:
        self.title = ""
        self._path: list[tuple[int, str]] = []
        self._parts: list[tuple[str, list[str]]] = [("", [])]

    def heading(self, level: int, text: str) -> None:
        """Start a section; its heading names the headings above it, the title excepted."""
        if not text:
            return
        if level == 1 and not self.title:
            self.title = text
            self._path = []
        else:
            self._path = [(above, name) for above, name in self._path if above < level] + [(level, text)]
        self._parts.append((" › ".join(name for _, name in self._path), []))

    def line(self, text: str) -> None:
        if text.strip():
            self._parts[-1][1].append(text)

    def sections(self) -> tuple[Section, ...]:
        """Sections that hold text, numbered in order."""
        filled = [(heading, tidy("\n".join(lines))) for heading, lines in self._parts if lines]
        filled = [(heading, text) for heading, text in filled if text]
        return tuple(
            Section(text=text, heading=heading, anchor=f"s{order}")
            for order, (heading, text) in enumerate(filled, 1)
        )
