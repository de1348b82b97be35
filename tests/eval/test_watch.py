"""Recorded conversations: de-identified, sampled by week, and drift told by an exact test."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from sqlalchemy.orm import Session

from agent.database import ExchangeRow, open_database
from agent.sessions import Sessions
from agent.types import Level, Triage
from eval.cli import eval_group
from eval.watch import conversations, drifts
from tests.eval.replies import citation, reply

WEEKS = ("2026-10-05", "2026-10-12", "2026-10-19")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Eight conversations a week; in the last week quotes stop being what their passages say."""
    path = tmp_path / "wenzhen.db"
    engine = open_database(path)
    sessions = Sessions(engine)
    for week, day in enumerate(WEEKS):
        created = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
        for number in range(8):
            name = f"s{week}-{number}"
            broken = (citation(start=3),) if week == 2 else (citation(),)
            sessions.append(name, "My name is John Smith, call me on 415-555-0132", reply(citations=broken))
            emergency = "crushing chest pain spreading to my left arm, sweating"
            sessions.append(name, emergency, reply(triage=Triage(level=Level.EMERGENCY)))
            with Session(engine) as database:
                database.execute(
                    update(ExchangeRow).where(ExchangeRow.session == name).values(created=created)
                )
                database.commit()
    return path


def test_nothing_that_identifies_a_person_is_handed_on(store: Path) -> None:
    found = conversations(open_database(store), per_week=3)
    assert len({one.session for one in found}) == 9
    assert "415-555-0132" not in str(found) and "Smith" not in str(found)
    assert [one.week for one in found] == sorted(one.week for one in found)
    assert found == conversations(open_database(store), per_week=3)


def test_the_week_in_which_quotes_went_wrong_is_told(store: Path) -> None:
    found = {one.check: one for one in drifts(conversations(open_database(store), per_week=50), None)}
    assert found["grounded"].drifted and found["grounded"].change == pytest.approx(-0.5)
    assert not found["own language"].drifted
    held = found["floor held"]
    assert [measure.value for _, measure in held.weeks] == [1.0, 1.0, 1.0]


def test_the_command_tells_and_draws(store: Path, tmp_path: Path) -> None:
    arguments = ["watch", "--database", str(store), "--report", str(tmp_path / "out")]
    done = CliRunner().invoke(eval_group, arguments, standalone_mode=False)
    assert done.return_value == 1, done.output
    assert "DRIFTED" in done.output
    raw = json.loads((tmp_path / "out" / "watch.json").read_text(encoding="utf-8"))
    assert raw["conversations"] == 24
    page = (tmp_path / "out" / "watch.html").read_text(encoding="utf-8")
    assert "2026-W43" in page and "Smith" not in page
