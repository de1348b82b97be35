"""What a handbook card is: one YAML file, English and Chinese side by side.

Search, triage, the interview and the differential all read these same values.
A clinician's guide to writing one: ``docs/handbook.md``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

CARD_ID = r"^(condition|medicine|test|topic)/[a-z0-9]+(-[a-z0-9]+)*$"
SYMPTOM_ID = r"^[a-z0-9]+(_[a-z0-9]+)*$"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CardId = Annotated[str, StringConstraints(pattern=CARD_ID)]
SymptomId = Annotated[str, StringConstraints(pattern=SYMPTOM_ID)]
Urgency = Literal["emergency", "urgent", "routine", "self_care", "none"]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Strict):
    """One statement in both languages, each written natively."""

    en: Text
    zh: Text

    def get(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Names(Strict):
    """Other names people use: lay words, abbreviations, spellings."""

    en: tuple[Text, ...] = ()
    zh: tuple[Text, ...] = ()


class Frequency(StrEnum):
    """How often a symptom is there in people who have the condition."""

    ALMOST_ALWAYS = "almost_always"
    """About 9 in 10 or more; its absence speaks against the condition."""
    COMMON = "common"
    """About 3 to 9 in 10."""
    OCCASIONAL = "occasional"
    """About 1 to 3 in 10."""
    RARE = "rare"
    """Fewer than 1 in 10."""


class SymptomLink(Strict):
    id: SymptomId
    """An id of the shared vocabulary in ``symptoms/``."""
    frequency: Frequency
    note: Bilingual | None = None
    """How it feels or behaves in this condition."""
    onset: Literal["sudden", "hours", "days", "weeks", "months"] | None = None
    duration: Text | None = None
    """Free text with units, such as ``4-72 h``."""
    modifiers: tuple[Text, ...] = ()
    """Short English tags: ``one-sided``, ``worse_on_exertion``, ``at_night`` …"""
    absence_counts: bool | None = None
    """Whether its clear absence speaks against the condition; by default only for ``almost_always``."""


class RedFlagLink(Strict):
    text: Bilingual
    level: Literal["emergency", "urgent"] = "emergency"
    rule: Text | None = None
    """Id of the red-flag rule that watches for this."""


class UrgencyRaise(Strict):
    to: Literal["emergency", "urgent", "routine"]
    when: Bilingual


class CardUrgency(Strict):
    default: Urgency
    raised: tuple[UrgencyRaise, ...] = ()


class RiskFactor(Strict):
    text: Bilingual
    weight: Literal["strong", "moderate", "weak"] = "moderate"


class Demographics(Strict):
    """Relative weights, 1 being average, 0 impossible; a group left out weighs 1."""

    infant: float = 1.0
    child: float = 1.0
    adult: float = 1.0
    older: float = 1.0
    """65 and over."""
    female: float = 1.0
    male: float = 1.0
    pregnant: float = 1.0


class Source(Strict):
    """Where the facts come from. ``url`` only where it is a stable, well-known address."""

    title: Text
    publisher: Text
    year: int = Field(ge=1990, le=2100)
    url: str = ""


class ClinicianLine(Strict):
    """One line for clinicians, tied to its source by position in ``sources`` (counting from 1)."""

    text: Bilingual
    source: int = Field(ge=1)


class ClinicianNotes(Strict):
    criteria: tuple[ClinicianLine, ...] = ()
    """Diagnostic criteria, cut-offs and severity scores."""
    management: tuple[ClinicianLine, ...] = ()
    """First-line management in outline, with usual adult ranges."""
    cautions: tuple[ClinicianLine, ...] = ()
    """Renal, hepatic, pregnancy and interaction cautions."""
    monitoring: tuple[ClinicianLine, ...] = ()
    referral: tuple[ClinicianLine, ...] = ()
    debate: tuple[ClinicianLine, ...] = ()
    """What guidelines disagree on."""


class Card(Strict):
    """Fields that every kind of card has."""

    id: CardId
    kind: str
    review: Text = "none"
    """``none`` until a named clinician signs it; the page shows this."""
    updated: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    name: Bilingual
    synonyms: Names = Names()
    systems: tuple[Text, ...] = Field(min_length=1)
    summary: Bilingual
    seek_care: Bilingual
    """When to get help, and how fast."""
    clinician: ClinicianNotes = ClinicianNotes()
    sources: tuple[Source, ...] = Field(min_length=1)


class ConditionCard(Card):
    kind: Literal["condition"]
    icd10: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$")], ...] = (
        Field(min_length=1)
    )
    symptoms: tuple[SymptomLink, ...] = Field(min_length=2)
    symptoms_text: Bilingual
    """What it feels like, in sentences, for the patient."""
    causes: Bilingual
    """Why it happens and who is at risk, in sentences."""
    risk_factors: tuple[RiskFactor, ...] = ()
    demographics: Demographics = Demographics()
    prevalence: Literal["very_common", "common", "uncommon", "rare"]
    """How often it is met in general practice or an emergency department."""
    red_flags: tuple[RedFlagLink, ...] = ()
    urgency: CardUrgency
    tests: Bilingual
    treatment: Bilingual
    """Treatment in outline: no doses."""
    self_care: Bilingual
    confused_with: tuple[CardId, ...] = ()


class Interaction(Strict):
    with_: Bilingual = Field(alias="with")
    severity: Literal["avoid", "serious", "moderate", "minor"]
    why: Bilingual


class MedicineCard(Card):
    kind: Literal["medicine"]
    atc: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2}[A-Z]{1,2}(\d{2})?$")] | None = None
    brands: Names = Names()
    used_for: Bilingual
    how_it_works: Bilingual
    common_side_effects: Bilingual
    serious_side_effects: Bilingual
    avoid_if: Bilingual
    """Who should not take it without advice."""
    interactions: tuple[Interaction, ...] = ()
    pregnancy: Bilingual
    """Pregnancy and breastfeeding."""
    driving: Bilingual
    overdose: Bilingual
    """What to do after a double dose or too much."""
    missed_dose: Bilingual | None = None
    treats: tuple[CardId, ...] = ()


class ReferenceRange(Strict):
    """A typical reference interval; laboratories differ, so each carries its unit and source."""

    who: Bilingual
    low: float | None = None
    high: float | None = None
    unit: Text
    source: int = Field(ge=1)


class TestCause(Strict):
    text: Bilingual
    card: CardId | None = None


class TestCard(Card):
    kind: Literal["test"]
    measures: Bilingual
    ranges: tuple[ReferenceRange, ...] = ()
    low_means: Bilingual | None = None
    low_causes: tuple[TestCause, ...] = ()
    high_means: Bilingual | None = None
    high_causes: tuple[TestCause, ...] = ()
    preparation: Bilingual
    next_steps: Bilingual


class Threshold(Strict):
    name: Bilingual
    low: float | None = None
    high: float | None = None
    unit: Text
    meaning: Bilingual
    source: int = Field(ge=1)


class TopicSection(Strict):
    heading: Bilingual
    text: Bilingual


class TopicCard(Card):
    kind: Literal["topic"]
    sections: tuple[TopicSection, ...] = Field(min_length=2)
    thresholds: tuple[Threshold, ...] = ()


AnyCard = Annotated[ConditionCard | MedicineCard | TestCard | TopicCard, Field(discriminator="kind")]


class Symptom(Strict):
    """One entry of the shared symptom vocabulary: how people name one symptom or sign."""

    id: SymptomId
    name: Bilingual
    lay: Names = Names()
    """Lay synonyms, children's words and common misspellings: phrases that mean this symptom when read alone."""
    kind: Literal["symptom", "sign", "measurement"] = "symptom"
    system: Text
