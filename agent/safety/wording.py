"""Regexes kept as data: folding what people type, and compiling a pattern only when a text may match it.

Compiling is the dear part of a first turn, so every pattern names a few ``hints``: plain substrings of
which at least one must stand in the text before the regex is even compiled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from typing import Any

from agent.characters import characters

_TYPED = "\u2018\u2019\u201b\u00b4`\u201c\u201d\u3000\u00a0\t"
_PLAIN = "'''''\"\"   "
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\ufe0f]")


@cache
def _table() -> Mapping[int, int | str]:
    """One character for one, so that offsets in the folded text are offsets in the original."""
    table: dict[int, int | str] = dict(characters("traditional"))
    table |= {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，！？；：（）"}
    return table | dict(zip(map(ord, _TYPED), map(ord, _PLAIN), strict=True))


@dataclass(frozen=True, slots=True)
class Folded:
    """Lower-cased text for matching, and the way back to the exact words of the person."""

    text: str
    original: str
    offsets: tuple[int, ...] = ()
    """Index in ``original`` of every character, where characters were removed; else empty."""

    def exact(self, start: int, end: int) -> str:
        if self.offsets:
            start, end = self.offsets[start], self.offsets[end - 1] + 1
        return self.original[start:end]


@lru_cache(maxsize=256)
def fold(text: str) -> Folded:
    """Lower case, straight quotes, half-width letters, simplified characters; invisible characters removed."""
    if _INVISIBLE.search(text):
        kept = [i for i, char in enumerate(text) if not _INVISIBLE.match(char)]
        return Folded(_lower("".join(text[i] for i in kept)), text, tuple(kept))
    return Folded(_lower(text), text)


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, such as the Turkish dotted I, grow when lower-cased
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(_table())


@cache
def compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex over folded text, tried only where one of its hints occurs."""

    source: str
    hints: tuple[str, ...] = ()

    def possible(self, text: str) -> bool:
        return not self.hints or any(hint in text for hint in self.hints)

    def search(self, text: str) -> re.Match[str] | None:
        return compiled(self.source).search(text) if self.possible(text) else None

    def finditer(self, text: str) -> list[re.Match[str]]:
        return list(compiled(self.source).finditer(text)) if self.possible(text) else []


def expand(source: str, macros: Mapping[str, str]) -> str:
    """Replace ``<<name>>`` by the named piece of regex; a group in a repeated piece gets a number (who1, who2).

    Raises:
        KeyError: the data names a piece that is not there.
    """
    while re.search(r"<<\w+>>", source):
        source = re.sub(r"<<(\w+)>>", lambda match: macros[match[1]], source)
    number = count(1)
    return re.sub(r"\(\?P<(\w+)>", lambda match: f"(?P<{match[1]}{next(number)}>", source)


def pattern(entry: Mapping[str, Any], macros: Mapping[str, str]) -> Pattern:
    hints: Sequence[str] = entry.get("hints", ())
    return Pattern(expand(entry["match"], macros), tuple(hints))
