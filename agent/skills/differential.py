"""Which conditions could explain the symptoms: a naive Bayes over the handbook's cards.

Each card says how often a symptom is there (almost always, common, occasional, rare) and how often the
condition is met; ``data/kinds.yaml`` says which symptom is a narrower kind of which. The result orders possibilities for the interview and the triage; it is no diagnosis, and its
probabilities speak only of the conditions that the handbook knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from agent.tables import table
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
_NARROWER = 0.35
"""Share of P(symptom | condition) that a narrower kind of it has where the card lists the wider one alone."""
_UNLISTED_SHARE = 0.3
_UNLISTED = (0.004, 0.05)
"""P(symptom | condition) where the card does not list it: other things happen at the same time, and the more often the
more conditions cause them. A share of how often it is met at all, within these bounds."""
_PRIOR = {"very_common": 1.0, "common": 0.5, "uncommon": 0.2, "rare": 0.1}
"""Relative frequency among those who ask, closer together than in general practice (where a cold is met thirty times
as often as malaria): few ask about a cold, and influenza led every fever before. Closer still (0.6, 0.3, 0.17) found
the diagnosis of development vignettes a little more often and left migraine out of a plain headache (2026-11-23). For
naming what may explain the symptoms."""
_MET = {"very_common": 1.0, "common": 0.35, "uncommon": 0.1, "rare": 0.03}
"""Relative frequency in general practice; only the order of magnitude matters. For how urgent it probably is: a stiff
neck after sleep is hardly ever a bleed in the brain, though a list of what it may be must not leave that out."""
_MET_UNLISTED = 0.02
"""P(symptom | condition) for the urgency, where the card does not list it."""
_UNSAID = 0.3
"""What is left of a condition whose circumstance was not told: who is pregnant or has hit her head says so mostly."""
_TOLD = frozenset(
    {
        "pregnancy",
        "pregnancy_bleeding",
        "recent_childbirth",
        "breastfeeding",
        "trauma",
        "animal_bite",
        "insect_sting",
        "tick_bite",
        "heat_exposure",
    }
)
"""Circumstances that people tell of by themselves."""
_FERTILE = (11, 52)
"""Years of age between which a woman has the conditions of pregnancy and of the cycle, more or less."""
_INFERTILE = 0.03


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
class Kinds:
    """Which symptom is a narrower kind of which."""

    wider: Mapping[str, frozenset[str]] = field(default_factory=dict)
    narrower: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    @cache
    def load(cls) -> Kinds:
        raw = table("kinds")
        narrower = {wide: frozenset(names.split()) for wide, names in raw.items()}
        wider = {
            one: frozenset(wide for wide, names in narrower.items() if one in names)
            for one in frozenset().union(*narrower.values())
        }
        return cls(MappingProxyType(wider), MappingProxyType(narrower))

    def with_narrower(self, denied: Iterable[str]) -> tuple[str, ...]:
        """What is denied with these: who has no sore throat has no pain on swallowing either."""
        named = tuple(denied)
        narrower = (one for symptom in named for one in sorted(self.narrower.get(symptom, ())))
        return tuple(dict.fromkeys((*named, *narrower)))

    def without_wider(self, symptoms: list[str]) -> list[str]:
        """The symptoms without those of which a narrower kind is there too: a high fever is no second fever."""
        kept: list[str] = []
        for place, symptom in enumerate(symptoms):
            implied = any(
                symptom in self.wider.get(other, ())
                # Of two that are each a kind of the other, the first named stays.
                and not (other in self.wider.get(symptom, ()) and place < symptoms.index(other))
                for other in symptoms
                if other != symptom
            )
            if not implied:
                kept.append(symptom)
        return kept


@dataclass(frozen=True)
class Reasoner:
    cards: tuple[ConditionOutline, ...]
    given: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """P(symptom | condition) of every symptom that a card lists, or lists a wider or narrower kind of."""
    unlisted: Mapping[str, float] = field(default_factory=dict)
    """P(symptom | condition) of a card that says nothing of it."""
    kinds: Kinds = field(default_factory=Kinds)

    @classmethod
    @cache
    def load(cls) -> Reasoner:
        return cls.of(load_outline().conditions, Kinds.load())

    @classmethod
    def of(cls, cards: Iterable[ConditionOutline], kinds: Kinds | None = None) -> Reasoner:
        known, kinds = tuple(cards), kinds or Kinds()
        listed = {
            card.id: {symptom: _GIVEN[Frequency(often)] for symptom, often in card.symptoms.items()}
            for card in known
        }
        weight = {card.id: _PRIOR[card.prevalence] for card in known}
        total = sum(weight.values()) or 1.0
        given = {card: _with_kinds(links, kinds) for card, links in listed.items()}
        least, most = _UNLISTED
        unlisted = {
            symptom: min(most, max(least, _UNLISTED_SHARE * met / total))
            for symptom in {symptom for links in given.values() for symptom in links}
            for met in [sum(weight[card] * links.get(symptom, 0.0) for card, links in listed.items())]
        }
        return cls(known, MappingProxyType(given), MappingProxyType(unlisted), kinds)

    def rank(
        self,
        present: Iterable[str],
        denied: Iterable[str] = (),
        person: Person | None = None,
        top: int = 5,
        *,
        in_practice: bool = False,
    ) -> tuple[Candidate, ...]:
        """The likeliest conditions, best first; only those with at least one of the symptoms.

        ``in_practice``: likely by how often conditions are met in general practice, which decides the urgency.
        """
        named = [symptom for symptom in dict.fromkeys(present) if symptom in self.unlisted]
        here = self.kinds.without_wider(named)
        absent = [
            symptom for symptom in dict.fromkeys(denied) if symptom in self.unlisted and symptom not in named
        ]
        if not here:
            return ()
        told = {"pregnancy"} if person and person.pregnant else set[str]()
        scores = {
            card.id: self._score(card, here, {*named, *told}, absent, person or Person(), in_practice)
            for card in self.cards
        }
        highest = max(scores.values())
        total = sum(math.exp(score - highest) for score in scores.values())
        ranked = sorted(self.cards, key=lambda card: -scores[card.id])
        candidates = []
        for card in ranked[: top * 2]:
            links = self.given[card.id]
            supporting = tuple(symptom for symptom in named if symptom in links)
            if supporting and math.isfinite(scores[card.id]):
                against = tuple(
                    symptom for symptom in absent if links.get(symptom, 0.0) >= _GIVEN[Frequency.COMMON]
                )
                candidates.append(
                    Candidate(card, math.exp(scores[card.id] - highest) / total, supporting, against)
                )
        return tuple(candidates[:top])

    def _score(
        self,
        card: ConditionOutline,
        here: list[str],
        named: set[str],
        absent: list[str],
        person: Person,
        in_practice: bool,
    ) -> float:
        links = self.given[card.id]
        score = math.log((_MET if in_practice else _PRIOR)[card.prevalence])

        def given(symptom: str) -> float:
            return links.get(symptom, _MET_UNLISTED if in_practice else self.unlisted[symptom])

        for factor in _demographic_factors(card, person):
            if factor <= 0:
                return -math.inf
            score += math.log(factor)
        for circumstance in _TOLD.difference(named):
            if card.symptoms.get(circumstance) == Frequency.ALMOST_ALWAYS:
                score += math.log(_UNSAID)
        for symptom in here:
            score += math.log(given(symptom))
        for symptom in absent:
            score += math.log(1 - given(symptom))
        return score


def _with_kinds(links: Mapping[str, float], kinds: Kinds) -> Mapping[str, float]:
    """The listed symptoms, and the kinds of them that the card leaves open."""
    found: dict[str, float] = {}
    for symptom, often in links.items():
        for narrow in kinds.narrower.get(symptom, ()):
            found[narrow] = max(found.get(narrow, 0.0), often * _NARROWER)
        for wide in kinds.wider.get(symptom, ()):
            found[wide] = max(found.get(wide, 0.0), often)
    return MappingProxyType({**found, **links})


def _demographic_factors(card: ConditionOutline, person: Person) -> Iterable[float]:
    groups = []
    if person.age_years is not None:
        age = person.age_years
        groups.append("infant" if age < 2 else "child" if age < 16 else "adult" if age < 65 else "older")
    if person.sex is not None:
        groups.append(person.sex)
    if person.pregnant:
        groups.append("pregnant")
    factors = [card.weights.get(group, 1.0) for group in groups]
    if person.age_years is not None and not person.pregnant and _of_fertile_years(card):
        first, last = _FERTILE
        factors.append(1.0 if first <= person.age_years < last else _INFERTILE)
    return factors


def _of_fertile_years(card: ConditionOutline) -> bool:
    """A condition that neither men nor older women have."""
    return card.weights.get("male") == 0 and card.weights.get("older") == 0


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
