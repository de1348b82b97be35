"""The generated pairs, from the handbook alone, and what grounding makes of them."""

from collections import Counter
from functools import cache

import pytest

from agent.grounding.measure import judged, table
from agent.grounding.pairs import Pair, make_pairs


@cache
def pairs() -> tuple[Pair, ...]:
    return tuple(make_pairs(None, per_corpus=40))


def test_pairs_are_of_both_languages_and_many_kinds_and_come_out_the_same_again() -> None:
    count = Counter((pair.language, pair.supported) for pair in pairs())
    assert min(count.values()) > 80
    assert {"number", "unit", "negation", "comparative", "population", "entity", "drug", "elsewhere"} <= {
        pair.kind for pair in pairs()
    }
    assert make_pairs(None, per_corpus=40) == list(pairs())


def test_a_swapped_claim_differs_from_what_its_passages_say() -> None:
    for pair in pairs():
        if not pair.supported:
            assert all(pair.claim not in passage.text for passage in pair.passages)
        if pair.kind == "verbatim":
            assert pair.claim in pair.passages[0].text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_held_out_half_meets_the_target(language: str) -> None:
    results = judged([pair for pair in pairs() if pair.held_out and pair.language == language])
    supported = [verdict.kept for pair, verdict in results if pair.supported]
    swapped = [not verdict.kept for pair, verdict in results if not pair.supported]
    assert sum(supported) / len(supported) >= 0.92, table(results)
    assert sum(swapped) / len(swapped) >= 0.95, table(results)
    assert all(verdict.reason for _, verdict in results if not verdict.kept)
