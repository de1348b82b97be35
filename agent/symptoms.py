"""Find symptoms of the shared vocabulary in what a person wrote, in either language.

English phrases match by stems inside one clause, in any order and with a word or two between
("pain in my chest" is "chest pain"); Chinese phrases match as they stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import Stemmer

from agent.safety.findings import simplified
from retrieval.handbook.outline import Named, load_outline

_CLAUSE_END = re.compile(r"[.;:!?。；：！？\n]|,|，|、")
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|\d+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FILLER = frozenset(["a", "an", "the", "my", "his", "her", "their", "your", "our", "is", "are", "was", "were", "am", "be", "been", "of", "in", "on", "at", "to", "and", "or", "with", "some", "any", "it", "i", "me", "so", "very", "really", "just", "like", "have", "has", "had", "having", "got", "get", "getting", "feel", "feels", "feeling", "felt", "there", "this", "that", "from", "for"])  # fmt: skip
_OTHER_SENSE = {"fall": frozenset(["asleep", "pregnant", "behind", "apart"])}
"""A one-word symptom, as a stem, and the next words with which it means something else ("fall asleep")."""
_SLACK = 2
"""Words that may stand between the words of an English phrase."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A symptom named at ``text[start:end]``; whether it is there, denied or someone else's is decided elsewhere."""

    symptom: str
    start: int
    end: int


@dataclass(frozen=True)
class SymptomMatcher:
    _english: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    _chinese: Mapping[str, tuple[tuple[str, str], ...]]

    @classmethod
    @cache
    def load(cls) -> SymptomMatcher:
        return cls.of(load_outline().symptoms)

    @classmethod
    def of(cls, symptoms: tuple[Named, ...]) -> SymptomMatcher:
        english: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        chinese: dict[str, list[tuple[str, str]]] = defaultdict(list)
        stem = Stemmer.Stemmer("english")
        for symptom in symptoms:
            for phrase in {symptom.en, *symptom.other_en}:
                stems = tuple(stem.stemWords(_content_words(phrase)))
                if stems:
                    english[stems[0]].append((symptom.id, stems))
            for phrase in {symptom.zh, *symptom.other_zh}:
                if len(phrase) > 1:
                    chinese[phrase[:2]].append((symptom.id, phrase))
        return cls(
            {key: tuple(value) for key, value in english.items()},
            {key: tuple(sorted(value, key=lambda pair: -len(pair[1]))) for key, value in chinese.items()},
        )

    def find(self, text: str) -> tuple[Mention, ...]:
        """Every symptom named, each once a place, in order of appearance."""
        found = {*self._find_english(text), *self._find_chinese(text)}
        return tuple(sorted(found, key=lambda mention: (mention.start, -mention.end, mention.symptom)))

    def _find_english(self, text: str) -> Iterator[Mention]:
        stem = Stemmer.Stemmer("english")
        for offset, clause in _clauses(text):
            words = [match for match in _WORD.finditer(clause) if match.group().lower() not in _FILLER]
            stems = stem.stemWords([match.group().lower() for match in words])
            for place, first in enumerate(stems):
                for symptom, phrase in self._english.get(first, ()):
                    span = _window(stems, place, phrase)
                    if span and not _means_otherwise(stems, place, phrase, clause[: words[place].start()]):
                        yield Mention(symptom, offset + words[span[0]].start(), offset + words[span[1]].end())

    def _find_chinese(self, text: str) -> Iterator[Mention]:
        if not _HAN.search(text):
            return
        text = simplified(text)
        for start in range(len(text) - 1):
            for symptom, phrase in self._chinese.get(text[start : start + 2], ()):
                if text.startswith(phrase, start):
                    yield Mention(symptom, start, start + len(phrase))


_FELT = re.compile(
    r"\b(?:feel\w*|felt|am|i'm|so|very|always|really|is|are|gets?|getting|all)\s+$", re.IGNORECASE
)
"""Before "cold" where it is a feeling; "a cold" is an illness, "the cold" the weather."""


def _means_otherwise(stems: list[str], place: int, phrase: tuple[str, ...], before: str) -> bool:
    if phrase == ("cold",) and not _FELT.search(before):
        return True
    following = stems[place + 1 : place + 2]
    return len(phrase) == 1 and bool(_OTHER_SENSE.get(phrase[0], frozenset()).intersection(following))


def _clauses(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in _CLAUSE_END.finditer(text):
        yield start, text[start : match.start()]
        start = match.end()
    yield start, text[start:]


def _content_words(phrase: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(phrase)]
    return [word for word in words if word not in _FILLER] or words


def _window(stems: list[str], place: int, phrase: tuple[str, ...]) -> tuple[int, int] | None:
    """First and last position of all words of ``phrase`` around ``place``, or nothing."""
    if len(phrase) == 1:
        return place, place
    reach = len(phrase) - 1 + _SLACK
    low, high = max(0, place - reach), min(len(stems), place + reach + 1)
    positions = [place]
    for wanted in phrase[1:]:
        near = [at for at in range(low, high) if stems[at] == wanted and at not in positions]
        if not near:
            return None
        positions.append(min(near, key=lambda at: abs(at - place)))
    first, last = min(positions), max(positions)
    return (first, last) if last - first <= reach else None
