"""What is answered, what is nearly answered, and what is not: over the built-in handbook."""

from __future__ import annotations

import pytest

from agent.symptoms import SymptomMatcher
from agent.topics import named_cards, names_a_card
from agent.types import Outcome, Turn


@pytest.mark.parametrize(
    "text",
    [
        "What does a high ferrimodulin level mean?",
        "May I take tarnoxilate with my blood pressure tablets?",
        "Which vaccine protects against Quillon virus?",
        "科德利埃营养不良症预后怎么样？",
    ],
)
def test_an_unknown_name_is_not_answered_by_its_neighbours(consultant, text: str) -> None:
    reply = consultant.ask(Turn(text=text))
    assert reply.outcome == Outcome.ABSTAINED
    assert not reply.citations


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("When can a child with chickenpox go back to school?", "condition/chickenpox"),
        ("糖尿病前期能逆转吗？", "condition/prediabetes"),
    ],
)
def test_a_named_card_is_told_with_the_word_that_it_may_not_be_the_answer(consultant, text, card) -> None:
    reply = consultant.ask(Turn(text=text))
    assert reply.outcome == Outcome.ANSWERED
    assert card in {citation.document_id for citation in reply.citations}
    assert "may not answer this exactly" in reply.text or "不一定正好回答" in reply.text


def test_the_cards_a_text_names() -> None:
    assert "condition/prediabetes" in named_cards("糖尿病前期能逆转吗")
    assert names_a_card("Is ibuprofen safe?", "medicine") and not names_a_card("Is ibuprofen safe?", "test")
    assert named_cards("What is the weather?") == frozenset()


def test_falling_asleep_is_no_fall() -> None:
    found = {mention.symptom for mention in SymptomMatcher.load().find("How can I fall asleep faster?")}
    assert "trauma" not in found
    assert "trauma" in {mention.symptom for mention in SymptomMatcher.load().find("I had a fall yesterday")}


def test_pain_of_a_nerve_is_no_period_pain() -> None:
    found = {mention.symptom for mention in SymptomMatcher.load().find("坐骨神经痛多久能好？")}
    assert "painful_periods" not in found
