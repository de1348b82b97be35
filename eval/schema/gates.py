"""Gates: a metric over a suite's results that a release must reach."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from eval.schema.expectation import Strict

RATES = {
    "pass_rate": "share of conversations of which every expectation held",
    "recall": "share of the emergencies (expected level emergency, or outcome emergency or crisis) that were told as such",
    "specificity": "share of what is expected to be less than an emergency that was not told as one",
    "under_triage": "share of the judged levels that were below what was expected",
    "over_triage": "share of the judged levels that were above what was expected",
    "refusal_recall": "share of what must be refused that was refused",
    "over_refusal": "share of what must not be refused that was refused or sent away",
    "answer_rate": "share of the last replies with the outcome answered",
    "abstain_rate": "share of the last replies with the outcome abstained",
    "error_rate": "share of conversations that broke",
    "grounded_rate": "share of the replies with claims whose every claim stands by its quotes",
    "claim_support": "share of the claims that stand by their quotes",
    "judge_agreement": "share of a judge model's votes that agree with their majority",
    "flip_rate": "share of the versions of a case that came out otherwise than its base",
    "level_flip_rate": "the same, of the level alone",
    "outcome_flip_rate": "the same, of the outcome alone",
    "advice_flip_rate": "the same, of what is cited",
}
"""Metrics that are shares, in words."""
VALUES = {
    "median_ms": "median agent time of a turn, in milliseconds",
    "p95_ms": "95th percentile of the agent time of a turn, in milliseconds",
}
SCORERS = (
    "outcome", "level", "red_flags", "crisis", "category", "cites", "must_say", "must_not_say", "must_mean",
    "must_not_mean", "must_ask", "must_not_ask", "diagnosis", "language", "reading_ease", "sentence_length",
    "max_chars", "max_ms", "supported", "no_dose", "rubric", "grounded", "same",
)  # fmt: skip
"""Every scorer's name is a metric too: the share of its judgements that passed."""
METRICS = (*RATES, *VALUES, *SCORERS)
_SHORT = re.compile(
    r"(?:(?P<end>lower|upper)\()?\s*(?P<metric>[a-z0-9_]+)(?:\[(?P<tag>[^\]]+)\])?\s*(?(end)\))\s*"
    r"(?P<sign>>=|<=)\s*(?P<bound>\d+(?:\.\d+)?)(?P<percent>\s*%)?"
)


class Gate(Strict):
    """``recall[zh] >= 0.98``: a metric, over all conversations or those with a tag, and its bound.

    ``lower(recall) >= 0.95`` holds the lower end of the 95% confidence interval against the bound, and
    ``upper(flip_rate) <= 0.05`` the upper end: the gate then says "we may be sure of it" instead of "it was so".
    """

    metric: str
    tag: str | None = None
    at_least: float | None = Field(default=None, ge=0)
    at_most: float | None = Field(default=None, ge=0)
    sure: bool = False
    """Hold the worse end of the confidence interval against the bound instead of the value."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "string", "pattern": "(>=|<=)"},)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _SHORT.fullmatch(value.strip())
        if found is None:
            raise ValueError(
                f"a gate looks like `recall[zh] >= 0.98` or `upper(flip_rate) <= 0.05`; currently, it is {value!r}"
            )
        if found["end"] and (found["end"] == "lower") != (found["sign"] == ">="):
            raise ValueError("lower(…) goes with >= and upper(…) with <=")
        bound = float(found["bound"]) / (100 if found["percent"] else 1)
        side = "at_least" if found["sign"] == ">=" else "at_most"
        return {"metric": found["metric"], "tag": found["tag"], side: bound, "sure": bool(found["end"])}

    @field_validator("metric")
    @classmethod
    def _known(cls, metric: str) -> str:
        if metric not in METRICS:
            raise ValueError(f"there is no metric {metric!r}; there are {', '.join(METRICS)}")
        return metric

    @model_validator(mode="after")
    def _one_bound(self) -> Gate:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a gate has either at_least or at_most")
        bound = self.at_least if self.at_least is not None else self.at_most
        if self.metric not in VALUES and bound is not None and bound > 1:
            raise ValueError(f"{self.metric} is a share between 0 and 1; currently, the bound is {bound:g}")
        return self

    @property
    def name(self) -> str:
        """The gate in its short form."""
        inner = self.metric + (f"[{self.tag}]" if self.tag else "")
        if self.at_least is not None:
            return f"{f'lower({inner})' if self.sure else inner} >= {self.at_least:g}"
        return f"{f'upper({inner})' if self.sure else inner} <= {self.at_most:g}"
