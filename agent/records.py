"""Where turns are kept: the conversation and the audit entry.

A reply never waits on the disk's mood: where recording fails, the person still gets the answer, with a warning.
"""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from agent.audit import Audit
from agent.database import open_database
from agent.errors import NotReadyError
from agent.sessions import Sessions
from agent.types import Exchange, Reply

log = logging.getLogger(__name__)


class Records:
    """The session store and the audit log of one installation, opened when first needed."""

    def __init__(self, database: Path, *, audit: bool = True) -> None:
        self._database = database
        self._audited = audit

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._database)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self._engine)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self._engine)

    def history(self, session: str, owner: str) -> tuple[Exchange, ...]:
        """The conversation so far. A store that cannot be read is an empty history, and is logged."""
        try:
            return self.sessions.history(session, owner)
        except (SQLAlchemyError, NotReadyError) as error:
            log.warning("The conversation could not be read: %s", error)
            return ()

    def keep(self, said: str, reply: Reply, *, session: str = "", owner: str = "") -> bool:
        """Record one turn; ``False`` when the store would not take it."""
        try:
            if session:
                self.sessions.append(session, said, reply, owner)
            if self._audited:
                self.audit.record(reply)
        except (SQLAlchemyError, NotReadyError, OSError) as error:
            log.warning("The turn could not be recorded: %s", error)
            return False
        return True
