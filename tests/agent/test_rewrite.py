import pytest

from agent.rewrite import for_search, full_question
from agent.types import Exchange

GOUT = (Exchange(said="What is gout?", replied="…", query="What is gout?"),)
MIGRAINE_ZH = (Exchange(said="偏头痛是什么？", replied="…", query="偏头痛是什么？"),)


@pytest.mark.parametrize(
    ("text", "history", "topic"),
    [
        ("How is it treated?", GOUT, "gout"),
        ("What about children?", GOUT, "gout"),
        ("And during pregnancy?", GOUT, "gout"),
        ("那怎么治疗？", MIGRAINE_ZH, "偏头痛"),
        ("它会遗传吗？", MIGRAINE_ZH, "偏头痛"),
    ],
)
def test_a_follow_up_is_searched_with_its_topic(text: str, history: tuple[Exchange, ...], topic: str) -> None:
    query = full_question(text, history, own_topic=False)
    assert topic in for_search(query)
    assert text in query


def test_a_short_question_with_its_own_topic_stands_alone() -> None:
    assert full_question("What is asthma?", GOUT, own_topic=True) == "What is asthma?"


def test_the_first_question_is_never_changed() -> None:
    assert full_question("How is it treated?", (), own_topic=False) == "How is it treated?"


def test_topics_do_not_pile_up_over_many_follow_ups() -> None:
    history: tuple[Exchange, ...] = GOUT
    for _ in range(200):
        query = full_question("And then?", history, own_topic=False)
        history = (*history, Exchange(said="And then?", replied="…", query=query))
    assert len(history[-1].query) < 100
    assert "gout" in for_search(history[-1].query)


def test_the_same_words_always_give_the_same_query() -> None:
    assert len({full_question("How is it treated?", GOUT, own_topic=False) for _ in range(20)}) == 1
