"""How much the handbook covers, as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from retrieval.handbook.schema import Card, ConditionCard, Symptom

AGES = ("infant", "child", "adult", "older", "pregnant")
_OCCURS = 0.5
"""A condition counts for an age group from half the average weight on."""


def stats(cards: Sequence[Card], symptoms: Sequence[Symptom]) -> dict[str, Any]:
    """Counts by kind (the contract's five keys), then coverage by system, age, urgency and language."""
    kinds = Counter(card.kind for card in cards)
    conditions = [card for card in cards if isinstance(card, ConditionCard)]
    systems = Counter(system for card in cards for system in card.systems)
    return {
        "conditions": kinds["condition"],
        "medicines": kinds["medicine"],
        "tests": kinds["test"],
        "topics": kinds["topic"],
        "symptoms": len(symptoms),
        "by_system": dict(sorted(systems.items(), key=lambda item: (-item[1], item[0]))),
        "by_age": {
            age: sum(getattr(card.demographics, age) >= _OCCURS for card in conditions) for age in AGES
        },
        "by_urgency": dict(sorted(Counter(card.urgency.default for card in conditions).items())),
        "by_prevalence": dict(sorted(Counter(card.prevalence for card in conditions).items())),
        "by_language": {
            language: {
                "cards": sum(bool(card.name.get(language)) for card in cards),
                "names": sum(1 + len(getattr(card.synonyms, language)) for card in cards),
                "symptom_phrases": sum(1 + len(getattr(symptom.lay, language)) for symptom in symptoms),
            }
            for language in ("en", "zh")
        },
        "symptoms_used": len({link.id for card in conditions for link in card.symptoms}),
        "reviewed": sum(card.review != "none" for card in cards),
    }
