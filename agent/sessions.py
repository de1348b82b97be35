"""Conversations, kept in the database: each belongs to one owner and is never handed to another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from agent.database import ExchangeRow, SessionRow
from agent.types import Exchange, Level, Reply


class SessionNotYoursError(LookupError):
    """The session exists and belongs to someone else. Callers say only that there is no such session."""


class Sessions:
    """Load and append the exchanges of a conversation. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self, session: str, owner: str = "") -> tuple[Exchange, ...]:
        """The earlier exchanges, oldest first; empty for a new session.

        Raises:
            SessionNotYoursError: ``owner`` is not who began it.
        """
        with self._open(session, owner) as (database, row):
            if row is None:
                return ()
            rows = database.scalars(
                select(ExchangeRow).where(ExchangeRow.session == session).order_by(ExchangeRow.id)
            )
            return tuple(_exchange(one) for one in rows)

    def replies(self, session: str, owner: str = "") -> tuple[tuple[str, Reply], ...]:
        """What was said and the whole replies, oldest first, for a page that shows an old conversation again."""
        with self._open(session, owner) as (database, row):
            if row is None:
                return ()
            rows = database.scalars(
                select(ExchangeRow).where(ExchangeRow.session == session).order_by(ExchangeRow.id)
            )
            return tuple((one.said, _parse(one.reply)) for one in rows)

    def append(self, session: str, said: str, reply: Reply, owner: str = "") -> None:
        now = time.time()
        with self._open(session, owner) as (database, row):
            if row is None:
                database.add(SessionRow(id=session, owner=owner, created=now, updated=now))
                database.flush()
            else:
                row.updated = now
            database.add(ExchangeRow(session=session, said=said, reply=reply.model_dump_json(), created=now))
            database.commit()

    def forget(self, session: str, owner: str = "") -> None:
        """Delete a conversation for good."""
        with self._open(session, owner) as (database, row):
            if row is not None:
                database.execute(delete(SessionRow).where(SessionRow.id == session))
                database.commit()

    @contextmanager
    def _open(self, session: str, owner: str) -> Iterator[tuple[Session, SessionRow | None]]:
        with Session(self._engine) as database:
            row = database.get(SessionRow, session)
            if row is not None and row.owner != owner:
                raise SessionNotYoursError(session)
            yield database, row


def _exchange(row: ExchangeRow) -> Exchange:
    reply = _parse(row.reply)
    return exchange_of(row.said, reply)


def exchange_of(said: str, reply: Reply) -> Exchange:
    """What a later turn needs to know of an earlier one."""
    return Exchange(
        said=said,
        replied=reply.text,
        outcome=reply.outcome,
        floor=reply.triage.floor or Level.NONE,
        query=reply.trace.query,
    )


def _parse(raw: str) -> Reply:
    return Reply.model_validate_json(raw)
