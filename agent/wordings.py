"""Everyday wordings of symptoms beyond the handbook's lay names: ``data/wordings.yaml``, ready to match.

The handbook lists phrases. What people write has words in between ("膝盖一弯就有点疼", "my neck has been hurting"),
so a part of the body and what is felt in it are listed once each and put together here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from agent.tables import table

_GAP = r"[^，。；：！？,.;:!?、\s不没无未]{0,6}"
"""What may stand for "…"."""
_REACH = 8
"""Characters between a part of the body and what is felt in it."""
_STOP = re.compile(r"[，。；：！？,.;:!?、\n]")
_LINK = re.compile(r"(?:和|跟|与|及|以及|还有|或|连着|到)?$")
"""Between two parts that share what is felt in them: "胳膊和腿都疼", "头颈疼"."""
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Part:
    """A part of the body and the symptom that each sensation in it is."""

    chinese: tuple[str, ...]
    symptoms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wordings:
    english: tuple[tuple[str, str], ...] = ()
    """Symptom and phrase."""
    chinese: tuple[tuple[str, str], ...] = ()
    """Symptom and pattern."""
    parts: tuple[Part, ...] = ()
    sensations: tuple[tuple[str, str], ...] = ()
    """Sensation and its Chinese pattern."""
    other_forms: frozenset[str] = frozenset()
    lean: frozenset[str] = frozenset()
    broad: frozenset[str] = frozenset()
    adverbs: re.Pattern[str] = _NEVER

    @classmethod
    @cache
    def load(cls) -> Wordings:
        raw = table("wordings")
        said = [(symptom, one) for symptom, names in raw["wordings"].items() for one in names.get("en", ())]
        composed = [
            (symptom, f"{part} {word}")
            for names in raw["parts"]
            for felt, symptom in names.items()
            if felt not in ("en", "zh")
            for part in names.get("en", "").split()
            for word in raw["sensations"][felt]["en"].split()
        ]
        return cls(
            english=(*said, *composed),
            chinese=tuple(
                (symptom, one.replace("…", _GAP))
                for symptom, names in raw["wordings"].items()
                for one in names.get("zh", ())
            ),
            parts=tuple(
                Part(
                    tuple(names["zh"]),
                    tuple((felt, symptom) for felt, symptom in names.items() if felt not in ("en", "zh")),
                )
                for names in raw["parts"]
                if "zh" in names
            ),
            sensations=tuple((felt, words["zh"]) for felt, words in raw["sensations"].items()),
            other_forms=frozenset(raw["other_forms"].split()),
            lean=frozenset(raw["lean"].split()),
            broad=frozenset(raw["broad"].split()),
            adverbs=re.compile("".join(raw["adverbs"].split())),
        )


def squeezed(text: str, adverbs: re.Pattern[str]) -> tuple[str, Sequence[int]]:
    """The text without its adverbs, and where each of its characters stood."""
    gone = {at for match in adverbs.finditer(text) for at in range(match.start(), match.end())}
    places = [at for at in range(len(text)) if at not in gone]
    return "".join(text[at] for at in places), places


@dataclass(frozen=True)
class ChineseWordings:
    """The Chinese half, compiled."""

    _patterns: tuple[tuple[str, re.Pattern[str]], ...]
    _anywhere: re.Pattern[str]
    """Any part of the body; the group's number is the part's place in ``_parts``, counted from 1."""
    _felt: re.Pattern[str]
    _parts: tuple[dict[str, str], ...] = field(default_factory=tuple)

    @classmethod
    def of(cls, wordings: Wordings) -> ChineseWordings:
        by_symptom: dict[str, list[str]] = {}
        for symptom, pattern in wordings.chinese:
            by_symptom.setdefault(symptom, []).append(pattern)
        named = sorted(
            ((number, word) for number, part in enumerate(wordings.parts) for word in part.chinese),
            key=lambda pair: -len(re.sub(r"\(\?<?!.*?\)", "", pair[1])),
        )
        felt = "|".join(f"(?P<{name}>{pattern})" for name, pattern in wordings.sensations)
        return cls(
            tuple((symptom, re.compile("|".join(all_of))) for symptom, all_of in by_symptom.items()),
            re.compile("|".join(f"(?P<p{number}_{at}>{word})" for at, (number, word) in enumerate(named)))
            if named
            else _NEVER,
            re.compile(felt) if felt else _NEVER,
            tuple(dict(part.symptoms) for part in wordings.parts),
        )

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Symptom, start and end of every wording; of what is felt in a part, the words that say what is felt:
        whether it is denied is read there ("膝盖不疼")."""
        for symptom, pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield symptom, match.start(), match.end()
        yield from self._composed(text)

    def _composed(self, text: str) -> Iterator[tuple[str, int, int]]:
        found = list(self._anywhere.finditer(text))
        ends = [_limit(text, match.end()) for match in found]
        for place in reversed(range(len(found) - 1)):
            one, following = found[place], found[place + 1]
            if following.start() < ends[place]:
                linked = _LINK.match(text[one.end() : following.start()])
                ends[place] = ends[place + 1] if linked else following.start()
        for match, end in zip(found, ends, strict=True):
            symptoms = self._parts[int(str(match.lastgroup)[1:].split("_")[0])]
            for felt in self._felt.finditer(text, match.end(), end):
                symptom = symptoms.get(str(felt.lastgroup))
                if symptom:
                    yield symptom, felt.start(), felt.end()


def _limit(text: str, start: int) -> int:
    stop = _STOP.search(text, start)
    # What is felt may itself be a few characters long.
    return min(stop.start() if stop else len(text), start + _REACH + 3)
