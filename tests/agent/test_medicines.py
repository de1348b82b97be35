"""Two medicines asked about together: what each page says of the other, by name or by group, and nothing else."""

from __future__ import annotations

import re

import pytest

from agent.consult import Consultant
from agent.medicines import called, pair_asked_about
from agent.tables import table
from agent.types import Turn
from prompts.phrases import phrase
from retrieval.handbook.outline import load_outline


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Can I take ibuprofen with lisinopril?", ["ACE inhibitors", "NSAIDs"]),
        ("sertraline and tramadol together, is that ok?", ["tramadol", "SSRI"]),
        ("布洛芬和阿司匹林能一起吃吗？", ["小剂量阿司匹林", "布洛芬等止痛药"]),
        ("氨氯地平和辛伐他汀能同时吃吗", ["大剂量辛伐他汀", "与氨氯地平"]),
    ],
)
def test_each_page_is_quoted_on_the_other(consultant: Consultant, text: str, told: list[str]) -> None:
    reply = consultant.ask(Turn(text=text))
    assert all(words in reply.text for words in told)
    pair = pair_asked_about(text)
    for citation in reply.citations:
        assert called(pair - {citation.document_id}).search(citation.quote)
    assert "不一致" not in reply.text


def test_what_is_not_listed_is_said_to_be_not_listed(consultant: Consultant) -> None:
    for language, text in (
        ("en", "Is it safe to take paracetamol with amoxicillin?"),
        ("zh", "阿莫西林和布洛芬可以一起吃吗？"),
    ):
        assert phrase("pair_unlisted", language) in consultant.ask(Turn(text=text)).text


def test_one_medicine_is_no_pair() -> None:
    assert not pair_asked_about("What are the side effects of metformin?")
    assert pair_asked_about("paracetamol and amoxicillin") == {"medicine/paracetamol", "medicine/amoxicillin"}


def test_every_group_is_a_pattern_and_belongs_to_a_kind_of_code() -> None:
    for code, words in table("medicine-classes").items():
        assert re.fullmatch(r"[A-Z]\d{2}[A-Z]{0,2}\d{0,2}", code)
        for words_of_one in words.values():
            re.compile(words_of_one)


def test_medicines_carry_their_code() -> None:
    medicines = [card for card in load_outline().cards if card.id.startswith("medicine/")]
    assert sum(bool(card.atc) for card in medicines) > 0.9 * len(medicines)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["I'm 30 weeks pregnant", "Can I take ibuprofen for my back?"], "week 20 of pregnancy"),
        (["我怀孕30周", "腰疼能吃布洛芬吗？"], "孕"),
    ],
)
def test_a_pregnancy_told_of_before_comes_first_where_a_medicine_is_asked_about(
    consultant: Consultant, said: list[str], told: str
) -> None:
    reply = consultant.talk(said)[-1]
    assert told in reply.text
    assert reply.citations[0].passage_id.startswith("medicine/ibuprofen#pregnancy")
