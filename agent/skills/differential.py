"""Which conditions could explain the symptoms: a naive Bayes over the handbook's cards.

Each card says how often a symptom is there (almost always, common, occasional, rare) and how often the
condition is met. The result orders possibilities for the interview and the triage; it is no diagnosis, and its
probabilities speak only of the conditions that the handbook knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from agent.types import Differential
from retrieval.handbook.outline import ConditionOutline, load_outline
from retrieval.handbook.schema import Frequency

_GIVEN = {
    Frequency.ALMOST_ALWAYS: 0.92,
    Frequency.COMMON: 0.55,
    Frequency.OCCASIONAL: 0.2,
    Frequency.RARE: 0.05,
}
"""P(symptom | condition) for the bands that ``Frequency`` documents."""
_UNLISTED = 0.02
"""P(symptom | condition) where the card does not list it: other things happen at the same time."""
_PRIOR = {"very_common": 1.0, "common": 0.35, "uncommon": 0.1, "rare": 0.03}
"""Relative frequency in general practice; only the order of magnitude matters."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about the one who is ill; ``None`` is not known."""

    age_years: float | None = None
    sex: str | None = None
    """``female`` or ``male``."""
    pregnant: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    card: ConditionOutline
    probability: float
    present: tuple[str, ...]
    """Symptoms that speak for it."""
    against: tuple[str, ...]
    """Symptoms that it should have and that were denied."""


@dataclass(frozen=True)
class Reasoner:
    cards: tuple[ConditionOutline, ...]
    given: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    background: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    @cache
    def load(cls) -> Reasoner:
        return cls.of(load_outline().conditions)

    @classmethod
    def of(cls, cards: Iterable[ConditionOutline]) -> Reasoner:
        known = tuple(cards)
        given = {
            card.id: {symptom: _GIVEN[Frequency(often)] for symptom, often in card.symptoms.items()}
            for card in known
        }
        weight = {card.id: _PRIOR[card.prevalence] for card in known}
        total = sum(weight.values()) or 1.0
        symptoms = {symptom for links in given.values() for symptom in links}
        background = {
            symptom: sum(weight[card] * links.get(symptom, _UNLISTED) for card, links in given.items())
            / total
            for symptom in symptoms
        }
        return cls(known, MappingProxyType(given), MappingProxyType(background))

    def rank(
        self, present: Iterable[str], denied: Iterable[str] = (), person: Person | None = None, top: int = 5
    ) -> tuple[Candidate, ...]:
        """The likeliest conditions, best first; only those with at least one of the symptoms."""
        here = [symptom for symptom in dict.fromkeys(present) if symptom in self.background]
        absent = [
            symptom for symptom in dict.fromkeys(denied) if symptom in self.background and symptom not in here
        ]
        if not here:
            return ()
        scores = {card.id: self._score(card, here, absent, person or Person()) for card in self.cards}
        highest = max(scores.values())
        total = sum(math.exp(score - highest) for score in scores.values())
        ranked = sorted(self.cards, key=lambda card: -scores[card.id])
        candidates = []
        for card in ranked[: top * 2]:
            links = self.given[card.id]
            supporting = tuple(symptom for symptom in here if symptom in links)
            if supporting and math.isfinite(scores[card.id]):
                against = tuple(
                    symptom for symptom in absent if links.get(symptom, 0.0) >= _GIVEN[Frequency.COMMON]
                )
                candidates.append(
                    Candidate(card, math.exp(scores[card.id] - highest) / total, supporting, against)
                )
        return tuple(candidates[:top])

    def _score(self, card: ConditionOutline, here: list[str], absent: list[str], person: Person) -> float:
        links = self.given[card.id]
        score = math.log(_PRIOR[card.prevalence])
        for factor in _demographic_factors(card, person):
            if factor <= 0:
                return -math.inf
            score += math.log(factor)
        for symptom in here:
            score += math.log(links.get(symptom, _UNLISTED) / self.background[symptom])
        for symptom in absent:
            score += math.log((1 - links.get(symptom, _UNLISTED)) / (1 - self.background[symptom]))
        return score


def _demographic_factors(card: ConditionOutline, person: Person) -> Iterable[float]:
    groups = []
    if person.age_years is not None:
        age = person.age_years
        groups.append("infant" if age < 2 else "child" if age < 16 else "adult" if age < 65 else "older")
    if person.sex is not None:
        groups.append(person.sex)
    if person.pregnant:
        groups.append("pregnant")
    return [card.weights.get(group, 1.0) for group in groups]


def as_values(candidates: Iterable[Candidate], language: str) -> tuple[Differential, ...]:
    """Candidates as the reply shows them, with names in the reader's language."""
    names = names_in(language)
    return tuple(
        Differential.model_validate(
            {
                "condition": names[candidate.card.id],
                "icd10": candidate.card.icd10,
                "probability": round(candidate.probability, 3),
                "for": [names[symptom] for symptom in candidate.present],
                "against": [names[symptom] for symptom in candidate.against],
                "level": candidate.card.urgency,
            }
        )
        for candidate in candidates
    )


@cache
def names_in(language: str) -> Mapping[str, str]:
    """The name of every card and symptom by its id."""
    outline = load_outline()
    return MappingProxyType({one.id: one.name(language) for one in (*outline.cards, *outline.symptoms)})
