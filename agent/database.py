"""The one SQLite file of an installation: conversations and the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Float, ForeignKey, Integer, String, Text, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from agent.errors import NotReadyError


class Base(DeclarativeBase):
    pass


class SessionRow(Base):
    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64), default="")
    created: Mapped[float] = mapped_column(Float)
    updated: Mapped[float] = mapped_column(Float)


class ExchangeRow(Base):
    __tablename__ = "exchanges"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    session: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    said: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    """The reply's JSON."""
    created: Mapped[float] = mapped_column(Float)


class AuditRow(Base):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    created: Mapped[float] = mapped_column(Float)
    entry: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)


def open_database(path: Path) -> Engine:
    """Open (and on first use create) the database.

    Raises:
        NotReadyError: the folder cannot be written, or the file is not a database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _configure)
        Base.metadata.create_all(engine)
    except (DatabaseError, OSError) as error:
        raise NotReadyError(
            f"The conversation store {path} cannot be opened ({_short(error)}). "
            "Free some space, or move the file away to start a new one."
        ) from error
    return engine


def _configure(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
