from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import exact_binomial, fisher, mean, paired, quantile, wilson


def test_known_values() -> None:
    assert wilson(0.9, 10) == pytest.approx((0.596, 0.982), abs=0.001)  # Wilson 1927, as in any table
    assert exact_binomial(1, 9) == pytest.approx(22 / 1024)
    assert exact_binomial(0, 0) == 1.0
    assert fisher((3, 1), (1, 3)) == pytest.approx(34 / 70)  # Fisher's tea
    assert fisher((5, 0), (0, 5)) == pytest.approx(2 / 252)


def test_all_or_nothing_is_not_certain() -> None:
    found = mean([1.0] * 20)
    assert found.value == found.high == 1.0
    assert found.low is not None and 0.8 < found.low < 0.9


def test_values_of_one_case_count_as_one() -> None:
    alone = mean([1.0, 0.0] * 50)
    together = mean([1.0] * 50 + [0.0] * 50, ["a"] * 50 + ["b"] * 50)
    assert alone.low is not None and together.low is not None
    assert together.low < alone.low - 0.2


def test_nothing_is_not_scored() -> None:
    assert mean([]).value is None
    assert quantile([], 0.5).value is None


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_an_interval_holds_its_value(passed: list[bool]) -> None:
    found = mean([float(one) for one in passed])
    assert found.low is not None and found.high is not None and found.value is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_two_runs_are_told_apart_only_when_chance_is_unlikely() -> None:
    assert paired([0.0] * 10, [1.0] * 10).verdict == "better"
    assert paired([1.0] * 10, [0.0] * 10).verdict == "worse"
    assert paired([0.0, 0.0, 1.0], [1.0, 1.0, 1.0]).verdict == "not told apart"
    assert paired([], []).verdict == "not told apart"
