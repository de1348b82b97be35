"""The one or two questions whose answers would change the picture most."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.skills.differential import Candidate, names_in
from prompts.phrases import phrase
from retrieval.handbook.schema import Frequency

_LIKELY = {Frequency.ALMOST_ALWAYS.value, Frequency.COMMON.value}


def questions(
    candidates: Sequence[Candidate],
    known: Collection[str],
    language: str,
    *,
    duration_known: bool,
    person_known: bool,
    limit: int = 2,
) -> tuple[str, ...]:
    """What to ask back: first what tells the likely conditions apart, then since when, then who.

    Args:
        known: symptoms that were already mentioned or denied.
    """
    asked: list[str] = []
    if symptom := _most_telling(candidates[:3], known):
        asked.append(phrase("ask_symptom", language, symptom=_inline(symptom, language)))
    if not duration_known:
        asked.append(phrase("ask_since", language))
    if not person_known:
        asked.append(phrase("ask_who", language))
    return tuple(asked[:limit])


def _most_telling(candidates: Sequence[Candidate], known: Collection[str]) -> str:
    """A symptom usual in one likely condition and unusual in another: it divides them best."""
    if len(candidates) < 2:
        return ""
    best, spread = "", 0.0
    for candidate in candidates:
        for symptom, often in candidate.card.symptoms.items():
            if symptom in known or often not in _LIKELY:
                continue
            having = sum(
                other.probability for other in candidates if other.card.symptoms.get(symptom) in _LIKELY
            )
            total = sum(other.probability for other in candidates)
            division = min(having, total - having)
            if division > spread:
                best, spread = symptom, division
    return best


def _inline(symptom: str, language: str) -> str:
    name = names_in(language)[symptom]
    return name if language == "zh" else name[:1].lower() + name[1:]
