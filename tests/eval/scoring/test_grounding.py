"""The independent check of claims against quotes, and of quotes against the corpus."""

from __future__ import annotations

from typing import Any

import pytest

from agent.types import Claim
from eval.scoring.grounding import grounded
from retrieval.passage import Passage
from tests.eval.replies import PASSAGE, QUOTE, citation, reply


def corpus(text: str = PASSAGE) -> Any:
    kept = Passage("condition/gout#what", "condition/gout", "Gout", text)
    return {kept.id: kept}.get


def passed(claim: str = QUOTE, quote: str = QUOTE, lookup: Any = None) -> bool | None:
    cited = citation(quote=quote, end=len(quote), passage=quote + " More.")
    made = reply(claims=(Claim(text=claim, citations=(1,)),), citations=(cited,))
    return grounded(made, lookup).passed


def test_a_lifted_sentence_stands() -> None:
    assert grounded(reply(), corpus()).passed is True
    assert grounded(reply(claims=()), corpus()).passed is None


def test_a_quote_must_stand_at_its_place_in_its_passage_and_in_the_corpus() -> None:
    assert grounded(reply(citations=(citation(start=1),)), None).passed is False
    assert grounded(reply(citations=()), None).passed is False
    assert grounded(reply(claims=(Claim(text=QUOTE),)), None).passed is False
    assert grounded(reply(), corpus("Another text altogether, of the same passage id.")).passed is False
    assert grounded(reply(), {}.get).passed is False


@pytest.mark.parametrize(
    ("claim", "quote", "stands"),
    [
        ("It usually settles within 10 days.", "Most attacks settle within 10 days with treatment.", True),
        ("It usually settles within 3 days.", "Most attacks settle within 10 days with treatment.", False),
        ("The limit is 7 mg.", "The limit is 7 mmol.", False),
        ("Gout is contagious.", "Gout is not contagious.", False),
        ("孩子可以吃阿司匹林。", "孩子不能吃阿司匹林。", False),
        ("发作一般持续10天左右。", "痛风发作一般持续10天左右，之后缓解。", True),
        ("Bananas are yellow and grow in warm countries.", "Gout is a painful joint inflammation.", False),
    ],
)
def test_numbers_units_negation_and_words_must_agree(claim: str, quote: str, stands: bool) -> None:
    assert passed(claim, quote) is stands


def test_the_share_of_claims_that_stand_is_told() -> None:
    made = reply(claims=(Claim(text=QUOTE, citations=(1,)), Claim(text="It takes 99 years.", citations=(1,))))
    found = grounded(made, None)
    assert found.passed is False and found.value == 0.5 and "99" in found.detail
