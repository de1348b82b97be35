"""A run as JSON: for programs, for ``wenzhen eval compare``, and for the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agent.errors import UsageError
from eval.result import GateResult, Result, Run, SuiteResult

REPORT = "report.json"


def as_json(run: Run) -> dict[str, Any]:
    return {
        "target": run.target,
        "about": run.about,
        "passed": run.passed,
        "suites": [_suite(one) for one in run.suites],
    }


def write_json(run: Run, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_json(run), ensure_ascii=False, indent=1)
    (folder / REPORT).write_text(text, encoding="utf-8")


def read_report(path: Path) -> dict[str, Any]:
    """The JSON of a report folder or file.

    Raises:
        UsageError: it is no report.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        for suite in raw["suites"]:
            for one in suite["samples"]:
                one["id"], one["passed"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is not a report of wenzhen eval run.") from error
    assert isinstance(raw, dict)
    return raw


def _suite(result: SuiteResult) -> dict[str, Any]:
    return {
        "suite": result.suite.name,
        "description": result.suite.description,
        "passed": result.passed,
        "left_out": result.left_out,
        "gates": [gate_json(gate) for gate in result.gates],
        "samples": [_sample(one) for one in result.results],
    }


def gate_json(gate: GateResult) -> dict[str, Any]:
    return {
        "gate": gate.gate.name,
        "metric": gate.gate.metric,
        "tag": gate.gate.tag,
        "at_least": gate.gate.at_least,
        "at_most": gate.gate.at_most,
        "sure": gate.gate.sure,
        "value": gate.measure.value,
        "low": gate.measure.low,
        "high": gate.measure.high,
        "counted": gate.measure.n,
        "passed": gate.passed,
    }


def _sample(one: Result) -> dict[str, Any]:
    sample = one.sample
    return {
        "id": sample.id,
        "epoch": one.epoch,
        "tags": list(sample.tags),
        "language": sample.language,
        "role": sample.role.value,
        "why": sample.why,
        "version": sample.version.model_dump() if sample.version else None,
        "expected": sample.expect.model_dump(mode="json", exclude_unset=True),
        "passed": one.passed,
        "cached": one.cached,
        "error": one.error or None,
        "failures": one.failures,
        "scores": [{"turn": turn, **score.as_json()} for turn, score in one.scores],
        "turns": [answer.said for answer in one.answers] or [turn.say for turn in sample.turns],
        "replies": [answer.reply.model_dump(mode="json", by_alias=True) for answer in one.answers],
    }
