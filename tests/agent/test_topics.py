import pytest

from agent.topics import named_cards, names_its_own, only_medicine, topic_first
from retrieval.passage import Hit, Passage


def hit(document: str) -> Hit:
    return Hit(
        passage=Passage(id=f"{document}#a", document_id=document, title="…", text="…", language="en"),
        score=1.0,
    )


@pytest.mark.parametrize("text", ["And in pregnancy?", "能运动吗？", "Is there a vaccine?", "怀孕能吃吗？"])
def test_a_circumstance_is_no_topic_of_its_own(text: str) -> None:
    assert not names_its_own(text)


@pytest.mark.parametrize("text", ["What is asthma?", "How much sleep do I need?", "那布洛芬呢？"])
def test_a_card_named_is(text: str) -> None:
    assert names_its_own(text)


def test_traditional_characters_name_cards_too() -> None:
    assert "condition/gout" in named_cards("痛風有什麼不能吃？")


def test_what_was_spoken_of_comes_first_in_a_follow_up() -> None:
    hits = [hit("topic/adult-vaccination"), hit("condition/shingles")]
    assert topic_first("Is there a vaccine? ↩ What is shingles?", hits)[0] is hits[1]
    assert topic_first("And asthma? ↩ What is shingles?", hits) == hits


def test_the_one_card_that_a_question_names_comes_first() -> None:
    hits = [hit("condition/diabetic-ketoacidosis"), hit("condition/type-2-diabetes")]
    assert topic_first("What are the first signs of diabetes?", hits)[0] is hits[1]
    assert topic_first("Is it diabetes or asthma?", hits) == hits


def test_an_overdose_of_one_medicine_is_not_answered_with_the_antidote_of_another() -> None:
    hits = [hit("condition/poisoning"), hit("medicine/amlodipine"), hit("medicine/paracetamol")]
    assert only_medicine("How is an overdose of amlodipine treated?", hits) == [hits[1]]
    assert only_medicine("How is an overdose treated?", hits) == hits
