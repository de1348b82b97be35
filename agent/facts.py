"""The parts of a sentence that must not change between a source and a claim: the short way in to ``agent.grounding``."""

from __future__ import annotations

from dataclasses import dataclass

from agent.grounding.compare import Reading, difference

_ALIASES = {"percent": "%", "per cent": "%", "μg": "mcg", "µg": "mcg", "毫克": "mg", "微克": "mcg", "毫升": "ml", "公斤": "kg", "千克": "kg", "毫米汞柱": "mmhg"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text states: numbers as canonical digits, kinds of units, and how many things it denies."""

    numbers: frozenset[str]
    units: frozenset[str]
    negations: int


def facts_of(text: str) -> Facts:
    """Numbers (digits and words for them), units as written and the count of denials."""
    reading = Reading(text)
    return Facts(
        frozenset(f"{one.number:g}" for one in reading.quantities),
        frozenset(_ALIASES.get(one.unit, one.unit) for one in reading.quantities if one.unit),
        len(reading.denials),
    )


def disagreement(claim: str, source: str) -> str:
    """Why ``claim`` says something else than ``source``; empty when the facts agree.

    Numbers of the claim must stand in the source with the same unit and belong to the same thing; what is denied,
    compared, and for whom must be the same; names must be named there.
    """
    return difference(Reading(claim), Reading(source))
