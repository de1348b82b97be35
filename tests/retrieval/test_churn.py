"""Documents added, changed and deleted at random, for a long time: the index holds what it should, and only that."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from retrieval import Document, Section, ingest_documents, open_index
from retrieval.verify import verify

from .quick import QuickEmbedder

FULL = bool(os.environ.get("WENZHEN_FULL_TESTS"))
OPERATIONS = 5000 if FULL else 200
_BATCH = 50 if FULL else 10
QUICK = QuickEmbedder()


def made(name: str, text: str) -> Document:
    return Document(name, "T", tuple(Section(part) for part in text.split("|")), language="en")


@pytest.mark.timeout(3600 if FULL else 300)
def test_after_random_adds_updates_and_deletes_everything_is_reachable(tmp_path: Path) -> None:
    chance = random.Random(7)
    truth: dict[str, str] = {}
    index_dir = tmp_path / "i"
    ingest_documents([made("d0", "First0.")], index_dir, embedder=QUICK)
    truth["d0"] = "First0."
    with open_index(index_dir, embedder=QUICK) as reader:
        for at in range(0, OPERATIONS, _BATCH):
            written: dict[str, str] = {}
            for number in range(at, at + _BATCH):
                known = sorted(truth)
                what = chance.random()
                if what < 0.3 and known:
                    gone = chance.choice(known)
                    if gone not in written:
                        assert reader.delete(gone) == len(truth.pop(gone).split("|"))
                    continue
                name = chance.choice(known) if what < 0.6 and known else f"d{number}"
                parts = chance.randint(1, 3)
                text = "|".join(f"Words{number}x{part} of {name}." for part in range(parts))
                truth[name] = written[name] = text
            ingest_documents([made(n, t) for n, t in written.items()], index_dir, embedder=QUICK)
        assert reader.documents() == len(truth)
        assert reader.count() == sum(len(text.split("|")) for text in truth.values())
        for name, text in truth.items():
            assert [p.text for p in reader.passages_of(name)] == text.split("|")
    result = verify(index_dir, sample=None)
    assert result.problems == ()
    assert result.sampled == result.passages
