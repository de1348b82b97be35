"""Our search and ingest beside the bare parts they are made of, in one run, as ratios.

Passages are synthetic (invented words with the frequencies of real ones), so that any size can be had; only the
embedder and the index are real.
"""

from __future__ import annotations

import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embed import Embedder
from retrieval.passage import Document, Section

if TYPE_CHECKING:
    import numpy as np

    from retrieval.search import Index

_WORDS = 20_000
_ONSETS, _VOWELS = "bcdfghklmnprstvz", "aeiou"
_K = 10
_INGEST_WORDS = 35
"""Invented words take three or four tokens each, so that this is the 120 tokens of a real passage of 100 words."""


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """Milliseconds for one query, over one set of questions, each asked of ours and of the bare parts in turn."""

    passages: int
    p50: float
    p95: float
    bare_p50: float
    """One query embedding and one Chroma query for ten passages."""
    bare_p95: float
    ratio: float
    """Ours over bare, medians. The aim is 1.5 or less."""
    megabytes: int
    """The index on disk."""
    build_seconds: float


@dataclass(frozen=True, slots=True)
class IngestFigures:
    """Passages a second, the same texts by ours and by the embedder alone, in turn."""

    passages: int
    ours: float
    bare: float
    ratio: float
    """Ours over bare. The aim is 0.9 or more."""


class RandomEmbedder(Embedder):
    """Unit vectors that are sums of one random vector a word: fast, the same everywhere, and alike for texts
    that share words. For measuring an index at a size that a model would take days to embed."""

    name = "random"
    fingerprint = "random/384"
    dimensions = 384
    batch_size = 512

    def _encode(self, texts: list[str], kind: object) -> np.ndarray:
        import zlib

        import numpy as np

        table = self._table()
        rows = np.stack(
            [table[[zlib.crc32(w.encode()) & 0x3FFF for w in t.split() or [t]]].sum(0) for t in texts]
        )
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def _table(self) -> np.ndarray:
        import numpy as np

        if not hasattr(self, "_made"):
            self._made = np.random.default_rng(3).standard_normal((0x4000, self.dimensions), dtype=np.float32)
        return self._made


class ModelQuestions(RandomEmbedder):
    """Random vectors for passages; for a question too, after the model has embedded it, so that the time is real."""

    def __init__(self, model: Embedder) -> None:
        self._model = model

    def embed_query(self, text: str) -> list[float]:
        self._model.embed_query(text)
        return super().embed_query(text)


def synthetic(count: int, *, words: int = 20, start: int = 0) -> Iterator[Document]:
    """Documents of one short passage each, the same for the same numbers; word frequencies follow Zipf's law."""
    import numpy as np

    vocabulary = _vocabulary()
    share = np.cumsum(1.0 / np.arange(1, _WORDS + 1))
    for number in range(start, count):
        drawn = np.searchsorted(share / share[-1], np.random.default_rng(number).random(words))
        text = " ".join(vocabulary[i] for i in drawn)
        yield Document(f"s{number}", "", (Section(f"{text}."),), source="synthetic", language="en")


def questions(count: int, corpus: int) -> list[str]:
    """Six words of a passage each, spread evenly over the corpus."""
    step = max(1, corpus // count)
    chosen = (next(synthetic(n + 1, start=n)) for n in range(0, corpus, step))
    return [" ".join(d.sections[0].text.rstrip(".").split()[4:10]) for d in itertools.islice(chosen, count)]


def bench_search(
    sizes: Sequence[int],
    embedder: Embedder,
    *,
    queries: int = 50,
    folder: Path | None = None,
    told: Callable[[str], None] = lambda line: None,
) -> list[SearchFigures]:
    """One growing index, measured at each size. ``folder`` keeps it (default: a temporary one that goes)."""
    from retrieval.ingest import ingest_documents
    from retrieval.search import open_index

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        index_dir = folder or Path(temporary) / "index"
        figures: list[SearchFigures] = []
        done, seconds = 0, 0.0
        for size in sorted(sizes):
            told(f"building {size:,} passages")
            report = ingest_documents(synthetic(size, start=done), index_dir, embedder=embedder)
            seconds, done = seconds + report.seconds, size
            told(f"asking {queries} questions")
            with open_index(index_dir, embedder=embedder) as index:
                ours, bare = _times(index, embedder, questions(queries, size))
            megabytes = sum(p.stat().st_size for p in index_dir.rglob("*") if p.is_file()) // 1_000_000
            ratio = statistics.median(ours) / statistics.median(bare)
            figures.append(
                SearchFigures(
                    size,
                    percentile(ours, 50),
                    percentile(ours, 95),
                    percentile(bare, 50),
                    percentile(bare, 95),
                    ratio,
                    megabytes,
                    seconds,
                )
            )
        return figures


def bench_ingest(
    count: int, embedder: Embedder, *, told: Callable[[str], None] = lambda line: None
) -> IngestFigures:
    """Passages, some through the whole ingest and as many through the embedder alone, turn by turn."""
    from retrieval.ingest import ingest_documents

    spent = {"ours": 0.0, "bare": 0.0}
    part = max(1, count // 4)
    embedder.embed_documents(["Warm up."] * 100)  # enough for the engine of many texts to load
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        for turn in range(4):
            documents = list(synthetic((turn + 1) * part, start=turn * part, words=_INGEST_WORDS))
            texts = [document.sections[0].text for document in documents]
            order = ("ours", "bare") if turn % 2 else ("bare", "ours")
            for who in order:
                told(f"{who}: {part} passages, turn {turn + 1} of 4")
                started = time.perf_counter()
                if who == "ours":
                    ingest_documents(documents, Path(temporary) / "index", embedder=embedder)
                else:
                    embedder.embed_documents(texts)
                spent[who] += time.perf_counter() - started
    ours, bare = 4 * part / spent["ours"], 4 * part / spent["bare"]
    return IngestFigures(4 * part, ours, bare, ours / bare)


def _times(index: Index, embedder: Embedder, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds for each question: through ours, and through the bare parts, the order changing with each."""
    store = index._store  # the bare part itself
    ours: list[float] = []
    bare: list[float] = []

    def ask_ours(text: str) -> None:
        index.search(text, _K)

    def ask_bare(text: str) -> None:
        store.query(embedder.embed_query(text), _K)

    for text in texts[:3]:  # what is loaded by the first question is no part of the second
        ask_ours(text + " again")
        ask_bare(text + " again")
    for number, text in enumerate(texts):
        pair = [(ask_ours, ours), (ask_bare, bare)]
        for ask, times in pair if number % 2 else reversed(pair):
            started = time.perf_counter()
            ask(text)
            times.append(1000 * (time.perf_counter() - started))
    return ours, bare


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def _vocabulary() -> list[str]:
    syllables = [a + b for a in _ONSETS for b in _VOWELS]
    made = ("".join(parts) for parts in itertools.product(syllables, repeat=3))
    step = len(syllables) ** 3 // _WORDS
    return list(itertools.islice(made, 0, None, step))[:_WORDS]
