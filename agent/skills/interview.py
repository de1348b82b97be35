"""The one or two questions whose answers would change the picture most."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from agent.skills.differential import Candidate
from prompts.phrases import phrase
from retrieval.handbook.schema import Frequency, Symptom

_LIKELY = {Frequency.ALMOST_ALWAYS, Frequency.COMMON}


def questions(
    candidates: Sequence[Candidate],
    known: Collection[str],
    vocabulary: Mapping[str, Symptom],
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
        asked.append(phrase("ask_symptom", language, symptom=_inline(vocabulary[symptom], language)) if symptom in vocabulary else "")
    if not duration_known:
        asked.append(phrase("ask_since", language))
    if not person_known:
        asked.append(phrase("ask_who", language))
    return tuple(question for question in asked if question)[:limit]


def _most_telling(candidates: Sequence[Candidate], known: Collection[str]) -> str:
    """A symptom usual in one likely condition and unusual in another: it divides them best."""
    if len(candidates) < 2:
        return ""
    best, spread = "", 0.0
    for candidate in candidates:
        for link in candidate.card.symptoms:
            if link.id in known or link.frequency not in _LIKELY:
                continue
            having = sum(
                other.probability for other in candidates if any(one.id == link.id and one.frequency in _LIKELY for one in other.card.symptoms)
            )
            total = sum(other.probability for other in candidates)
            division = min(having, total - having)
            if division > spread:
                best, spread = link.id, division
    return best


def _inline(symptom: Symptom, language: str) -> str:
    name = symptom.name.get(language)
    return name if language == "zh" else name[:1].lower() + name[1:]
