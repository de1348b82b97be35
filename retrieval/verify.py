"""Whether an index is whole: counts agree, and passages are found again by what they say."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.audit import LexicalAudit
from retrieval.manifest import Manifest
from retrieval.passage import Passage
from retrieval.report import Progress
from retrieval.store import PassageStore
from retrieval.versions import current_dir
from retrieval.writer import LEXICAL, open_store

SAMPLE = 200
"""Passages that are searched again unless all of them are asked for."""
_PAGE = 200
_NEAR = 10
"""A passage counts as found where it is among this many; copies may stand before it."""
_SAME = 0.9999
"""Cosine from which two vectors are one: a copy is as good as the passage itself."""
_MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Verification:
    documents: int
    passages: int
    sampled: int
    """Passages that were searched by their own vector and words."""
    problems: tuple[str, ...]
    """At most the first 50 of a kind."""


def verify(
    index_dir: Path,
    *,
    sample: int | None = SAMPLE,
    progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """Compare both channels with the manifest, and search ``sample`` passages (``None``: all) by their own
    vectors and words.

    Raises ``IndexMissingError`` and ``IndexCorruptError`` where nothing can be compared.
    """
    return verify_version(current_dir(index_dir), sample=sample, progress=progress)


def verify_version(
    data_dir: Path,
    *,
    sample: int | None = SAMPLE,
    progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """The same for the folder of one version."""
    manifest = Manifest.open(data_dir)
    try:
        store = open_store(data_dir, manifest)
        try:
            lexical = LexicalAudit(data_dir / LEXICAL)
            documents, passages = manifest.totals()
            problems = _counts(passages, store.count(), lexical.count())
            if left := manifest.pending():
                problems.append(f"an interrupted write of {len(left)} documents; the next ingest undoes it")
            found: list[str] = []
            searched = 0
            for chosen in _chosen(manifest, documents, sample):
                found += _recall(manifest, store, lexical, chosen)
                searched += len(chosen)
                if progress:
                    total = passages if sample is None else min(sample, documents)
                    progress(Progress(searched, total, searched, 0.0, None))
            problems += found[:_MOST_PROBLEMS]
            if len(found) > _MOST_PROBLEMS:
                problems.append(f"and {len(found) - _MOST_PROBLEMS} more passages that are not whole")
            return Verification(documents, passages, searched, tuple(problems))
        finally:
            store.close()
    finally:
        manifest.close()


def _counts(expected: int, dense: int, lexical: int) -> list[str]:
    found = (("vectors", dense), ("passages in the word index", lexical))
    return [f"{count} {what}, but {expected} passages recorded" for what, count in found if count != expected]


def _chosen(manifest: Manifest, documents: int, sample: int | None) -> Iterator[list[str]]:
    """Ids a page at a time: all, or one passage each of documents spread evenly, the same at every call."""
    pick = random.Random(documents)
    step = 1 if sample is None else max(1, documents // sample) if sample else 0
    chosen: list[str] = []
    after, seen, given = "", 0, 0
    while step and (page := manifest.entries(after)):
        for entry in page:
            if sample is None:
                chosen += entry.passages
            elif seen % step == 0 and entry.passages and given < sample:
                chosen.append(pick.choice(entry.passages))
                given += 1
            seen += 1
            while len(chosen) >= _PAGE:
                yield chosen[:_PAGE]
                del chosen[:_PAGE]
        after = page[-1].id
    if chosen:
        yield chosen


def _recall(manifest: Manifest, store: PassageStore, lexical: LexicalAudit, chosen: list[str]) -> list[str]:
    held, vectors = store.get(chosen), store.vectors(chosen)
    recorded = manifest.passages(chosen)
    lost = lost_vectors(store, {i: vectors[i] for i in chosen if i in vectors})
    problems = []
    for passage_id in chosen:
        passage = recorded.get(passage_id) or held.get(passage_id)
        if passage_id not in held or passage is None:
            problems.append(f"the passage {passage_id} is recorded and not there")
        elif not same(held[passage_id], passage):
            problems.append(f"the passage {passage_id} says something else than is recorded")
        elif passage_id not in vectors or passage_id in lost:
            problems.append(f"the passage {passage_id} is not found by its own vector")
        elif not lexical.finds_by_words(passage):
            problems.append(f"the passage {passage_id} is not found by its own words")
    return problems


def lost_vectors(store: PassageStore, vectors: dict[str, list[float]]) -> set[str]:
    """Passages that a search by their own vector does not find."""
    ids = list(vectors)
    near = store.nearest([vectors[i] for i in ids], _NEAR)
    return {
        i
        for i, found in zip(ids, near, strict=True)
        if not is_unit(vectors[i]) or (i not in dict(found) and not (found and found[0][1] > _SAME))
    }


def is_unit(vector: Sequence[float]) -> bool:
    """Whether a vector is finite and of length 1."""
    return math.isclose(math.fsum(x * x for x in vector), 1.0, abs_tol=0.01)


def same(held: Passage, recorded: Passage) -> bool:
    """Whether a channel holds what is recorded, byte for byte."""
    return held == recorded
