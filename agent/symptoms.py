"""Find symptoms of the shared vocabulary in what a person wrote, in either language.

English phrases match by stems inside one clause, in any order and with a word or two between
("pain in my chest" is "chest pain"); Chinese phrases match as they stand, with adverbs read over. What no list of
phrases can hold, a part of the body and what is felt in it with words between, comes from ``data/wordings.yaml``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import Stemmer

from agent.characters import simplified
from agent.wordings import ChineseWordings, Wordings, squeezed
from retrieval.handbook.outline import Named, load_outline

_CLAUSE_END = re.compile(r"[.;:!?。；：！？\n]|,|，|、")
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|\d+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FILLER = frozenset(["a", "an", "the", "my", "his", "her", "their", "your", "our", "is", "are", "was", "were", "am", "be", "been", "of", "in", "on", "at", "to", "and", "or", "with", "some", "any", "it", "i", "me", "so", "very", "really", "just", "like", "have", "has", "had", "having", "got", "get", "getting", "feel", "feels", "feeling", "felt", "there", "this", "that", "from", "for"])  # fmt: skip
_OTHER_SENSE = {"fall": frozenset(["asleep", "pregnant", "behind", "apart"])}
"""A one-word symptom, as a stem, and the next words with which it means something else ("fall asleep")."""
_SLACK = 2
"""Words that may stand between the words of an English phrase."""
_JOINED = re.compile(r"\b(?:and|or|but|with|plus|also)\b", re.IGNORECASE)
"""Over these a phrase reads forwards only: "high fever and mild headache" is no mild fever."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A symptom named at ``text[start:end]``; whether it is there, denied or someone else's is decided elsewhere."""

    symptom: str
    start: int
    end: int
    words: tuple[tuple[int, int], ...] = ()
    """Where the words that name it stand; between them may be others ("my throat doesn't hurt")."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English wording of a symptom, as stems."""

    symptom: str
    stems: tuple[str, ...]
    close: bool = False
    """Written without little words ("mild fever"), so that its words belong together."""
    leans: re.Pattern[str] | None = None
    """The wording with its little words, where the one word that is left without them means other things too."""


@dataclass(frozen=True)
class SymptomMatcher:
    _english: Mapping[str, tuple[Phrase, ...]]
    _chinese: Mapping[str, tuple[tuple[str, str], ...]]
    _wordings: Wordings = field(default_factory=Wordings)
    _chinese_wordings: ChineseWordings = field(default_factory=lambda: ChineseWordings.of(Wordings()))

    @classmethod
    @cache
    def load(cls) -> SymptomMatcher:
        return cls.of(load_outline().symptoms, Wordings.load())

    @classmethod
    def of(cls, symptoms: tuple[Named, ...], wordings: Wordings | None = None) -> SymptomMatcher:
        more = wordings or Wordings()
        english: dict[str, dict[Phrase, None]] = defaultdict(dict)
        chinese: dict[str, list[tuple[str, str]]] = defaultdict(list)
        stem = Stemmer.Stemmer("english")
        listed = [(symptom.id, phrase) for symptom in symptoms for phrase in (symptom.en, *symptom.other_en)]
        for symptom, phrase in (*listed, *more.english):
            stems = tuple(stem.stemWords(_content_words(phrase)))
            if stems:
                leans = _with_little_words(phrase) if len(stems) == 1 and stems[0] in more.lean else None
                close = len(stems) == len(_WORD.findall(phrase))
                english[stems[0]][Phrase(symptom, stems, close, leans)] = None
        for one in symptoms:
            for phrase in {one.zh, *one.other_zh}:
                if len(phrase) > 1:
                    chinese[phrase[:2]].append((one.id, phrase))
        return cls(
            {key: tuple(value) for key, value in english.items()},
            {key: tuple(sorted(value, key=lambda pair: -len(pair[1]))) for key, value in chinese.items()},
            more,
            ChineseWordings.of(more),
        )

    def find(self, text: str) -> tuple[Mention, ...]:
        """Every symptom named, each once a place, in order of appearance."""
        found = {*self._find_english(text), *self._find_chinese(text)}
        kept = (one for one in found if not self._gives_way(one, text, found))
        return tuple(sorted(kept, key=lambda mention: (mention.start, -mention.end, mention.symptom)))

    def _gives_way(self, mention: Mention, text: str, found: set[Mention]) -> bool:
        """Whether a wide word ("itchy") is only part of a narrower symptom that is named around it ("itchy eyes")."""
        return text[mention.start : mention.end].lower() in self._wordings.broad and any(
            other.start <= mention.start
            and other.end >= mention.end
            and (other.end - other.start) > (mention.end - mention.start)
            for other in found
            if other.symptom != mention.symptom
        )

    def _find_english(self, text: str) -> Iterator[Mention]:
        stem = Stemmer.Stemmer("english")
        for offset, clause in _clauses(text):
            words = [match for match in _WORD.finditer(clause) if match.group().lower() not in _FILLER]
            stems = stem.stemWords([match.group().lower() for match in words])
            for place, first in enumerate(stems):
                for phrase in self._english.get(first, ()):
                    span = _window(stems, place, phrase.stems)
                    if span is None or _means_otherwise(
                        stems, place, phrase.stems, clause[: words[place].start()]
                    ):
                        continue
                    start, end = words[span[0]].start(), words[span[-1]].end()
                    if not self._misread(phrase, clause, words[place], start, end):
                        named = tuple((offset + words[at].start(), offset + words[at].end()) for at in span)
                        yield Mention(phrase.symptom, offset + start, offset + end, named)

    def _misread(self, phrase: Phrase, clause: str, first: re.Match[str], start: int, end: int) -> bool:
        """Whether the same stems say something else here: another form of the word, little words missing, an "and"."""
        if len(phrase.stems) == 1:
            if phrase.leans is not None:
                return phrase.leans.search(clause) is None
            return first.group().lower() in self._wordings.other_forms
        backwards = phrase.close and len(phrase.stems) == 2 and first.start() > start
        return backwards and _JOINED.search(clause, start, end) is not None

    def _find_chinese(self, text: str) -> Iterator[Mention]:
        if not _HAN.search(text):
            return
        text = simplified(text)
        short, places = squeezed(text, self._wordings.adverbs)
        readings = (
            [(text, range(len(text)))] if short == text else [(text, range(len(text))), (short, places)]
        )
        for reading, where in readings:
            for symptom, start, end in self._listed_chinese(reading):
                yield Mention(symptom, where[start], where[end - 1] + 1)
            for symptom, start, end in self._chinese_wordings.find(reading):
                yield Mention(symptom, where[start], where[end - 1] + 1)

    def _listed_chinese(self, text: str) -> Iterator[tuple[str, int, int]]:
        for start in range(len(text) - 1):
            for symptom, phrase in self._chinese.get(text[start : start + 2], ()):
                if text.startswith(phrase, start):
                    yield symptom, start, start + len(phrase)


_FELT = re.compile(
    r"\b(?:feel\w*|felt|am|i'm|so|very|always|really|is|are|gets?|getting|all)\s+$", re.IGNORECASE
)
"""Before "cold" where it is a feeling; "a cold" is an illness, "the cold" the weather."""


def _means_otherwise(stems: list[str], place: int, phrase: tuple[str, ...], before: str) -> bool:
    if phrase == ("cold",) and not _FELT.search(before):
        return True
    following = stems[place + 1 : place + 2]
    return len(phrase) == 1 and bool(_OTHER_SENSE.get(phrase[0], frozenset()).intersection(following))


_INFLECTED = {
    form: pattern
    for forms, pattern in (
        ("feel feels feeling felt", r"(?:feel(?:s|ing)?|felt)"),
        ("have has had having got get getting", r"(?:ha(?:ve|s|d|ving)|g[eo]t(?:ting)?|took|'ve|had)"),
    )
    for form in forms.split()
}


def _with_little_words(phrase: str) -> re.Pattern[str]:
    """ "feeling down" also as "felt so down", "had a fall" as "have had a bad fall"; "lost" alone is neither."""
    words = [word.lower() for word in _WORD.findall(phrase)]
    kept = [word for word in words if word not in ("a", "an", "the", "very", "of")]
    parts = [_INFLECTED.get(word, re.escape(word)) for word in kept]
    return re.compile(r"\b" + r"\W+(?:\w+\W+){0,2}".join(parts) + r"\b", re.IGNORECASE)


def _clauses(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in _CLAUSE_END.finditer(text):
        yield start, text[start : match.start()]
        start = match.end()
    yield start, text[start:]


def _content_words(phrase: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(phrase)]
    return [word for word in words if word not in _FILLER] or words


def _window(stems: list[str], place: int, phrase: tuple[str, ...]) -> list[int] | None:
    """Where the words of ``phrase`` stand around ``place``, in order, or nothing."""
    if len(phrase) == 1:
        return [place]
    reach = len(phrase) - 1 + _SLACK
    low, high = max(0, place - reach), min(len(stems), place + reach + 1)
    positions = [place]
    for wanted in phrase[1:]:
        near = [at for at in range(low, high) if stems[at] == wanted and at not in positions]
        if not near:
            return None
        positions.append(min(near, key=lambda at: abs(at - place)))
    positions.sort()
    return positions if positions[-1] - positions[0] <= reach else None
