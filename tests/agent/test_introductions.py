"""Who is asking does not change what is searched for; what bears on the answer stays."""

from __future__ import annotations

import pytest

from agent.introductions import without_introductions
from agent.rewrite import for_search

QUESTION = "Which foods should I avoid with gout?"


@pytest.mark.parametrize(
    "before",
    [
        "My name is Wilhelmina Oduya-Park.",
        "Hello there!",
        "Hi doctor. I'm 52 years old.",
        "I'm a young Somali woman from Leeds.",
        "I'm a retired teacher from Osaka.",
        "I'm Polish, living in Dublin.",
        "I don't have health insurance.",
        "Sorry for my bad English.",
        "Thanks in advance!",
        "Could you please help me?",
        "I have a quick question.",
    ],
)
def test_an_introduction_goes(before: str) -> None:
    assert without_introductions(f"{before} {QUESTION}") == QUESTION


@pytest.mark.parametrize(
    "before",
    [
        "我叫古丽娜尔·艾山。", "医生您好！", "我今年61岁。", "我是彝族人。", "我是个卡车司机。", "我住在桥洞下面。",
        "我没买新农合。", "请问一下，麻烦您给看看，谢谢。", "打扰一下。",
    ],
)  # fmt: skip
def test_an_introduction_goes_in_chinese(before: str) -> None:
    assert without_introductions(f"{before}痛风要忌口什么？").endswith("痛风要忌口什么？")
    if "，" not in before:
        assert without_introductions(f"{before}痛风要忌口什么？") == "痛风要忌口什么？"


@pytest.mark.parametrize(
    "said",
    [
        "I'm a diabetic from Ohio. Which foods raise sugar?",
        "I have one kidney. Can I take ibuprofen?",
        "I'm a pregnant woman. Can I take ibuprofen?",
        "I live with COPD. Can I fly?",
        "I was stung by a jellyfish. What now?",
        "I'm 30 weeks pregnant. Can I take ibuprofen?",
        "我是乙肝携带者。能打疫苗吗？",
        "我怀孕30周。能吃布洛芬吗？",
        "我只有一个肾。能吃布洛芬吗？",
    ],
)
def test_what_bears_on_the_answer_stays(said: str) -> None:
    assert without_introductions(said) == said


@pytest.mark.parametrize("said", ["My name is Ada.", "Hello", "你好", "", "我28岁"])
def test_an_introduction_alone_stays(said: str) -> None:
    assert without_introductions(said) == said


def test_the_topic_of_a_follow_up_is_freed_too() -> None:
    assert for_search(f"And beer? ↩ My name is Ada. {QUESTION}") == f"{QUESTION} And beer?"
