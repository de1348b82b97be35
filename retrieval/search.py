"""Search over one index folder: both channels, fused, with copies collapsed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from retrieval.errors import RetrievalError
from retrieval.filters import Filters
from retrieval.fusion import CopyFilter, Ranking, best_by, fuse
from retrieval.language import detect_language
from retrieval.lexical import LexicalIndex
from retrieval.manifest import Manifest
from retrieval.passage import Hit, Passage
from retrieval.probability import Channel, figures, models
from retrieval.remembered import RememberedVectors
from retrieval.store import PassageStore
from retrieval.versions import current_dir
from retrieval.writer import CHROMA, LEXICAL, SERVER, IndexWriter, open_store

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.retrievers import BaseRetriever

    from retrieval.embed import Embedder
    from retrieval.question import Question

DENSE, WORDS = "dense", "lexical"
TOPIC = {DENSE: "dense_topic", WORDS: "lexical_topic"}
"""The same channels, asked what a long question is about and nothing else."""
WEIGHTS = {TOPIC[DENSE]: 0.5, TOPIC[WORDS]: 0.5}
"""Weights in the fusion; the others have 1."""
DEPTH = 100
"""Passages taken from each channel before fusion."""
DOCUMENT_DEPTH = 200
"""The same where documents are ranked, of which several passages may stand for one (``docs/retrieval.md``)."""
MAX_DENSE_CHARS = 4000
"""Characters of a query that are embedded; the model reads 512 tokens."""


class Index:
    """An open index. Safe to search from several threads; sees what other processes write to the folder."""

    def __init__(self, path: Path, manifest: Manifest, store: PassageStore, embedder: Embedder) -> None:
        self.path = path
        self._data = current_dir(path)
        self._manifest = manifest
        self._store = store
        self._lexical = LexicalIndex(self._data / LEXICAL)
        self._embedder = embedder
        self._generation = manifest.generation()
        self._lock = threading.RLock()  # Chroma is reopened when the folder changes, never under a query
        self._last_query: tuple[str, list[float]] = ("", [])
        self._sentences = RememberedVectors(embedder.embed_documents)

    def search(self, query: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        """The ``k`` best passages, best first; near-identical ones appear once. Any string is a query.

        Empty where the query has no letter or digit, or nothing passes the filters.
        """
        _require_positive(k)
        if not _says_something(query):
            return []
        with self._lock:
            found_by = self._channels(query, max(DEPTH, 4 * k), filters)
            ranked = fuse(found_by, WEIGHTS)
            dense, words = self._lists(query, found_by)
            model = models()[detect_language(query)]
            hits: list[Hit] = []
            copies = CopyFilter()
            for start in range(0, len(ranked), 2 * k):
                part = ranked[start : start + 2 * k]
                found = self._store.get([item for item, _, _ in part])
                for item, score, channels in part:
                    if item in found and not copies.is_copy(found[item].text):
                        probability = model.probability(figures(item, dense, words))
                        hits.append(Hit(found[item], score, MappingProxyType(channels), probability))
                        if len(hits) == k:
                            return hits
            return hits

    def search_documents(self, query: str, k: int = 100, *, filters: Filters | None = None) -> list[Hit]:
        """The ``k`` best documents, each with its best passage; copies are kept, as they are documents."""
        _require_positive(k)
        if not _says_something(query):
            return []
        with self._lock:
            channels = self._channels(query, min(max(DOCUMENT_DEPTH, 2 * k), 1000), filters)
            document = {item: item.rsplit("#", 1)[0] for ranking in channels.values() for item, _ in ranking}
            first: dict[str, str] = {}
            for item, _, _ in fuse(channels, WEIGHTS):
                first.setdefault(document[item], item)
            by_document = {name: best_by(ranking, document) for name, ranking in channels.items()}
            ranked = fuse(by_document, WEIGHTS)[:k]
            found = self._store.get([first[name] for name, _, _ in ranked])
            return [
                Hit(found[first[name]], score, MappingProxyType(places))
                for name, score, places in ranked
                if first[name] in found
            ]

    def channel(
        self, name: str, query: str, k: int = 10, *, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids and scores of one channel alone (``dense``, ``lexical``, or either's topic), for measuring."""
        return list(self._channels(query, k, filters).get(name, ())) if _says_something(query) else []

    def figures(
        self, query: str, k: int = 10, *, filters: Filters | None = None
    ) -> list[tuple[str, tuple[float, ...]]]:
        """Ids of the ``k`` best passages with what their probability is estimated from (``probability.FIGURES``)."""
        if not _says_something(query):
            return []
        with self._lock:
            found_by = self._channels(query, max(DEPTH, 4 * k), filters)
            dense, words = self._lists(query, found_by)
            return [(item, figures(item, dense, words)) for item, _, _ in fuse(found_by, WEIGHTS)[:k]]

    def understand(self, query: str) -> Question:
        """What a question asks, by the names that this index has pages of; what the topic channels search for."""
        with self._lock:
            self._refresh()
            return self._lexical.understand(query)

    def passage(self, passage_id: str) -> Passage | None:
        with self._lock:
            self._refresh()
            return self._store.get([passage_id]).get(passage_id)

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document in reading order; empty for an unknown one."""
        with self._lock:
            self._refresh()
            entry = self._manifest.entry(document_id)
            if entry is None:
                return []
            found = self._store.get(entry.passages)
            return [found[i] for i in entry.passages if i in found]

    def count(self) -> int:
        """Passages."""
        return self._manifest.totals()[1]

    def documents(self) -> int:
        return self._manifest.totals()[0]

    @property
    def corpus_sha256(self) -> str:
        """A hash over all documents' contents: one corpus, one hash, on every machine."""
        return self._manifest.corpus_sha256()

    def similarity(self, query: str, texts: Sequence[str]) -> list[float]:
        """Cosine of each text with the query, by the embedder that serves queries."""
        if not texts:
            return []
        import numpy as np

        vectors = self._sentences.of(texts)
        return [float(x) for x in vectors @ np.asarray(self._vector(query), dtype=np.float32)]

    def rarity(self, term: str) -> float:
        """How much a term (as ``analysis.terms`` gives it) tells one passage from another; highest where none has it."""
        return self._lexical.rarity(term)

    def delete(self, *document_ids: str) -> int:
        """Take documents out of both channels; how many passages that were. Many at once cost little more than one."""
        writer = IndexWriter(
            self.path, fingerprint=self._embedder.fingerprint, embedder=self._embedder.name, create=False
        )
        with writer:
            entries = writer.manifest.entries_of(document_ids)
            removed = writer.remove(list(entries.values())) if entries else 0
            writer.manifest.seal()
        return removed

    def as_retriever(self, k: int = 8) -> BaseRetriever:
        from retrieval.retriever import IndexRetriever

        return IndexRetriever(index=self, k=k)

    def as_vectorstore(self) -> Chroma:
        """LangChain's own Chroma store over the same passages (dense channel only)."""
        return self._store.as_vectorstore(self._embedder)

    def close(self) -> None:
        with self._lock:
            self._store.close()
            self._lexical.close()
            self._manifest.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _channels(self, query: str, depth: int, filters: Filters | None) -> dict[str, Ranking]:
        vector = self._vector(query)
        with self._lock:
            self._refresh()
            found: dict[str, Ranking] = {
                DENSE: self._store.query(vector, depth, filters),
                WORDS: self._lexical.search(query, depth, filters),
            }
            question = self._lexical.understand(query)
            if question.titled:
                question = question.called(self._titles(question))
            if topic := question.titled:
                asked = self._embedder.embed_query(topic)
                found[TOPIC[DENSE]] = self._store.query(asked, depth, filters)
                found[TOPIC[WORDS]] = self._lexical.search(topic, depth, filters)
            return found

    def _titles(self, question: Question) -> dict[str, str]:
        """Titles of the pages that a question calls by another name."""
        pages = {name: self._lexical.page_of(name, question.language) for name in question.focus}
        found = self._store.get(list(dict.fromkeys(page for page in pages.values() if page)))
        return {
            name: title
            for name, page in pages.items()
            if page in found and name.casefold() not in (title := found[page].title).casefold()
        }

    def _lists(self, query: str, found_by: dict[str, Ranking]) -> tuple[Channel, Channel]:
        return Channel.of(found_by[DENSE]), Channel.of(found_by[WORDS], self._lexical.ceiling(query))

    def _vector(self, query: str) -> list[float]:
        text = query.strip()[:MAX_DENSE_CHARS]
        known, vector = self._last_query
        if text != known:
            vector = self._embedder.embed_query(text)
            self._last_query = (text, vector)
        return vector

    def _refresh(self) -> None:
        """Reopen the channels when another process (or an ingest in this one) has written or switched versions."""
        data = current_dir(self.path)
        if data != self._data:
            manifest = Manifest.open(data)
            manifest.require(self._embedder.fingerprint)
            self._store.close()
            self._manifest.close()
            self._data, self._manifest, self._generation = data, manifest, -1
            self._lexical = LexicalIndex(data / LEXICAL)
        generation = self._manifest.generation()
        if generation != self._generation:
            self._store.close()
            self._store = open_store(data, self._manifest)
            self._lexical.reload()
            self._generation = generation


def open_index(path: Path | str, *, embedder: Embedder | None = None) -> Index:
    """Open an index folder for searching.

    Without ``embedder`` the one the index was built with is loaded. Raises ``IndexMissingError``,
    ``IndexCorruptError``, ``EmbedderMismatchError``.
    """
    path = Path(path)
    data = current_dir(path)
    manifest = Manifest.open(data)
    embedded = not manifest.value(SERVER)
    if (embedded and not (data / CHROMA).is_dir()) or not (data / LEXICAL).is_dir():
        manifest.close()
        from retrieval.errors import IndexCorruptError

        raise IndexCorruptError(
            f"The index in {path} is incomplete. Mend it: wenzhen index repair {path}; "
            "or delete it (wenzhen index delete) and ingest again."
        )
    # Chroma's import and the embedder's weights take about a second each; they load side by side.
    with ThreadPoolExecutor(1) as beside:
        store = beside.submit(open_store, data, manifest)
        try:
            embedder = embedder or _embedder_of(manifest)
            manifest.require(embedder.fingerprint)
        except RetrievalError:
            manifest.close()
            raise
        return Index(path, manifest, store.result(), embedder)


def _embedder_of(manifest: Manifest) -> Embedder:
    from retrieval.embed import load_embedder

    built_with = manifest.value("embedder")
    return load_embedder(built_with if built_with.startswith("hf:") else "auto")


def _says_something(query: str) -> bool:
    return any(c.isalnum() for c in query[:MAX_DENSE_CHARS])


def _require_positive(k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be greater than 0. Currently, k is {k}.")
