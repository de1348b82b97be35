"""What reasoning needs of the handbook, in one small file: names, symptoms, weights and urgency of every card.

Parsing hundreds of YAML cards takes seconds; a question must not wait for that. ``outline.json`` ships with
the cards and carries their hash. Where a card has been edited since, the outline is made from the cards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from retrieval.handbook.load import CARDS, SYMPTOMS, load_cards, load_symptoms
from retrieval.handbook.schema import AnyCard, ConditionCard, MedicineCard, Symptom, TestCard

OUTLINE = Path(__file__).with_name("outline.json")
_LANGUAGES = ("en", "zh")
_AGES = ("infant", "child", "adult", "older", "female", "male", "pregnant")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name and other names in both languages."""

    id: str
    en: str
    zh: str
    other_en: tuple[str, ...]
    other_zh: tuple[str, ...]
    atc: str = ""
    """A medicine's code in the WHO's classification."""

    def name(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class ConditionOutline:
    """A condition as the differential sees it."""

    id: str
    icd10: str
    prevalence: str
    urgency: str
    symptoms: dict[str, str]
    """Symptom id to frequency (a value of ``Frequency``)."""
    weights: dict[str, float]
    """Relative weight by group (``infant``, ``female``, …); 1 is average."""


@dataclass(frozen=True, slots=True)
class Span:
    """A usual range of a test, both ends included; ``None`` is open."""

    low: float | None
    high: float | None
    unit: str
    who: str
    """In English, as the card has it ("Men aged 20 to 59 …")."""


@dataclass(frozen=True, slots=True)
class Outline:
    cards: tuple[Named, ...]
    conditions: tuple[ConditionOutline, ...]
    symptoms: tuple[Named, ...]
    ranges: dict[str, tuple[Span, ...]]
    """By test, those that have any."""


@cache
def load_outline() -> Outline:
    """The outline of the built-in handbook, current with its cards."""
    digest = _digest()
    if OUTLINE.exists():
        raw = json.loads(OUTLINE.read_text(encoding="utf-8"))
        if raw["sha256"] == digest:
            return _from_json(raw)
    return outline_of(load_cards(), load_symptoms())


def outline_of(cards: Iterable[AnyCard], symptoms: Iterable[Symptom]) -> Outline:
    held = tuple(cards)
    return Outline(
        tuple(
            Named(
                card.id,
                card.name.en,
                card.name.zh,
                card.synonyms.en,
                card.synonyms.zh,
                (card.atc or "") if isinstance(card, MedicineCard) else "",
            )
            for card in held
        ),
        tuple(_condition(card) for card in held if isinstance(card, ConditionCard)),
        tuple(Named(one.id, one.name.en, one.name.zh, one.lay.en, one.lay.zh) for one in symptoms),
        {
            card.id: tuple(Span(one.low, one.high, one.unit, one.who.en) for one in card.ranges)
            for card in held
            if isinstance(card, TestCard) and card.ranges
        },
    )


def write_outline() -> Path:
    """Write the outline of the cards as they are now."""
    raw = {"sha256": _digest(), **asdict(outline_of(load_cards(), load_symptoms()))}
    fresh = OUTLINE.with_suffix(".tmp")
    fresh.write_text(json.dumps(raw, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    fresh.replace(OUTLINE)
    return OUTLINE


def _condition(card: ConditionCard) -> ConditionOutline:
    weights = {group: value for group in _AGES if (value := getattr(card.demographics, group)) != 1.0}
    frequencies = {link.id: link.frequency.value for link in card.symptoms}
    return ConditionOutline(
        card.id, card.icd10[0], card.prevalence, card.urgency.default, frequencies, weights
    )


def _from_json(raw: dict[str, Any]) -> Outline:
    return Outline(
        tuple(_named(one) for one in raw["cards"]),
        tuple(ConditionOutline(**one) for one in raw["conditions"]),
        tuple(_named(one) for one in raw["symptoms"]),
        {test: tuple(Span(**one) for one in spans) for test, spans in raw["ranges"].items()},
    )


def _named(raw: dict[str, Any]) -> Named:
    return Named(raw["id"], raw["en"], raw["zh"], tuple(raw["other_en"]), tuple(raw["other_zh"]), raw["atc"])


def _digest() -> str:
    """Hash of all card and vocabulary files by content: a checkout changes times, not content."""
    digest = hashlib.sha256()
    for path in sorted([*CARDS.rglob("*.yaml"), *SYMPTOMS.rglob("*.yaml")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
