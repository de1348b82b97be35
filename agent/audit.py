"""The audit log: append-only, each entry chained to the one before by its hash.

It holds what produced a reply (hashes of prompt, model and corpus, outcome, level, guards), not what the
person wrote: the conversation itself is in the session store, where it can be deleted.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from agent.database import AuditRow
from agent.types import Reply

_GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which the chain does not hold."""

    entry: int
    reason: str


class Audit:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()

    def record(self, reply: Reply) -> str:
        """Append one entry and return its hash. Two writers, in one process or several, never fork the chain."""
        entry = json.dumps(_entry(reply), ensure_ascii=False, sort_keys=True)
        with self._lock, Session(self._engine) as database:
            database.execute(text("BEGIN IMMEDIATE"))
            last = database.scalar(select(AuditRow.sha256).order_by(AuditRow.id.desc()).limit(1)) or _GENESIS
            row = AuditRow(created=time.time(), entry=entry, previous=last, sha256=_digest(last, entry))
            database.add(row)
            database.commit()
            return row.sha256

    def verify(self) -> Break | None:
        """The first broken link, or ``None`` when the whole chain holds."""
        previous = _GENESIS
        with Session(self._engine) as database:
            for row in database.scalars(select(AuditRow).order_by(AuditRow.id)):
                if row.previous != previous:
                    return Break(row.id, "an entry before it was removed or reordered")
                if row.sha256 != _digest(previous, row.entry):
                    return Break(row.id, "its content was changed")
                previous = row.sha256
        return None

    def __len__(self) -> int:
        with Session(self._engine) as database:
            return len(database.scalars(select(AuditRow.id)).all())


def _digest(previous: str, entry: str) -> str:
    return hashlib.sha256(f"{previous}\n{entry}".encode()).hexdigest()


def _entry(reply: Reply) -> dict[str, object]:
    return {
        "reply": reply.id,
        "session": hashlib.sha256(reply.session.encode()).hexdigest()[:16],
        "role": reply.role.value,
        "language": reply.language,
        "outcome": reply.outcome.value,
        "level": reply.triage.level.label,
        "floor": reply.triage.floor.label if reply.triage.floor is not None else None,
        "red_flags": [flag.id for flag in reply.triage.red_flags],
        "refusal": reply.refusal.category if reply.refusal else None,
        "citations": [citation.passage_id for citation in reply.citations],
        "guards": list(reply.trace.guards),
        "model": reply.trace.model,
        "engine": reply.trace.engine,
        "prompt_sha256": reply.trace.prompt_sha256,
        "corpus_sha256": reply.trace.corpus_sha256,
        "dropped_claims": reply.trace.dropped_claims,
        "text_sha256": hashlib.sha256(reply.text.encode()).hexdigest(),
    }
