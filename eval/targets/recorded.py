"""Conversations that were recorded before: a report's, or the output of ``wenzhen batch``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agent.errors import NotReadyError, UsageError
from agent.types import Reply
from eval.schema.suite import Sample
from eval.targets.conversation import Answer, Say
from retrieval.passage import Passage

_SHAPE = '{"id": "…", "replies": [Reply, …]} a line, or the report.json of an earlier run'


class RecordedTarget:
    """Replies by the id of the sample (``suite/sample`` or ``sample``), in the order in which they were given."""

    has_corpus = False

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._replies = _load(path)

    def fingerprint(self) -> str:
        return ""

    def begin(self, sample: Sample, epoch: int) -> Say:
        recorded = self._replies.get(sample.id)
        if recorded is None:
            raise NotReadyError(f"{self.name} has no conversation {sample.id!r}.")
        left = iter(recorded)

        def say(text: str) -> Answer:
            reply = next(left, None)
            if reply is None:
                raise NotReadyError(
                    f"{self.name}: the conversation {sample.id!r} has fewer replies than turns."
                )
            return Answer(text, reply)

        return say

    def passage(self, passage_id: str) -> Passage | None:
        return None

    def close(self) -> None:
        """Nothing is open."""


def _load(path: Path) -> dict[str, tuple[Reply, ...]]:
    file = path / "report.json" if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".jsonl":
            lines = [json.loads(line) for line in text.split("\n") if line.strip()]
            return {str(one["id"]): _replies(one.get("replies", ())) for one in lines}
        raw = json.loads(text)
        return {one["id"]: _replies(one["replies"]) for suite in raw["suites"] for one in suite["samples"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} holds no recorded conversations: {_SHAPE} ({error}).") from error


def _replies(raw: Any) -> tuple[Reply, ...]:
    return tuple(Reply.model_validate(one) for one in raw)
