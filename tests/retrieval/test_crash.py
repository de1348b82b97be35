"""A real ingest in a process of its own, killed at random moments: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.manifest import Manifest
from retrieval.search import open_index
from retrieval.verify import verify

from .quick import DOCUMENTS, QuickEmbedder, text_of

_CHILD = """
import sys
from pathlib import Path
import retrieval.run
from retrieval.ingest import ingest_documents
from tests.retrieval.quick import QuickEmbedder, documents
retrieval.run.BATCH_PASSAGES = retrieval.run.MAX_BATCH_PASSAGES = retrieval.run._LOOK_UP = 8
ingest_documents(documents(int(sys.argv[2])), Path(sys.argv[1]), embedder=QuickEmbedder(pause=0.01), prune=True)
print("done")
"""


def _start(index_dir: Path, version: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(index_dir), str(version)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


def _settled(index_dir: Path) -> int:
    try:
        manifest = Manifest.open(index_dir)
    except Exception:  # noqa: BLE001 - the child may be half-way through making it
        return -1
    try:
        return manifest.generation()
    finally:
        manifest.close()


_SEEDS = range(1, 13 if os.environ.get("WENZHEN_FULL_TESTS") else 3)
"""Each seed is three kills: 6 rounds, or 36 at full size."""


@pytest.mark.parametrize("seed", _SEEDS)
def test_killed_at_a_random_moment_and_run_again(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    index_dir = tmp_path / "index"
    # Half of the rounds change every document of a finished index, so that replacing is interrupted too.
    if seed % 2 == 0:
        assert _start(index_dir, version=0).communicate()[0].strip() == "done"
    for _ in range(3):
        before = _settled(index_dir)
        child = _start(index_dir, version=1)
        moment = chance.randint(1, 4)
        while child.poll() is None and _settled(index_dir) < max(before, 0) + moment:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.1)
        child.kill()
        child.wait()
    assert _start(index_dir, version=1).communicate()[0].strip() == "done"

    assert verify(index_dir).problems == ()
    with open_index(index_dir, embedder=QuickEmbedder()) as index:
        assert index.documents() == index.count() == DOCUMENTS
        for number in range(DOCUMENTS):
            assert [p.text for p in index.passages_of(f"d{number}")] == [text_of(number, version=1)]
        words = [i for i, _ in index.channel("lexical", "version0", 10)]
        assert words == []
        assert len(index.channel("lexical", "version1", 1000)) == DOCUMENTS
