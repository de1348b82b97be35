"""An ingest spread over a local Ray ends as the plain one does. In a process of its own: sockets are closed here."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from retrieval import open_index
from retrieval.errors import RetrievalError
from retrieval.ingest import ingest
from retrieval.ray_bulk import ray_engine
from retrieval.verify import verify

from .quick import QuickEmbedder

HAS_RAY = importlib.util.find_spec("ray") is not None
_CHILD = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from retrieval.ingest import ingest
from retrieval.ray_bulk import cluster, ray_engine
from tests.retrieval.quick import QuickEmbedder
with cluster():
    for _ in sys.stdin:
        report = ingest([Path(sys.argv[1])], Path(sys.argv[2]), embedder=QuickEmbedder(), prune=True,
                        engine=ray_engine(QuickEmbedder, workers=1))
        print("REPORT" + json.dumps(asdict(report)), flush=True)
"""
"""Ingests once for each line it is given, on one cluster: starting that takes longer than all the rest."""


class Spread:
    """Ingests of ``source`` on a local Ray."""

    def __init__(self, source: Path, index_dir: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(source), str(index_dir)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ingest(self) -> dict[str, Any]:
        assert self._child.stdin and self._child.stdout
        self._child.stdin.write("again\n")
        self._child.stdin.flush()
        for line in self._child.stdout:
            if line.startswith("REPORT"):
                report: dict[str, Any] = json.loads(line.removeprefix("REPORT"))
                return report
        raise AssertionError(f"the child ended with {self._child.wait()}")

    def close(self) -> None:
        assert self._child.stdin and self._child.stdout
        self._child.stdin.close()
        assert self._child.wait() == 0
        self._child.stdout.close()


@pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed (pip install 'wenzhen[ray]')")
def test_spread_over_workers_or_not_the_index_is_the_same(tmp_path: Path) -> None:
    source = tmp_path / "corpus"
    source.mkdir()
    for part in range(3):
        rows = [{"_id": f"d{part}-{n}", "title": "T", "text": f"Text{part}x{n} here."} for n in range(20)]
        text = "\n".join(json.dumps(row) for row in rows)
        (source / f"{part}.jsonl").write_text(text, encoding="utf-8")
    (source / "broken.pdf").write_bytes(b"%PDF-1.7 nothing else")
    plain = ingest([source], tmp_path / "plain", embedder=QuickEmbedder())
    spread = Spread(source, tmp_path / "ray")
    report = spread.ingest()
    assert (report["read"], report["added"], report["failed"]) == (60, 60, 1)
    assert report["corpus_sha256"] == plain.corpus_sha256
    assert verify(tmp_path / "ray", sample=None).problems == ()

    (source / "1.jsonl").unlink()
    (source / "2.jsonl").write_text('{"_id": "d2-0", "title": "T", "text": "Changed."}', encoding="utf-8")
    again = spread.ingest()
    spread.close()
    assert (again["unchanged"], again["updated"], again["removed"]) == (20, 1, 39)
    with open_index(tmp_path / "ray", embedder=QuickEmbedder()) as index:
        assert [p.text for p in index.passages_of("d2-0")] == ["Changed."]


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
def test_without_ray_it_says_how_to_get_it() -> None:
    with pytest.raises(RetrievalError, match=r"wenzhen\[ray\]"):
        ray_engine(QuickEmbedder)
