"""An answer to a personal complaint, built from the cards that fit it: what it may be, what helps, when to get help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.compose import Aspect
from agent.ground import Quote
from agent.skills.differential import Candidate
from agent.types import Level
from retrieval.passage import Passage
from retrieval.sentences import sentences

if TYPE_CHECKING:
    from retrieval.search import Index

SHOWN_AT = 0.05
"""A condition below this share of the probability is not worth a frightened reader's attention."""
CLOSE = 0.5
"""A condition at least this likely, relative to the likeliest, has its advice told as well."""
FAR = 0.2
"""One less likely than this, relative to the likeliest, is left out."""
ANCHORS = {
    Aspect.TREATMENT: "treatment",
    Aspect.CAUSES: "causes",
    Aspect.TESTS: "tests",
    Aspect.SYMPTOMS: "symptoms",
    Aspect.SELF_CARE: "self-care",
    Aspect.SEEK_CARE: "seek-care",
}
"""The section of a condition's card that answers for an aspect."""


@dataclass(frozen=True, slots=True)
class Block:
    """Quoted sentences under one heading; ``heading`` is a phrase id."""

    heading: str
    quotes: tuple[Quote, ...]
    listed: bool = False


def blocks(
    candidates: Sequence[Candidate],
    asked: frozenset[Aspect],
    level: Level,
    index: Index,
    language: str,
) -> Iterator[Block]:
    """The parts of the answer, each only where the index holds the card.

    Args:
        candidates: conditions that fit, best first.
        asked: what the person wants to know besides; its section comes right after the conditions.
        level: the urgency; home care is told only where waiting at home is right.
    """
    told = shown(candidates)
    if not told:
        return
    leading = told[0]
    close = [one for one in told if one.probability >= CLOSE * leading.probability]
    summaries = [
        quote for one in told for quote in first(section(index, one.card.id, "summary", language), 1)
    ]
    yield Block("may_fit", tuple(summaries), listed=True)
    for aspect in sorted(asked & {Aspect.TREATMENT, Aspect.CAUSES, Aspect.TESTS}):
        yield Block(
            "sources_say", tuple(first(section(index, leading.card.id, ANCHORS[aspect], language), 3))
        )
    if level <= Level.ROUTINE:
        yield Block("what_helps", _of_each(index, close, "self-care", language, 3))
    yield when_to_get_help(candidates, index, language)


def shown(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The conditions that are worth a reader's attention."""
    best = candidates[0].probability if candidates else 0.0
    return tuple(one for one in candidates if one.probability >= max(SHOWN_AT, FAR * best))[:3]


def when_to_get_help(candidates: Sequence[Candidate], index: Index, language: str) -> Block:
    """What to watch for, alone: where the rest was told before."""
    told = shown(candidates)
    close = [one for one in told if one.probability >= CLOSE * told[0].probability]
    return Block("get_help", _of_each(index, close, "seek-care", language, 3))


def _of_each(
    index: Index, candidates: Sequence[Candidate], anchor: str, language: str, count: int
) -> tuple[Quote, ...]:
    """The first sentences of each condition's section; fewer of each where there are several."""
    each = max(1, count - len(candidates) + 1)
    return tuple(
        quote for one in candidates for quote in first(section(index, one.card.id, anchor, language), each)
    )


def section(index: Index, card: str, anchor: str, language: str) -> Passage | None:
    """One section of a card, its first part where it is long; ``None`` where the index does not hold it."""
    suffix = ".zh" if language == "zh" else ""
    return index.passage(f"{card}#{anchor}{suffix}") or index.passage(f"{card}#{anchor}{suffix}/1")


def first(passage: Passage | None, count: int) -> list[Quote]:
    if passage is None:
        return []
    return [Quote(passage, start, end) for start, end in sentences(passage.text, passage.language)[:count]]
