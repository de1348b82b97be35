"""``ingest``, ``search`` and ``index`` as a user's script calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.cli import main


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines = [
        {"_id": "D1", "title": "Migraine", "text": "A migraine throbs on one side of the head."},
        {"_id": "D2", "title": "", "text": "哮喘会让气道变窄，夜间容易咳嗽、喘息。"},
        {"_id": "D3", "title": "", "text": "Asthma makes people wheeze and cough at night."},
    ]
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(stop.value.code or 0), captured.out, captured.err


@pytest.fixture
def built(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    code, out, _ = run(capsys, "ingest", corpus, "--index", tmp_path / "ix")
    assert code == 0
    assert "Read 3 documents" in out
    return tmp_path / "ix"


def test_ingest_again_changes_nothing(built: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ingest", corpus, "--index", built, "--json")
    report = json.loads(out)
    assert (code, report["read"], report["unchanged"], report["passages"]) == (0, 3, 3, 0)


def test_ingest_goes_to_a_folder_of_the_data_folder_by_default(
    corpus: Path, wenzhen_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "ingest", corpus)[0] == 0
    _, out, _ = run(capsys, "index", "list")
    assert "documents" in out
    assert str(wenzhen_home / "index" / "documents") in out


def test_search_shows_passages_with_scores_by_channel(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "search", "夜里咳嗽喘息", "-k", "1", "--index", built, "--json")
    (hit,) = json.loads(out)["hits"]
    assert code == 0
    assert hit["passage"]["document_id"] == "D2"
    assert set(hit["channels"]) == {"dense", "lexical"}
    _, readable, _ = run(capsys, "search", "throbbing head", "-k", "1", "--index", built)
    assert "A migraine throbs" in readable
    assert "dense #1" in readable


def test_a_run_file_lists_documents_by_query(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "q.jsonl"
    queries.write_text(
        '{"_id": "q1", "text": "throbbing head"}\n{"_id": "q2", "text": "喘息"}\n', encoding="utf-8"
    )
    code, _, _ = run(capsys, "search", "--queries", queries, "--run", tmp_path / "out.tsv", "--index", built)
    rows = [line.split("\t") for line in (tmp_path / "out.tsv").read_text(encoding="utf-8").splitlines()]
    assert code == 0
    assert [row[:3] for row in rows if row[2] == "1"] == [["q1", "D1", "1"], ["q2", "D2", "1"]]
    assert all(len(row) == 4 for row in rows)
    assert all(float(a[3]) >= float(b[3]) for a, b in zip(rows, rows[1:], strict=False) if a[0] == b[0])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ingest", "nowhere.txt"], "nowhere.txt"),
        (["ingest", ".", "--format", "docz"], "docz"),
        (["search"], "QUERY"),
        (["search", "x", "-k", "0"], "0"),
        (["search", "--queries", __file__], "--run"),
        (["search", "x", "--since", "last week"], "2024-05-31"),
    ],
)
def test_a_bad_value_is_named_and_is_wrong_usage(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = run(capsys, *arguments)
    assert code == 2
    assert says in error


def test_a_bad_query_line_is_named(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"_id": "q1", "text": "head"}\n{"text": "no id"}\n', encoding="utf-8")
    code, _, error = run(
        capsys, "search", "--queries", queries, "--run", tmp_path / "out.tsv", "--index", built
    )
    assert code == 2
    assert "line 2" in error
    assert not (tmp_path / "out.tsv").exists()


def test_no_index_there_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["search", "x", "--index", tmp_path],
        ["index", "info", tmp_path],
        ["index", "delete", tmp_path, "--yes"],
    ):
        code, _, error = run(capsys, *arguments)
        assert code == 3
        assert "no index" in error


def test_one_unreadable_file_is_an_error_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing")
    code, _, error = run(capsys, "ingest", bad, "--index", tmp_path / "ix")
    assert code == 4
    assert "bad.pdf" in error


def test_info_verify_and_delete(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "index", "info", built, "--json")
    info = json.loads(out)
    assert (info["documents"], info["passages"], info["embedding_model"]) == (
        3,
        3,
        "multilingual-e5-small/384",
    )
    assert "No problems" in run(capsys, "index", "verify", built)[1]
    assert "1 passages" in run(capsys, "index", "delete", built, "--document", "D2")[1]
    code, _, error = run(capsys, "index", "delete", built, "--document", "D2")
    assert (code, "D2" in error) == (2, True)
    _, out, _ = run(capsys, "search", "哮喘喘息", "--index", built, "--json")
    assert "D2" not in {hit["passage"]["document_id"] for hit in json.loads(out)["hits"]}
    assert run(capsys, "index", "delete", built, "--yes")[0] == 0
    assert not built.exists()
