from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.analysis import MAX_WORD, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 mg", "5mg"),
        ("5 MG", "５ｍｇ"),
        ("TNF-α", "tnf-alpha"),
        ("Parkinson's", "parkinson"),
        ("café", "CAFE"),
        ("headaches", "headache"),
        ("1,000", "1000"),
    ],
)
def test_two_spellings_count_as_the_same_words(one: str, other: str) -> None:
    assert sorted(terms(one)) == sorted(terms(other))


def test_a_hyphenated_word_is_found_whole_and_in_parts() -> None:
    assert set(terms("beta-blocker")) == {*terms("beta"), *terms("blocker"), *terms("betablocker")}


def test_question_words_do_not_count() -> None:
    assert terms("What is the") == []
    assert terms("请问怎么办") == []
    assert terms("请问头痛怎么办？") == terms("头痛")


def test_negation_counts() -> None:
    assert terms("not") and terms("没有")


def test_chinese_counts_pairs_and_characters() -> None:
    assert set(terms("白细胞")) == {"白细", "细胞", "白", "细", "胞"}


def test_a_number_does_not_swallow_the_chinese_after_it() -> None:
    assert terms("10天左右") == ["10", *terms("天左右")]
    assert set(terms("每次5mg口服")) == {*terms("每次"), "5", "mg", "5mg", *terms("口服")}
    assert set(terms("每次 5 mg口服")) == set(terms("每次5mg口服"))


def test_a_limit_is_kept() -> None:
    assert len(terms("头痛" * 1000, limit=10)) == 10


@given(st.text())
def test_any_text_gives_short_terms_without_spaces(text: str) -> None:
    for term in terms(text):
        assert term
        assert not any(c.isspace() for c in term)
        assert len(term) <= 2 * MAX_WORD + 8
        term.encode()
