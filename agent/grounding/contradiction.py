"""Whether two sources say opposite things about the same: then the answer says that they differ, and averages nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.grounding.compare import Reading
from agent.grounding.names import strange_name
from agent.grounding.polarity import Denial
from agent.grounding.quantities import Quantity
from agent.grounding.slots import Slot
from agent.grounding.support import weigh
from agent.grounding.text import Text, belonging
from retrieval.analysis import terms

SAME_SUBJECT = 0.5
"""Weighed share of the shorter sentence's words that the longer must have for the two to be about the same."""
SAME_PLACE = 0.4
"""How alike the neighbourhoods of two numbers or opposites must be."""
_OPPOSITES = (
    "change",
    "amount",
    "danger",
    "effect",
    "permission",
    "action",
    "often",
    "quality",
    "always",
    "time",
    "bound",
)
_FOR_WHOM = ("sex", "age", "pregnancy", "kin", "course", "side", "place", "germ", "route", "moment")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two texts by their places in the list that was given, and the words that differ."""

    first: int
    second: int
    said: str
    against: str


def contradictions(texts: Sequence[str], groups: Sequence[str] = ()) -> list[Contradiction]:
    """Pairs of texts that cannot both hold.

    Args:
        groups: the document of each text; two texts of one document are never held against each other.
    """
    readings = [Reading(text) for text in texts]
    found = []
    for second in range(len(texts)):
        for first in range(second):
            if groups and groups[first] == groups[second]:
                continue
            if differing := _differ(readings[first], readings[second]):
                found.append(Contradiction(first, second, *differing))
    return found


def _differ(one: Reading, other: Reading) -> tuple[str, str] | None:
    if not _same_subject(one, other) or _for_others(one.slots, other.slots):
        return None
    return (
        _numbers(one.quantities, other.quantities)
        or _opposites(one.slots, other.slots)
        or _denied(one.text, one.denials, other.text, other.denials)
    )


def _same_subject(one: Reading, other: Reading) -> bool:
    said, given = set(terms(one.raw)), set(terms(other.raw))
    shorter, longer = (said, given) if len(said) <= len(given) else (given, said)
    total = weigh(list(shorter))
    if not total or weigh(list(shorter & longer)) / total < SAME_SUBJECT:
        return False
    # Each naming something that the other does not (ibuprofen, paracetamol) are two subjects.
    return not (strange_name(one.raw, other.raw) and strange_name(other.raw, one.raw))


def _for_others(one: dict[str, list[Slot]], other: dict[str, list[Slot]]) -> bool:
    """Whether the two speak of different people, courses, sides or ways: no contradiction then."""
    for name in _FOR_WHOM:
        here = {value for slot in one.get(name, ()) for value in slot.values}
        there = {value for slot in other.get(name, ()) for value in slot.values}
        if here != there and (not here or not there or not here & there):
            return True
    return False


def _numbers(one: list[Quantity], other: list[Quantity]) -> tuple[str, str] | None:
    """The same kind of quantity in the same place, with no value between the other's bounds."""
    for kind in sorted({q.kind for q in one if q.kind} & {q.kind for q in other if q.kind}):
        here, there = [q for q in one if q.kind == kind], [q for q in other if q.kind == kind]
        low, high = min(q.value for q in here), max(q.value for q in here)
        if max(q.value for q in there) >= low and min(q.value for q in there) <= high:
            continue
        if max(belonging(a.around, b.around) for a in here for b in there) >= SAME_PLACE:
            return here[0].written, there[0].written
    return None


def _opposites(one: dict[str, list[Slot]], other: dict[str, list[Slot]]) -> tuple[str, str] | None:
    for name in _OPPOSITES:
        here, there = one.get(name, []), other.get(name, [])
        values = {v for slot in here for v in slot.values}
        if not here or not there or values & {v for slot in there for v in slot.values}:
            continue
        for a in here:
            for b in there:
                if belonging(a.around, b.around) >= SAME_PLACE:
                    return a.word, b.word
    return None


def _denied(one: Text, here: list[Denial], other: Text, there: list[Denial]) -> tuple[str, str] | None:
    """What one denies word for word and the other says without any denial."""
    for denials, text, against in ((here, other, there), (there, one, here)):
        taken = {place for denial in against for place in denial.places}
        plain = {text.tokens[i].stem for i in text.content if i not in taken}
        for denial in denials:
            heads = denial.heads[:4]
            held = sum(head in plain for head in heads)
            if heads and heads[0] in plain and held >= max(1, 0.75 * len(heads)):
                words = _around(one if text is other else other, denial)
                pair = (words, _words_of(text, heads))
                return pair if text is other else pair[::-1]
    return None


def _around(text: Text, denial: Denial) -> str:
    end = max((text.tokens[i].end for i in denial.places), default=denial.span[1])
    return text.folded[denial.span[0] : max(end, denial.span[1])]


def _words_of(text: Text, heads: Sequence[str]) -> str:
    places = [i for i in text.content if text.tokens[i].stem in heads]
    return text.folded[text.tokens[places[0]].start : text.tokens[places[-1]].end][:60] if places else ""
