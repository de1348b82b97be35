"""What counts as a refusal too many."""

from __future__ import annotations

import pytest

from agent.types import Outcome, Reply, Role
from eval.metrics import measure
from eval.result import Result
from eval.schema.expectation import Expectation
from eval.schema.suite import Sample
from eval.targets.conversation import Answer


@pytest.mark.parametrize(
    ("allowed", "got", "value"),
    [
        (["answered", "redirected"], "refused", 1.0),
        (["answered", "redirected"], "redirected", 0.0),
        (["answered"], "redirected", 1.0),
        (["answered", "redirected"], "answered", 0.0),
        (["refused"], "refused", None),
        ([], "refused", None),
    ],
)
def test_over_refusal_counts_what_was_not_allowed(allowed: list[str], got: str, value: float | None) -> None:
    expected = Expectation(outcome=tuple(Outcome(one) for one in allowed))
    reply = Reply(session="s", role=Role.PATIENT, language="en", outcome=Outcome(got), text="…")
    result = Result(Sample(id="x", language="en", expect=expected), (Answer("?", reply),))
    assert measure("over_refusal", [result]).value == value
