"""Urgency = the maximum of what the rules pinned, what the cards suggest and what a model thinks.

Nothing here can lower a floor: the three opinions meet in one ``max``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.skills.differential import Candidate, names_in
from agent.types import Level, RedFlag, Triage
from prompts.phrases import phrase

LIKELY = 0.25
"""An urgency that at least this share of the probability supports has a say."""
WORTH_A_DAY = 0.08
"""The probability that the cards' dangers must have together to make a complaint urgent. Below it they are what is
left where hardly any card fits: gums that bleed at flossing were "dengue" at 0.8%. Set on our own suites' look-alikes
(11 of 22 false alarms went); none of 51 public wordings changes its level at any value up to 0.1 (2026-11-22)."""
LONG_WEEKS = 6
"""A complaint that lasts as long as this deserves an appointment."""
LONG_COUGH_WEEKS = 3
"""The same for a cough (NICE NG120, 2019)."""
OLDER_YEARS = 75
"""From this age on, home care becomes an appointment: illness shows less and turns faster."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What besides the symptoms raises the urgency."""

    age_years: float | None = None
    pregnant: bool = False
    duration_days: float | None = None
    worsening: bool = False
    eased: bool = False
    """Rest or a remedy from the shelf helps: what is often met and mild may stay at home."""
    long_term: bool = False
    """A long-term illness or medicine that makes small illnesses less harmless."""


@dataclass(frozen=True, slots=True)
class Opinion:
    level: Level
    reasons: tuple[str, ...]


def estimate(candidates: Sequence[Candidate], circumstances: Circumstances, language: str) -> Opinion:
    """What the cards suggest for a personal complaint."""
    if not candidates:
        return Opinion(Level.ROUTINE, (phrase("reason_unknown", language),))
    supported = _supported(candidates)
    voices = [one for one in candidates if _level_of(one) >= supported]
    leading = max(voices, key=lambda one: one.probability)
    # Only rules may call an emergency: a card alone knows too little about how ill this person is.
    level = max(min(_level_of(leading), Level.URGENT), Level.SELF_CARE)
    if level == Level.URGENT and _danger(candidates) < WORTH_A_DAY:
        return Opinion(Level.ROUTINE, (phrase("reason_unknown", language),))
    name = phrase(f"name_{level.label}", language)
    reasons = [phrase("reason_card", language, condition=names_in(language)[leading.card.id], level=name)]
    if level == Level.ROUTINE and circumstances.eased and leading.card.prevalence in _OFTEN_MET:
        level = Level.SELF_CARE
        reasons.append(phrase("reason_eased", language))
    coughs = any("cough" in one.present for one in candidates)
    raised, why = _raise(level, circumstances, LONG_COUGH_WEEKS if coughs else LONG_WEEKS, language)
    return Opinion(raised, (*reasons, *why))


_OFTEN_MET = frozenset({"very_common", "common"})


def _level_of(candidate: Candidate) -> Level:
    return Level.parse(candidate.card.urgency)


def _danger(candidates: Sequence[Candidate]) -> float:
    return sum(one.probability for one in candidates if _level_of(one) >= Level.URGENT)


def _supported(candidates: Sequence[Candidate]) -> Level:
    """The highest urgency that at least ``LIKELY`` of the listed probability supports."""
    listed = sum(one.probability for one in candidates) or 1.0
    total = 1.0 if listed >= LIKELY else listed
    return max(
        level
        for level in {_level_of(one) for one in candidates}
        if sum(one.probability for one in candidates if _level_of(one) >= level) >= LIKELY * total
    )


def _raise(level: Level, circumstances: Circumstances, weeks: int, language: str) -> tuple[Level, list[str]]:
    """Each circumstance lifts home care to an appointment; none of them alone makes an emergency."""
    reasons: list[str] = []
    if circumstances.duration_days is not None and circumstances.duration_days >= weeks * 7:
        reasons.append(phrase("reason_duration", language, weeks=weeks))
    if circumstances.age_years is not None and circumstances.age_years >= OLDER_YEARS:
        reasons.append(phrase("reason_age", language, age=int(circumstances.age_years)))
    if circumstances.pregnant:
        reasons.append(phrase("reason_pregnant", language))
    if circumstances.worsening:
        reasons.append(phrase("reason_worse", language))
    if circumstances.long_term:
        reasons.append(phrase("reason_long_term", language))
    if reasons and level == Level.SELF_CARE:
        return Level.ROUTINE, reasons
    return level, []


def decide(
    *,
    floor: Level | None,
    pinned: Level,
    red_flags: tuple[RedFlag, ...],
    flag_reasons: Sequence[str],
    opinion: Opinion | None,
    model: Level | None,
    language: str,
) -> Triage:
    """The maximum of every opinion, with its reasons; the last reason says what would change the level.

    Args:
        floor: what the rules say of the conversation as it stands now.
        pinned: the highest floor of earlier turns.
        opinion: what the cards suggest, for a personal complaint.
        model: a model's level, if one was asked; it can raise, never lower.
    """
    lasting = max(floor or Level.NONE, pinned)
    levels = [lasting, opinion.level if opinion else Level.NONE, model or Level.NONE]
    level = max(levels)
    reasons = list(flag_reasons)
    if pinned > (floor or Level.NONE):
        reasons.append(phrase("reason_pinned", language))
    if opinion and opinion.level >= lasting:
        reasons.extend(opinion.reasons)
    if not reasons:
        reasons.append(phrase("reason_information", language))
    reasons.append(phrase(f"change_{level.label}", language))
    return Triage(level=level, floor=lasting or None, red_flags=red_flags, reasons=tuple(reasons))
