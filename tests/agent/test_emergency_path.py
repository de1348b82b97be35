"""An emergency gets its text whatever has gone wrong around it."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from agent.consult import open_consultant
from agent.settings import Settings
from agent.types import EventKind, Outcome, Turn

EMERGENCIES = [
    ("crushing chest pain spreading to my left arm, sweating", "911"),
    ("我胸口压榨样疼痛，往左胳膊放射，出冷汗", "120"),
]


@pytest.mark.parametrize(("text", "number"), EMERGENCIES)
def test_an_emergency_is_told_with_the_disk_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, text: str, number: str
) -> None:
    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def full_database(*_args: Any, **_kwargs: Any) -> None:
        raise sqlalchemy.exc.OperationalError(
            "INSERT", {}, sqlite3.OperationalError("database or disk is full")
        )

    with open_consultant(settings) as consultant:
        monkeypatch.setattr(Path, "mkdir", full)
        monkeypatch.setattr(Path, "write_text", full)
        monkeypatch.setattr(sqlalchemy.orm.Session, "flush", full_database)
        monkeypatch.setattr(sqlalchemy.orm.Session, "commit", full_database)
        *_, last = consultant.converse(text, session="full-disk")
    assert last.kind is EventKind.REPLY
    assert last.reply is not None
    assert last.reply.outcome is Outcome.EMERGENCY
    assert number in last.reply.text


def test_an_emergency_is_told_when_the_index_vanishes_while_serving(
    settings: Settings, handbook_index: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "index"
    shutil.copytree(handbook_index, copy)
    with open_consultant(settings.model_copy(update={"index": copy})) as consultant:
        assert consultant.ask(Turn(text="What is gout?")).outcome is Outcome.ANSWERED
        shutil.rmtree(copy)
        reply = consultant.ask(Turn(text=EMERGENCIES[0][0]))
    assert reply.outcome is Outcome.EMERGENCY
    assert "911" in reply.text
