from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.analysis import name_key
from retrieval.question import names_of, understand

KNOWN = {name_key("gout"): 3, name_key("kidney stones"): 2, name_key("偏头痛"): 4}


def test_a_long_message_is_about_the_names_the_index_knows_and_the_aspect_it_asks_for() -> None:
    text = (
        "Hello doctor, my uncle lives far away and works nights in a bakery. "
        "Could you please tell me how Gout is treated? Thank you very much."
    )
    question = understand(text, lambda key: KNOWN.get(key, 0))
    assert question.focus == ("Gout",)
    assert question.aspects == ("treatment",)
    assert question.titled == "Gout treatments"
    assert "Hello" not in question.asked
    assert "Thank" not in question.asked


def test_a_chinese_message_too() -> None:
    text = "医生您好，我今年三十岁，最近工作很忙，经常加班到半夜。请问偏头痛怎么预防？谢谢医生"
    question = understand(text, lambda key: KNOWN.get(key, 0))
    assert question.focus == ("偏头痛",)
    assert "prevention" in question.aspects
    assert question.titled == "偏头痛 预防"


def test_a_short_question_needs_no_second_search() -> None:
    assert understand("how is gout treated?", lambda key: KNOWN.get(key, 0)).titled == ""


@pytest.mark.parametrize(
    ("title", "synonyms", "names"),
    [
        ("What are the treatments for Kidney Stones ?", "", ["Kidney Stones"]),
        (
            "Is gout inherited ? (Also called: gouty arthritis; podagra)",
            "",
            ["gout", "gouty arthritis", "podagra"],
        ),
        ("Gout", "痛风; podagra", ["Gout", "痛风", "podagra"]),
    ],
)
def test_a_title_is_a_name_or_asks_about_one(title: str, synonyms: str, names: list[str]) -> None:
    assert names_of(title, synonyms) == names


@given(st.text(max_size=400))
def test_any_text_is_a_question(text: str) -> None:
    understand(text, lambda key: 1)
    names_of(text, text)
