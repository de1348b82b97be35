"""A run as files: JSON for programs, Markdown for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.runner import GateResult, Result, SuiteResult


def write_report(results: Sequence[SuiteResult], folder: Path, *, about: dict[str, str]) -> None:
    """Write ``report.json`` and ``report.md`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = {
        "about": about,
        "passed": all(one.passed for one in results),
        "suites": [_suite(one) for one in results],
    }
    (folder / "report.json").write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "report.md").write_text(markdown(results, about=about), encoding="utf-8")


def markdown(results: Sequence[SuiteResult], *, about: dict[str, str]) -> str:
    """Gates first, then every failed sample with its transcript."""
    passed = sum(one.passed for suite in results for one in suite.results)
    total = sum(len(suite.results) for suite in results)
    lines = ["# Evaluation", "", f"{passed} of {total} samples passed.", ""]
    lines += [f"- {name}: {value}" for name, value in about.items()]
    lines += ["", "| suite | gate | reached | needed | |", "|---|---|---|---|---|"]
    for suite in results:
        for gate in suite.gates:
            lines.append(
                f"| {suite.suite.suite} | {_gate_name(gate)} | {_value(gate)} | {gate.gate.at_least:.0%} | {'passed' if gate.passed else '**failed**'} |"
            )
    for suite in results:
        for result in suite.results:
            if not result.passed:
                lines += ["", *_transcript(suite.suite.suite, result)]
    return "\n".join(lines) + "\n"


def _transcript(suite: str, result: Result) -> list[str]:
    lines = [f"## {suite}/{result.sample.id} failed", ""]
    if result.sample.why:
        lines += [result.sample.why, ""]
    lines += [f"- {failure}" for failure in result.failures] + [""]
    for turn, reply in zip(result.sample.turns, result.replies, strict=False):
        lines += [f"> **{turn.say}**", ">", *(f"> {line}" for line in reply.text.splitlines()), ""]
        lines += [f"`{reply.outcome.value}` `{reply.triage.level.label}`", ""]
    return lines


def _gate_name(gate: GateResult) -> str:
    return gate.gate.metric + (f" of {gate.gate.tag}" if gate.gate.tag else "")


def _value(gate: GateResult) -> str:
    return "not scored" if gate.value is None else f"{gate.value:.1%} of {gate.counted}"


def _suite(result: SuiteResult) -> dict[str, Any]:
    return {
        "suite": result.suite.suite,
        "passed": result.passed,
        "gates": [
            {
                "metric": gate.gate.metric,
                "tag": gate.gate.tag,
                "at_least": gate.gate.at_least,
                "value": gate.value,
                "counted": gate.counted,
                "passed": gate.passed,
            }
            for gate in result.gates
        ],
        "samples": [
            {
                "id": one.sample.id,
                "tags": list(one.sample.tags),
                "passed": one.passed,
                "error": one.error or None,
                "failures": one.failures,
                "scores": [
                    {"turn": turn, "scorer": score.scorer, "passed": score.passed, "detail": score.detail}
                    for turn, score in one.scores
                ],
                "turns": [turn.say for turn in one.sample.turns],
                "replies": [reply.model_dump(mode="json", by_alias=True) for reply in one.replies],
            }
            for one in result.results
        ],
    }
