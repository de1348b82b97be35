from __future__ import annotations

import pytest

from eval.names import CardNames, key
from retrieval.handbook.outline import Named


def _card(slug: str, name: str, *others: str) -> Named:
    return Named(f"condition/{slug}", name, "", others, ())


CARDS = CardNames(
    [
        _card("migraine", "Migraine", "sick headache"),
        _card("menieres-disease", "Ménière's disease"),
        _card("iron-deficiency-anaemia", "Iron-deficiency anaemia"),
        _card("brain-tumour", "Brain tumour"),
        _card("fibroids", "Uterine fibroids (leiomyomas)"),
        _card("tension-headache", "Tension-type headache", "tension headache"),
        _card("appendicitis", "Appendicitis"),
        _card("acute-bronchitis", "Acute bronchitis", "chest cold"),
        _card("kidney-infection", "Kidney infection"),
        _card("covid-19", "COVID-19"),
    ]
)


@pytest.mark.parametrize(
    ("diagnosis", "card"),
    [
        ("Migraine Headache", "migraine"),
        ("Meniere Disease", "menieres-disease"),
        ("Meniere’s disease", "menieres-disease"),
        ("Iron Deficiency Anemia", "iron-deficiency-anaemia"),
        ("Brain Tumor", "brain-tumour"),
        ("uterine fibroid", "fibroids"),
        ("Tension Headache", "tension-headache"),
        ("Acute Appendicitis", "appendicitis"),
        ("COVID 19", "covid-19"),
    ],
)
def test_a_diagnosis_finds_its_card_however_it_is_spelled(diagnosis: str, card: str) -> None:
    assert CARDS.cards_of(diagnosis) == {f"condition/{card}"}


@pytest.mark.parametrize("diagnosis", ["Chronic Bronchitis", "Kidney Disease", "Headache", "Gout", ""])
def test_another_disease_does_not(diagnosis: str) -> None:
    assert CARDS.cards_of(diagnosis) == frozenset()


def test_every_built_in_name_is_a_name_of_its_card() -> None:
    from retrieval.handbook.outline import load_outline

    cards = load_outline().cards
    names = CardNames(cards)
    assert [card.en for card in cards if card.id not in names.cards_of(card.en)] == []


def test_british_and_american_spelling_are_one() -> None:
    pairs = [("oesophageal tumour", "esophageal tumor"), ("haemophilia", "hemophilia"), ("apnoea", "apnea")]
    assert all(key(british) == key(american) for british, american in pairs)
