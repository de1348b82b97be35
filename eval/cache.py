"""Conversations that were already held: an unchanged case asked of an unchanged agent is not held twice.

Each is written as soon as it is over, so that whatever stops a run, the next one goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from eval.schema.suite import Sample
from eval.targets.conversation import Answer


class Cache:
    """A folder of conversations by the hash of all that they depend on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def key(self, fingerprint: str, sample: Sample, epoch: int) -> str:
        return hashlib.sha256(f"{fingerprint}|{sample.key}|{epoch}".encode()).hexdigest()

    def get(self, key: str) -> tuple[Answer, ...] | None:
        """The conversation, or ``None`` where there is none that can be read."""
        try:
            raw = json.loads(self._path(key).read_text(encoding="utf-8"))
            return tuple(Answer.from_json(one) for one in raw)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, answers: tuple[Answer, ...]) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps([one.as_json() for one in answers], ensure_ascii=False), encoding="utf-8")
        part.replace(path)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
