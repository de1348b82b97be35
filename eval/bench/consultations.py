"""Benchmarks of complaints: triage, vignettes with an interview, symptom descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from agent.types import Level
from eval.bench.bench import Bench, Item, Values, conversation
from eval.bench.records import Record, first
from eval.names import CardNames, key
from eval.schema.source import Fact, Persona, SimulatedPatient
from eval.targets.conversation import Answer

_LETTERS = {"A": Level.EMERGENCY, "B": Level.URGENT, "C": Level.ROUTINE, "D": Level.SELF_CARE}
_SEMIGRAN = {
    "emergent": Level.EMERGENCY,
    "emergency": Level.EMERGENCY,
    "non-emergent": Level.ROUTINE,
    "non-emergency": Level.ROUTINE,
    "self-care": Level.SELF_CARE,
    "self_care": Level.SELF_CARE,
    "urgent": Level.URGENT,
    "routine": Level.ROUTINE,
}
_WORDINGS = ("patient_realistic", "patient_minimal", "original_structured")


class Triage(Bench):
    """How urgent is it? Each wording of a case is a conversation of one message."""

    name = "triage"
    reads = "JSONL: gold_standard_triage (A–D) with wordings, or text/vignette/case with triage/level (emergent, non-emergent, self-care)"

    def items(self, record: Record) -> Iterator[Item]:
        gold = str(first(record, "gold_standard_triage", "triage", "triage_level", "level", "label")).strip()
        level = _LETTERS.get(gold.upper()) or _SEMIGRAN[gold.lower()]
        name = str(first(record, "_id", "id", "case_id", default="case"))
        wordings = [one for one in _WORDINGS if record.get(one)]
        for wording in wordings:
            yield Item(conversation(f"{name}-{wording}", record[wording]), level, group=wording)
        if not wordings:
            said = str(first(record, "text", "vignette", "case", "description", "question"))
            yield Item(conversation(name, said), level)

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        got, gold = answers[-1].reply.triage.level, item.gold
        return {
            "right level": float(got == gold),
            "within one level": float(abs(got - gold) <= 1),
            "under-triage": float(got < gold),
            "over-triage": float(got > gold),
            "emergency found": float(got == Level.EMERGENCY) if gold == Level.EMERGENCY else None,
        }


class Avey(Bench):
    """Clinical vignettes: a simulated patient opens with the chief complaint and answers what is asked."""

    name = "avey"
    reads = "JSON or JSONL: correct_diagnosis, demographics, chief_complaints, presentation, absent_findings"

    def items(self, record: Record) -> Iterator[Item]:
        diagnosis = str(first(record, "correct_diagnosis"))
        patient = SimulatedPatient(
            opening=_opening(record),
            facts=tuple(Fact(say=one) for one in _sentences(str(first(record, "presentation")))),
            absent=tuple(_findings(str(record.get("absent_findings") or ""))),
            max_turns=8,
        )
        name = str(first(record, "_id", "id", default=diagnosis))
        yield Item(conversation(name, patient=patient, persona=_persona(record)), diagnosis)

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        return {**ranked(item.gold, answers), "questions answered": float(len(answers) - 1)}


def _opening(record: Record) -> str:
    complaint = str(first(record, "chief_complaints", "chief_complaint"))
    about = str(record.get("demographics") or "").strip()
    return f"{about}. {complaint}" if about else complaint


def _persona(record: Record) -> Persona:
    about = str(record.get("demographics") or "").lower()
    age = re.search(r"\d+", about)
    sex = (
        "female"
        if "female" in about or "woman" in about
        else "male"
        if "male" in about or "man" in about
        else ""
    )
    return Persona(age=age.group() if age else "", sex=sex)  # type: ignore[arg-type]


def _sentences(text: str) -> Iterator[str]:
    for one in re.split(r"(?<=[.!?])\s+", text):
        if one.strip():
            yield one.strip()


def _findings(text: str) -> Iterator[str]:
    for one in re.split(r"[,;.]", text):
        plain = re.sub(r"^\s*(?:no|denies|without|not?)\s+", "", one.strip(), flags=re.IGNORECASE)
        if plain.strip(" -"):
            yield plain.strip()


class Symptom2Disease(Bench):
    """Symptom descriptions with a disease label."""

    name = "symptom2disease"
    reads = "JSONL or CSV: text, label"

    def items(self, record: Record) -> Iterator[Item]:
        text, label = str(first(record, "text")), str(first(record, "label"))
        yield Item(conversation(str(first(record, "_id", "id", default=text[:40])), text), label)

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        return ranked(item.gold, answers)


def ranked(diagnosis: str, answers: Sequence[Answer]) -> dict[str, float | None]:
    """Whether the right diagnosis is among the first 1, 3 and 5; for an answer in words, whether it is named."""
    last = answers[-1]
    if not last.typed:
        return {"named in the text": float(_named(diagnosis, last.reply.text))}
    right = _names().cards_of(diagnosis)
    wanted = {key(diagnosis)}
    places = [
        place
        for place, one in enumerate(last.reply.differential, start=1)
        if key(one.condition) in wanted or (right and _names().cards_of(one.condition) & right)
    ]
    place = places[0] if places else None
    listed = {f"top {k}": float(place is not None and place <= k) for k in (1, 3, 5)}
    return {**listed, "named in the text": float(_named(diagnosis, last.reply.text))}


@cache
def _names() -> CardNames:
    from retrieval.handbook.outline import load_outline

    return CardNames(card for card in load_outline().cards if card.id.startswith(("condition/", "topic/")))


def _named(diagnosis: str, text: str) -> bool:
    return f" {key(diagnosis)} " in f" {key(text)} "
