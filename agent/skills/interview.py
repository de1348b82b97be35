"""The one or two questions whose answers would change the picture most."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.skills.differential import Candidate, Kinds, names_in
from agent.tables import table
from prompts.phrases import phrase
from retrieval.handbook.schema import Frequency

_LIKELY = {Frequency.ALMOST_ALWAYS.value, Frequency.COMMON.value}
CONSIDERED = 3
"""Conditions that a question is to tell apart. With five, or by the expected information over all frequencies, the
diagnosis of 150 development vignettes was found less often (2026-11-23: 35% among three, 31%, 34%)."""
MOST_QUESTIONS = 8
"""Questions of one conversation."""


def questions(
    candidates: Sequence[Candidate],
    present: Collection[str],
    denied: Collection[str],
    language: str,
    *,
    duration_known: bool,
    person_known: bool,
    asked: Collection[str] = (),
    limit: int = 2,
) -> tuple[str, ...]:
    """What to ask back: first what tells the likely conditions apart, then since when, then who.

    Args:
        present: symptoms that were mentioned already.
        denied: symptoms that are not there; nor is any narrower kind of them.
        asked: questions of earlier turns; nobody is asked twice.
    """
    if len(asked) >= MOST_QUESTIONS:
        return ()
    chosen: list[str] = []
    for symptom in _by_what_they_tell(candidates[:CONSIDERED], present, denied):
        question = phrase("ask_symptom", language, symptom=_inline(symptom, language))
        if question not in asked:
            chosen.append(question)
            break
    if not duration_known:
        chosen.append(phrase("ask_since", language))
    if not person_known:
        chosen.append(phrase("ask_who", language))
    return tuple(one for one in chosen if one not in asked)[:limit]


def _by_what_they_tell(
    candidates: Sequence[Candidate], present: Collection[str], denied: Collection[str]
) -> list[str]:
    """Symptoms usual in one likely condition and unusual in another, those that divide them best first."""
    unspecific = frozenset(table("contexts")["unspecific"].split())
    known = {*present, *Kinds.load().with_narrower(denied)}
    total = sum(one.probability for one in candidates)
    listed = dict.fromkeys(
        symptom for one in candidates for symptom in one.card.symptoms if symptom not in known | unspecific
    )
    division = {}
    for symptom in listed:
        having = sum(one.probability for one in candidates if one.card.symptoms.get(symptom) in _LIKELY)
        division[symptom] = min(having, total - having)
    return sorted((one for one in division if division[one] > 0), key=lambda one: -division[one])


def _inline(symptom: str, language: str) -> str:
    name = names_in(language)[symptom]
    return name if language == "zh" else name[:1].lower() + name[1:]
