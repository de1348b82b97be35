"""Whether an index is whole: counts agree, and passages are found again by what they say."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from retrieval.lexical import LexicalIndex
from retrieval.manifest import Manifest
from retrieval.store import PassageStore
from retrieval.writer import CHROMA, LEXICAL

SAMPLE = 50
_NEAR = 10
"""A passage counts as found where it is among this many; copies may stand before it."""


@dataclass(frozen=True, slots=True)
class Verification:
    documents: int
    passages: int
    sampled: int
    problems: tuple[str, ...]


def verify(index_dir: Path, *, sample: int = SAMPLE) -> Verification:
    """Compare both channels with the manifest and search a sample by its own vectors and words.

    Raises ``IndexMissingError`` and ``IndexCorruptError`` where nothing can be compared.
    """
    manifest = Manifest.open(index_dir)
    store = PassageStore(index_dir / CHROMA)
    try:
        lexical = LexicalIndex(index_dir / LEXICAL)
        documents, passages = manifest.totals()
        problems = _counts(passages, store.count(), lexical.count())
        if left := manifest.pending():
            problems.append(f"an interrupted write of {len(left)} documents; the next ingest repairs it")
        chosen = _sample(manifest, documents, sample)
        problems += _recall(store, lexical, chosen)
        return Verification(documents, passages, len(chosen), tuple(problems))
    finally:
        store.close()
        manifest.close()


def _counts(expected: int, dense: int, lexical: int) -> list[str]:
    found = (("vectors", dense), ("passages in the word index", lexical))
    return [f"{count} {what}, but {expected} passages recorded" for what, count in found if count != expected]


def _sample(manifest: Manifest, documents: int, sample: int) -> list[str]:
    """One passage each of documents spread evenly over the index, the same at every call."""
    pick = random.Random(documents)
    step = max(1, documents // sample) if sample else 0
    chosen: list[str] = []
    after, seen = "", 0
    while step and (page := manifest.entries(after)):
        for entry in page:
            if seen % step == 0 and entry.passages and len(chosen) < sample:
                chosen.append(pick.choice(entry.passages))
            seen += 1
        after = page[-1].id
    return chosen


def _recall(store: PassageStore, lexical: LexicalIndex, chosen: list[str]) -> list[str]:
    found, vectors = store.get(chosen), store.vectors(chosen)
    problems = []
    for passage_id in chosen:
        if passage_id not in found:
            problems.append(f"the passage {passage_id} is recorded and not there")
            continue
        near = store.query(vectors[passage_id], _NEAR)
        # A copy has the same vector, so a cosine of 1 at the top is as good as the passage itself.
        if passage_id not in dict(near) and not (near and near[0][1] > 0.9999):
            problems.append(f"the passage {passage_id} is not found by its own vector")
        words = lexical.search(found[passage_id].searchable[:400], 10 * _NEAR)
        if not words:
            problems.append(f"the passage {passage_id} is not found by its own words")
    return problems
