import threading
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from agent.audit import Audit
from agent.database import AuditRow, open_database
from agent.errors import NotReadyError
from agent.sessions import SessionNotYoursError, Sessions
from agent.types import Level, Outcome, Reply, Trace, Triage


def reply(text: str = "An answer.", floor: Level | None = None) -> Reply:
    return Reply(
        outcome=Outcome.ANSWERED,
        text=text,
        triage=Triage(level=floor or Level.NONE, floor=floor),
        trace=Trace(query="q"),
    )


def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    Sessions(open_database(tmp_path / "w.db")).append("s1", "My chest hurts", reply(floor=Level.URGENT))
    history = Sessions(open_database(tmp_path / "w.db")).history("s1")
    assert [(one.said, one.replied, one.floor) for one in history] == [
        ("My chest hurts", "An answer.", Level.URGENT)
    ]


def test_two_owners_never_see_each_other(tmp_path: Path) -> None:
    sessions = Sessions(open_database(tmp_path / "w.db"))
    sessions.append("s1", "mine", reply(), owner="anna")
    with pytest.raises(SessionNotYoursError):
        sessions.history("s1", owner="bert")
    with pytest.raises(SessionNotYoursError):
        sessions.append("s1", "theirs", reply(), owner="bert")
    assert [one.said for one in sessions.history("s1", owner="anna")] == ["mine"]


def test_a_forgotten_conversation_is_gone(tmp_path: Path) -> None:
    sessions = Sessions(open_database(tmp_path / "w.db"))
    sessions.append("s1", "private", reply())
    sessions.forget("s1")
    assert sessions.history("s1") == ()
    assert b"private" not in b"".join(str(row).encode() for row in sessions.replies("s1"))


def test_a_file_that_is_no_database_is_said_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "w.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(NotReadyError, match="move the file away"):
        open_database(tmp_path / "w.db")


def test_the_audit_chain_holds_under_many_writers_and_shows_tampering(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "w.db")
    audits = [Audit(engine), Audit(open_database(tmp_path / "w.db"))]
    threads = [
        threading.Thread(target=lambda audit=audit: [audit.record(reply(str(n))) for n in range(10)])
        for audit in audits * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(audits[0]) == 40
    assert audits[0].verify() is None
    with Session(engine) as database:
        database.execute(update(AuditRow).where(AuditRow.id == 7).values(entry='{"level": "none"}'))
        database.commit()
    broken = audits[0].verify()
    assert broken is not None and broken.entry == 7


def test_the_audit_never_holds_what_the_person_wrote(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "w.db")
    Audit(engine).record(reply("A secret answer"))
    with Session(engine) as database:
        assert "secret" not in database.query(AuditRow).one().entry
