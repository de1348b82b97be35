"""Does search find the card that answers? Questions with their acceptable cards, scored as hit@k."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.jsonl import read_jsonl
from retrieval.filters import ANYONE, Filters

if TYPE_CHECKING:
    from retrieval.search import Index

EVERYDAY = Path(__file__).parent / "questions" / "everyday.jsonl"
CUTS = (1, 3, 5, 10)
"""The k of hit@k."""
PATIENT = frozenset({ANYONE, "patient"})
"""Passages a patient may be shown: the clinician's sections stay out."""
_PASSAGES = 4
"""Passages fetched for each document wanted: a card often holds several of the best."""
_SHAPE = '{"_id": "…", "text": "…", "language": "en" or "zh", "cards": ["condition/…", …]}'


@dataclass(frozen=True, slots=True)
class Question:
    """What someone typed, and the cards any of which answers it (the best one first)."""

    id: str
    text: str
    language: str
    cards: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Of the best card: ``condition``, ``medicine``, ``test`` or ``topic``."""
        return self.cards[0].partition("/")[0]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question with the documents that search put first."""

    question: Question
    found: tuple[str, ...]

    @property
    def rank(self) -> int | None:
        """Place of the first acceptable card, from 1; ``None`` where it is not among ``found``."""
        return rank_of(self.question.cards, self.found)


@dataclass(frozen=True, slots=True)
class HitRates:
    """How many of ``n`` have the right document among the first k."""

    n: int
    within: dict[int, int]

    def as_json(self) -> dict[str, int]:
        return {"n": self.n, **{f"hit@{k}": hits for k, hits in self.within.items()}}


def load_questions(path: Path = EVERYDAY) -> tuple[Question, ...]:
    """Questions of a JSONL file.

    Raises:
        UsageError: the file cannot be read, is empty, or a line is no question.
    """
    return read_jsonl(path, _question, _SHAPE)


def rank_of(wanted: Iterable[str], found: Sequence[str]) -> int | None:
    """Place of the first wanted document in ``found``, from 1."""
    acceptable = set(wanted)
    return next((place for place, name in enumerate(found, start=1) if name in acceptable), None)


def first_documents(index: Index, text: str, language: str, k: int = CUTS[-1]) -> tuple[str, ...]:
    """The ``k`` best distinct documents for a patient's text, best first, as an answer would meet them.

    Ranked by passages, like the search behind an answer, so that the first three here are the first three
    cards someone is shown. Fewer than ``k`` where few cards hold all the best passages.
    """
    hits = index.search(text, _PASSAGES * k, filters=Filters(audience=PATIENT, language=language))
    return tuple(dict.fromkeys(hit.passage.document_id for hit in hits))[:k]


def score(
    index: Index, questions: Iterable[Question], *, tick: Callable[[], object] = lambda: None
) -> tuple[Ranked, ...]:
    """Search for every question. ``tick`` is called after each."""
    results = []
    for question in questions:
        results.append(Ranked(question, first_documents(index, question.text, question.language)))
        tick()
    return tuple(results)


def hit_rates(ranks: Iterable[int | None]) -> HitRates:
    places = tuple(ranks)
    return HitRates(len(places), {k: sum(place is not None and place <= k for place in places) for k in CUTS})


def by_group(results: Sequence[Ranked]) -> dict[str, HitRates]:
    """All questions together, then by language, by kind, and by both."""
    groups: dict[str, list[int | None]] = {"all": []}
    languages = sorted({one.question.language for one in results})
    kinds = sorted({one.question.kind for one in results})
    for name in (*languages, *kinds, *(f"{kind} {language}" for kind in kinds for language in languages)):
        groups[name] = []
    for one in results:
        language, kind = one.question.language, one.question.kind
        for name in ("all", language, kind, f"{kind} {language}"):
            groups[name].append(one.rank)
    return {name: hit_rates(ranks) for name, ranks in groups.items() if ranks}


def table(groups: dict[str, HitRates]) -> list[str]:
    """Counts in columns, for people."""
    width = max(len(name) for name in groups)
    head = f"{'':{width}}  {'n':>4}" + "".join(f"{f'top {k}':>8}" for k in CUTS)
    return [
        head,
        *(
            f"{name:{width}}  {rates.n:>4}" + "".join(f"{rates.within[k]:>8}" for k in CUTS)
            for name, rates in groups.items()
        ),
    ]


def as_text(results: Sequence[Ranked], *, beyond: int = 3) -> str:
    """The table, then every question whose card is not among the first ``beyond``."""
    lines = table(by_group(results))
    missed = [one for one in results if one.rank is None or one.rank > beyond]
    if missed:
        lines += ["", f"Not in the first {beyond}:"]
    for one in missed:
        place = "not found" if one.rank is None else f"place {one.rank}"
        lines.append(f"  {one.question.id} ({place}): {one.question.text}")
        lines.append(f"      wanted {' or '.join(one.question.cards)}; first {', '.join(one.found[:beyond])}")
    return "\n".join(lines)


def as_json(results: Sequence[Ranked]) -> dict[str, Any]:
    return {
        "groups": {name: rates.as_json() for name, rates in by_group(results).items()},
        "questions": [
            {
                "id": one.question.id,
                "text": one.question.text,
                "cards": list(one.question.cards),
                "rank": one.rank,
                "found": list(one.found),
            }
            for one in results
        ],
    }


def _question(raw: dict[str, Any]) -> Question:
    cards = tuple(str(card) for card in raw["cards"])
    if not cards:
        raise ValueError("cards is empty")
    return Question(str(raw["_id"]), str(raw["text"]), str(raw["language"]), cards)
