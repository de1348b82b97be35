"""A run tells how much of it was held and how much was remembered."""

from __future__ import annotations

import re

from eval.result import Result
from eval.schema.suite import Sample
from eval.stopwatch import Stopwatch


def _result(*, cached: bool) -> Result:
    return Result(Sample(id="x", language="en", tags=("en",)), cached=cached)


def test_what_was_held_and_what_was_remembered_are_counted() -> None:
    told = Stopwatch().told([_result(cached=False), _result(cached=True), _result(cached=True)])
    assert re.fullmatch(
        r"1 conversation held in \d+\.\d s with \d+\.\d s of CPU time, 2 taken from the cache", told
    )


def test_nothing_is_said_of_a_cache_that_gave_nothing() -> None:
    assert "cache" not in Stopwatch().told([_result(cached=False)])
