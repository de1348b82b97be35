"""The commands as a person runs them: real processes, real exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WENZHEN = [sys.executable, "-m", "agent.cli"]


def run(
    *arguments: str, home: Path, stdin: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    raw = stdin if isinstance(stdin, bytes) else stdin.encode()
    done = subprocess.run(
        [*WENZHEN, *arguments],
        input=raw,
        capture_output=True,
        check=False,
        timeout=240,
        env={**os.environ, "WENZHEN_HOME": str(home), **environment},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_help_teaches_and_lists_every_command(wenzhen_home: Path) -> None:
    done = run("--help", home=wenzhen_home)
    assert done.returncode == 0
    for name in (
        "ask",
        "chat",
        "batch",
        "ingest",
        "search",
        "models",
        "index",
        "handbook",
        "doctor",
        "serve",
        "eval",
    ):
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize(
    "name",
    ["ask", "chat", "batch", "ingest", "search", "models", "index", "handbook", "doctor", "serve", "eval"],
)
def test_every_command_explains_itself(name: str, wenzhen_home: Path) -> None:
    done = run(name, "--help", home=wenzhen_home)
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_ask_gives_the_contracts_json(wenzhen_home: Path, handbook_index: Path) -> None:
    done = run(
        "ask",
        "How is a migraine treated?",
        "--json",
        "--no-llm",
        "--index",
        str(handbook_index),
        home=wenzhen_home,
    )
    assert done.returncode == 0, done.stderr
    reply = json.loads(done.stdout)
    assert {
        "id", "session", "role", "language", "outcome", "text", "triage", "claims", "citations", "differential", "questions",
        "refusal", "warnings", "trace",
    } <= reply.keys()  # fmt: skip
    assert {"level", "floor", "red_flags", "reasons"} <= reply["triage"].keys()
    assert {
        "query",
        "model",
        "engine",
        "prompt_sha256",
        "corpus_sha256",
        "dropped_claims",
        "timings_ms",
    } <= reply["trace"].keys()
    assert reply["outcome"] == "answered"
    for citation in reply["citations"]:
        assert citation["passage"][citation["start"] : citation["end"]] == citation["quote"]


def test_ask_reads_standard_input_and_answers_an_emergency_anywhere(wenzhen_home: Path) -> None:
    done = run("ask", "-", "--json", home=wenzhen_home, stdin="胸口压榨样疼痛，放射到左臂，出冷汗")
    reply = json.loads(done.stdout)
    assert reply["outcome"] == "emergency"
    assert reply["triage"]["red_flags"][0]["id"] == "acs-chest-pain"
    assert done.returncode == 0


def test_ask_for_people_shows_urgency_and_numbered_sources(wenzhen_home: Path, handbook_index: Path) -> None:
    done = run(
        "ask",
        "I have a runny nose and a sore throat since yesterday",
        "--index",
        str(handbook_index),
        home=wenzhen_home,
    )
    assert done.stdout.startswith("Urgency: care at home")
    assert "\nSources\n[1] " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "Missing argument"),
        (["ask", "x", "--role", "wizard"], 2, "wizard"),
        (["ask", "How is gout treated?", "--index", "nowhere-at-all"], 3, "nowhere-at-all"),
        (["batch", "no-such-file.jsonl", "out.jsonl"], 2, "no-such-file.jsonl"),
        (["eval", "run", "no-such-suite"], 2, "no-such-suite"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_wrong_use_is_one_clear_error_with_its_exit_code(
    arguments: list[str], code: int, says: str, wenzhen_home: Path
) -> None:
    done = run(*arguments, home=wenzhen_home)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_names_the_variable_and_the_value(wenzhen_home: Path) -> None:
    done = run("ask", "hello", home=wenzhen_home, WENZHEN_TOP_K="many")
    assert done.returncode == 2
    assert "WENZHEN_TOP_K" in done.stderr and "'many'" in done.stderr


def test_a_named_model_that_is_missing_says_how_to_get_it(wenzhen_home: Path, handbook_index: Path) -> None:
    done = run(
        "ask",
        "How is gout treated?",
        "--llm",
        "--index",
        str(handbook_index),
        home=wenzhen_home,
        WENZHEN_LLM="bundled",
    )
    assert done.returncode == 3
    assert "wenzhen models pull" in done.stderr


def test_standard_input_that_is_not_text_is_said(wenzhen_home: Path) -> None:
    done = run("ask", "-", home=wenzhen_home, stdin=b"\xff\xfe\x00\x81")
    assert done.returncode == 2
    assert "UTF-8" in done.stderr


def test_batch_keeps_the_order_survives_bad_lines_and_resumes(
    tmp_path: Path, wenzhen_home: Path, handbook_index: Path
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        json.dumps({"id": "a", "turns": ["crushing chest pain spreading to my left arm, sweating"]}),
        "this is no JSON",
        json.dumps({"id": "c", "turns": []}),
        json.dumps({"id": "d", "turns": ["What is gout?", "How is it treated?"], "role": "clinician"}),
        json.dumps({"id": "e", "turns": ["x"], "role": "wizard"}),
    ]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    target.write_text('{"id": "a", "replies": []}\n{"id": 1, "err', encoding="utf-8")
    done = run(
        "batch",
        str(source),
        str(target),
        "--no-llm",
        "--jobs",
        "2",
        "--index",
        str(handbook_index),
        home=wenzhen_home,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 1, "c", "d", "e"]
    assert answers[0]["replies"] == [], "a line already written is not answered again"
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert len(answers[3]["replies"]) == 2


def test_chat_keeps_the_conversation_and_can_go_on(wenzhen_home: Path, handbook_index: Path) -> None:
    home = {"home": wenzhen_home, "WENZHEN_INDEX": str(handbook_index)}
    first = run("chat", "--no-llm", "--session", "s1", stdin="What is gout?\n\n", **home)
    assert "uric acid" in first.stdout
    again = run("chat", "--no-llm", "--session", "s1", stdin="How is it treated?\n\n", **home)
    assert "gout" in again.stdout.lower()


def test_doctor_finds_a_tampered_audit_log(wenzhen_home: Path, handbook_index: Path) -> None:
    index = {"WENZHEN_INDEX": str(handbook_index)}
    run("ask", "What is gout?", "--no-llm", home=wenzhen_home, **index)
    healthy = run("doctor", home=wenzhen_home, **index)
    assert "chain intact" in healthy.stdout
    import sqlite3

    with sqlite3.connect(wenzhen_home / "wenzhen.db") as database:
        database.execute("UPDATE audit SET entry = '{}'")
    sick = run("doctor", home=wenzhen_home, **index)
    assert sick.returncode == 3
    assert "FAIL" in sick.stdout and "audit" in sick.stdout
