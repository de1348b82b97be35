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

SHOWN_AT = 0.08
"""A condition below this share of the probability is not worth a frightened reader's attention."""
_ANCHORS = {
    Aspect.TREATMENT: "treatment",
    Aspect.CAUSES: "causes",
    Aspect.TESTS: "tests",
    Aspect.SYMPTOMS: "symptoms",
    Aspect.SELF_CARE: "self-care",
}


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
    shown = [one for one in candidates if one.probability >= SHOWN_AT][:3]
    if not shown:
        return
    leading = shown[0]
    summaries = [quote for one in shown for quote in _first(_passage(index, one, "summary", language), 1)]
    yield Block("may_fit", tuple(summaries), listed=True)
    for aspect in sorted(asked & {Aspect.TREATMENT, Aspect.CAUSES, Aspect.TESTS}):
        yield Block("sources_say", tuple(_first(_passage(index, leading, _ANCHORS[aspect], language), 3)))
    if level <= Level.ROUTINE:
        yield Block("what_helps", tuple(_first(_passage(index, leading, "self-care", language), 3)))
    watch = list(_first(_passage(index, leading, "seek-care", language), 3))
    for other in shown[1:]:
        if other.probability >= leading.probability / 2:
            watch += _first(_passage(index, other, "seek-care", language), 1)
    yield Block("get_help", tuple(watch))


def _passage(index: Index, candidate: Candidate, anchor: str, language: str) -> Passage | None:
    suffix = ".zh" if language == "zh" else ""
    return index.passage(f"{candidate.card.id}#{anchor}{suffix}") or index.passage(f"{candidate.card.id}#{anchor}{suffix}/1")


def _first(passage: Passage | None, count: int) -> list[Quote]:
    if passage is None:
        return []
    return [Quote(passage, start, end) for start, end in sentences(passage.text, passage.language)[:count]]
