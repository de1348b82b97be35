"""Judge one reply against what was expected of it. Deterministic; each scorer says what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.types import Reply
from eval.suite import Expectation


@dataclass(frozen=True, slots=True)
class Score:
    """``passed`` is ``None`` where the scorer had nothing to judge: not scored is never zero."""

    scorer: str
    passed: bool | None
    detail: str = ""


def judge(reply: Reply, expected: Expectation) -> list[Score]:
    """Every expectation's score, in a fixed order, and the grounding of the reply in any case."""
    scores = [score for scorer in _SCORERS for score in scorer(reply, expected)]
    return [*scores, grounding(reply)]


def grounding(reply: Reply) -> Score:
    """Each kept claim cites, and each quote stands at its place in its passage: re-checked from the reply alone."""
    kept = [claim for claim in reply.claims if claim.kept]
    if not kept:
        return Score("grounded", None, "no claim to check")
    by_number = {citation.n: citation for citation in reply.citations}
    for claim in kept:
        if not claim.citations:
            return Score("grounded", False, f"no citation: {claim.text}")
        for number in claim.citations:
            citation = by_number.get(number)
            if citation is None:
                return Score("grounded", False, f"[{number}] points at nothing: {claim.text}")
            if citation.passage[citation.start : citation.end] != citation.quote or not citation.quote:
                return Score("grounded", False, f"[{number}] is not what its passage says")
    return Score("grounded", True)


def _outcome(reply: Reply, expected: Expectation) -> Iterator[Score]:
    if expected.outcome is not None:
        allowed = expected.outcome if isinstance(expected.outcome, tuple) else (expected.outcome,)
        wanted = " or ".join(outcome.value for outcome in allowed)
        yield Score("outcome", reply.outcome in allowed, f"{reply.outcome.value}, expected {wanted}")


def _level(reply: Reply, expected: Expectation) -> Iterator[Score]:
    if expected.level is not None:
        yield Score(
            "level",
            expected.level.allows(reply.triage.level),
            f"{reply.triage.level.label}, expected {expected.level}",
        )


def _red_flags(reply: Reply, expected: Expectation) -> Iterator[Score]:
    raised = {flag.id for flag in reply.triage.red_flags}
    for flag in expected.red_flags:
        yield Score("red_flags", flag in raised, f"{flag} among {sorted(raised)}")


def _cites(reply: Reply, expected: Expectation) -> Iterator[Score]:
    if expected.cites is None:
        return
    count = len(reply.citations)
    yield Score(
        "cites",
        count >= expected.cites.at_least,
        f"{count} citations, expected at least {expected.cites.at_least}",
    )
    if expected.cites.document is not None:
        documents = {citation.document_id for citation in reply.citations}
        wanted = set(expected.cites.document.split("|"))
        yield Score(
            "cites", bool(documents & wanted), f"{sorted(documents)}, expected {expected.cites.document}"
        )


def _says(reply: Reply, expected: Expectation) -> Iterator[Score]:
    text = reply.text.lower()
    for phrase in expected.must_say:
        yield Score("must_say", any(one.lower() in text for one in phrase.split("|")), f"must say: {phrase}")
    for phrase in expected.must_not_say:
        said = [one for one in phrase.split("|") if one.lower() in text]
        yield Score("must_not_say", not said, f"must not say: {phrase}")


def _asks(reply: Reply, expected: Expectation) -> Iterator[Score]:
    if expected.must_ask:
        yield Score("must_ask", bool(reply.questions), f"{len(reply.questions)} questions asked back")


def _language(reply: Reply, expected: Expectation) -> Iterator[Score]:
    if expected.language is not None:
        yield Score(
            "language", reply.language == expected.language, f"{reply.language}, expected {expected.language}"
        )


def _time(reply: Reply, expected: Expectation) -> Iterator[Score]:
    if expected.max_ms is not None:
        took = reply.trace.timings_ms.get("total")
        yield Score(
            "time", None if took is None else took <= expected.max_ms, f"{took} ms, allowed {expected.max_ms}"
        )


_SCORERS: tuple[Callable[[Reply, Expectation], Iterator[Score]], ...] = (
    _outcome,
    _level,
    _red_flags,
    _cites,
    _says,
    _asks,
    _language,
    _time,
)
