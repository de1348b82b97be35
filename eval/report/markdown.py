"""A run in Markdown, for a terminal and for a pull request: gates first, then every failed case."""

from __future__ import annotations

from collections.abc import Sequence

from eval.result import GateResult, Result, Run
from eval.schema.gates import VALUES
from eval.statistics import Measure

_SHOWN = 40
"""Failed conversations shown in full."""


def markdown(run: Run, *, others: Sequence[Run] = (), shown: int = _SHOWN) -> str:
    """The report of ``run``, with the gates' metrics of ``others`` beside its own."""
    results = run.results
    passed = sum(one.passed for one in results)
    lines = ["# Evaluation", "", f"{passed} of {len(results)} conversations passed.", ""]
    lines += [f"- {name}: {value}" for name, value in run.about.items()]
    if left_out := sum(suite.left_out for suite in run.suites):
        lines += [f"- **{left_out} conversations were left out: the time was up**"]
    heads = "".join(f" {other.target} |" for other in others)
    lines += ["", f"| suite | gate | reached | |{heads}", "|---|---|---|---|" + "---|" * len(others)]
    for place, suite in enumerate(run.suites):
        for number, gate in enumerate(suite.gates):
            beside = "".join(f" {_reached(other.suites[place].gates[number])} |" for other in others)
            lines.append(f"| {suite.suite.name} | {_gate(gate)} |{beside}")
    failed = [(suite.suite.name, one) for suite in run.suites for one in suite.results if not one.passed]
    for name, result in failed[:shown]:
        lines += ["", *_transcript(name, result)]
    if len(failed) > shown:
        lines += ["", f"… and {len(failed) - shown} more failed: see report.html or report.json."]
    return "\n".join(lines) + "\n"


def _gate(gate: GateResult) -> str:
    word = "passed" if gate.passed else "**failed**"
    return f"`{gate.gate.name}` | {told(gate.measure, gate.gate.metric)} | {word}"


def _reached(gate: GateResult) -> str:
    return told(gate.measure, gate.gate.metric)


def told(measure: Measure, metric: str) -> str:
    """The value with its interval and how many it is of, in words."""
    if measure.value is None:
        return "not scored"
    if metric in VALUES:
        return f"{measure.value:.0f} ms ({measure.low:.0f} to {measure.high:.0f}; {measure.n})"
    return f"{measure.value:.1%} ({measure.low:.0%} to {measure.high:.0%}) of {measure.n}"


def _transcript(suite: str, result: Result) -> Sequence[str]:
    lines = [f"## {suite}/{result.sample.id} failed", ""]
    if result.sample.why:
        lines += [result.sample.why, ""]
    lines += [f"- {failure}" for failure in result.failures] + [""]
    for answer in result.answers:
        reply = answer.reply
        lines += [f"> **{answer.said}**", ">", *(f"> {line}" for line in reply.text.splitlines()), ""]
        lines += [f"`{reply.outcome.value}` `{reply.triage.level.label}`", ""]
    return lines
