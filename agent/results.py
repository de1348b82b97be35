"""A result that somebody asks about ("a TSH of 8", 空腹血糖7.2): is it above, below or within the handbook's usual range?

Only where it is certain what was measured: one test with ranges in one unit is named, one number is left once ages
and times are read, and its unit is that of the range, is converted by ``data/units.yaml``, or makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from agent.complaint import first, section
from agent.ground import Quote
from agent.safety.measurements import find
from agent.tables import table
from agent.topics import named_cards
from retrieval.handbook.outline import Span, load_outline

if TYPE_CHECKING:
    from retrieval.search import Index


class Place(StrEnum):
    ABOVE = "above"
    BELOW = "below"
    WITHIN = "within"
    BETWEEN = "between"
    """Within some people's range and outside that of others."""


@dataclass(frozen=True, slots=True)
class Result:
    test: str
    """Id of its card."""
    written: str
    """The number as the person wrote it, with its unit."""
    place: Place


MOST = 6
"""Sentences of one section."""
FAR_OFF = 100.0
"""A number without a unit that is more than this many times off the range is no result of this test."""
CLEARLY = 3.0
"""Of two units in which a number may be, the one in which it is this many times nearer to the range is meant."""
_NUMBER = re.compile(
    r"(?<![\d.a-z/])(\d{1,6}(?:\.\d+)?)\s*((?:[a-zµμ%×/][a-z0-9µμ%×^*/.]{0,8})?)(?![\d.]*\d)",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(
    r"\s*(?:days?|weeks?|wks?|months?|years?|yrs?|hours?|minutes?|times|tablets?|kg|mg|mcg|g|ml|cm|°|度|天|周|星期|个|月|年|岁|小时|分钟|次|片|粒|公斤|斤|万|千)(?![a-z/])",
    re.IGNORECASE,
)
"""After a number: a time, an amount taken, a weight."""
_UNIT = re.compile(r"(?:%|(?:×?10\^?9|[mµμunpf]?(?:mol|iu|g|u|l))?/(?:d|m|µ|μ|u)?l|u|ratio)$", re.IGNORECASE)
_SPENT = ("age_days", "duration_hours", "pregnancy_weeks", "temperature_c", "systolic", "diastolic")
_NOT_PREGNANT = re.compile(r"pregnan", re.IGNORECASE)


def result_in(text: str, sex: str | None = None, *, pregnant: bool = False) -> Result | None:
    """The one result of a text; ``None`` where there is none, or more than one, or it is not certain what it means."""
    named = named_cards(text)
    if any(card.startswith("medicine/") for card in named):
        return None  # who takes warfarin is meant to have an INR above the usual
    tests = [card for card in named if card.startswith("test/")]
    spans = [_spans(test, sex, pregnant) for test in tests if load_outline().ranges.get(test)]
    if len(tests) != 1 or not spans or len({span.unit for span in spans[0]}) != 1:
        return None
    numbers = list(_numbers(text))
    if len(numbers) != 1:
        return None
    number, unit, written = numbers[0]
    places = set(_places(number, unit, tests[0], spans[0]))
    return Result(tests[0], written, places.pop()) if len(places) == 1 else None


_SECTIONS = {Place.ABOVE: "high", Place.BELOW: "low", Place.WITHIN: "summary", Place.BETWEEN: "summary"}
_FIGURE = re.compile(r"\d")


def told_of(result: Result, index: Index, language: str) -> list[Quote]:
    """The range, what a result on this side of it means, what comes next and when to be seen."""
    ranges = first(section(index, result.test, "ranges", language), MOST)
    means = first(section(index, result.test, _SECTIONS[result.place], language), MOST)
    told = means[:2] + [quote for quote in means[2:] if _FIGURE.search(quote.text)]
    if result.place in (Place.ABOVE, Place.BELOW):
        told += first(section(index, result.test, "next-steps", language), 2)
        told += first(section(index, result.test, "seek-care", language), 2)
    return ranges + told


def _numbers(text: str) -> Iterator[tuple[float, str, str]]:
    """Value, unit ("" for none) and both as written; not what is an age, a time or another measurement."""
    spent = [(one.start, one.end) for one in find(text.lower()) if one.name in _SPENT]
    for match in _NUMBER.finditer(text):
        if _NO_RESULT.match(text, match.end(1)):
            continue
        if not any(start < match.end(1) and match.start() < end for start, end in spent):
            unit = match[2] if _UNIT.match(match[2]) else ""
            yield (
                float(match[1]),
                plain_unit(unit),
                f"{match[1]} {unit}".strip() if unit != "%" else f"{match[1]}%",
            )


def plain_unit(unit: str) -> str:
    """One spelling of each unit."""
    bare = unit.lower().replace("µ", "u").replace("μ", "u").replace("×", "").replace("^", "").replace(" ", "")
    return {"iu/l": "u/l", "miu/l": "mu/l", "u": "u/l"}.get(bare, bare)


def _places(number: float, unit: str, test: str, spans: Sequence[Span]) -> Iterator[Place]:
    """Where it lies, in every unit that it may be in."""
    own = plain_unit(spans[0].unit)
    factors: Mapping[str, float] = {own: 1.0, **table("units").get(test, {})}
    values = [number * factor for name, factor in factors.items() if unit in ("", name)]
    nearest = min((_away(value, spans) for value in values), default=0.0)
    for value in values:
        if unit or _away(value, spans) <= min(FAR_OFF, nearest * CLEARLY):
            yield place_of(value, spans)


def _away(value: float, spans: Sequence[Span]) -> float:
    """How many times off the ranges a value is; 1 inside them."""
    ends = [end for span in spans for end in (span.low, span.high) if end]
    return max(min(ends) / value if value else FAR_OFF + 1, value / max(ends), 1.0)


def place_of(value: float, spans: Sequence[Span]) -> Place:
    """Above, below or within all of the ranges, or between them."""
    above = [span.high is not None and value > span.high for span in spans]
    below = [span.low is not None and value < span.low for span in spans]
    if all(above):
        return Place.ABOVE
    if all(below):
        return Place.BELOW
    return Place.BETWEEN if any(above) or any(below) else Place.WITHIN


@cache
def _spans(test: str, sex: str | None, pregnant: bool) -> tuple[Span, ...]:
    """The ranges of a test that may hold for this person."""
    spans = load_outline().ranges[test]
    other = {"female": "Men", "male": "Women"}.get(sex or "")
    fitting = tuple(
        span
        for span in spans
        if not (other and re.match(rf"{other}\b", span.who))
        and (pregnant or not _NOT_PREGNANT.search(span.who) or "not pregnant" in span.who)
    )
    return fitting or spans
