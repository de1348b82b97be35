"""The dense channel: vectors, text and metadata in an embedded Chroma. The only file that knows Chroma."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.errors import IndexCorruptError, RetrievalError
from retrieval.filters import Filters
from retrieval.passage import Passage

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

COLLECTION = "passages"
_HNSW: Any = {"space": "cosine", "max_neighbors": 16, "ef_construction": 200, "ef_search": 200}
_READ_BATCH = 2000
_FIELDS = tuple(f.name for f in fields(Passage) if f.name not in ("id", "text"))


class PassageStore:
    """One Chroma collection. A store sees what was there when it was opened and what it writes itself;
    open a new one to see what another process wrote."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        with _readable(folder):
            import chromadb
            from chromadb.config import Settings

            self._client: Any = chromadb.PersistentClient(
                _private_spelling(folder), settings=Settings(anonymized_telemetry=False)
            )
            if create:
                self._collection = self._client.get_or_create_collection(
                    COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW}
                )
            else:
                self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self._batch = int(self._client.get_max_batch_size())

    def query(
        self, vector: Sequence[float], k: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids with cosine similarity (-1..1), best first."""
        with _readable(self._folder):
            count = self._collection.count()
            wanted = min(k, count)
            if wanted < 1:
                return []
            where = _where(filters)
            embeddings: Any = [np.asarray(vector, dtype=np.float32)]
            found = self._collection.query(
                query_embeddings=embeddings,
                n_results=wanted,
                where=where,
                include=["distances"],
            )
        ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        if where is None and len(ids) < wanted / 2:
            # Chroma answers from what is left when its vector files are gone; that must not pass for a search.
            raise IndexCorruptError(_unreadable(self._folder, f"{len(ids)} of {wanted} vectors answer"))
        return [
            (passage_id, 1.0 - float(distance)) for passage_id, distance in zip(ids, distances, strict=True)
        ]

    def get(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """The passages that are there, by id."""
        found: dict[str, Passage] = {}
        for start in range(0, len(passage_ids), _READ_BATCH):
            with _readable(self._folder):
                rows = self._collection.get(
                    ids=list(passage_ids[start : start + _READ_BATCH]), include=["documents", "metadatas"]
                )
            texts, metadatas = rows["documents"] or [], rows["metadatas"] or []
            for passage_id, text, metadata in zip(rows["ids"], texts, metadatas, strict=True):
                found[passage_id] = _passage(passage_id, text, metadata)
        return found

    def vectors(self, passage_ids: Sequence[str]) -> dict[str, list[float]]:
        with _readable(self._folder):
            rows = self._collection.get(ids=list(passage_ids), include=["embeddings"])
        embeddings = rows["embeddings"] if rows["embeddings"] is not None else []
        return {i: [float(x) for x in vector] for i, vector in zip(rows["ids"], embeddings, strict=True)}

    def count(self) -> int:
        with _readable(self._folder):
            return int(self._collection.count())

    def upsert(self, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]) -> None:
        for start in range(0, len(passages), self._batch):
            part = passages[start : start + self._batch]
            with _writable(self._folder):
                self._collection.upsert(
                    ids=[p.id for p in part],
                    embeddings=list(np.asarray(vectors[start : start + self._batch], dtype=np.float32)),
                    documents=[p.text for p in part],
                    metadatas=[_metadata(p) for p in part],
                )

    def delete(self, passage_ids: Iterable[str]) -> None:
        ids = list(passage_ids)
        for start in range(0, len(ids), self._batch):
            with _writable(self._folder):
                self._collection.delete(ids=ids[start : start + self._batch])

    def as_vectorstore(self, embeddings: Embeddings) -> Chroma:
        """The same collection as LangChain's vector store, for code written against that."""
        from langchain_chroma import Chroma

        return Chroma(client=self._client, collection_name=COLLECTION, embedding_function=embeddings)

    def close(self) -> None:
        self._client.close()


def _metadata(passage: Passage) -> dict[str, str | int]:
    """Chroma holds no ``None``: such a field is left out."""
    values = ((name, getattr(passage, name)) for name in _FIELDS)
    return {name: value for name, value in values if value is not None}


def _passage(passage_id: str, text: str, metadata: Mapping[str, Any]) -> Passage:
    known = {name: metadata[name] for name in _FIELDS if name in metadata}
    return Passage(id=passage_id, text=text, **known)


def _where(filters: Filters | None) -> dict[str, Any] | None:
    allowed = filters.allowed if filters else {}
    conditions: list[dict[str, Any]] = [{name: {"$in": list(values)}} for name, values in allowed.items()]
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def _private_spelling(folder: Path) -> str:
    """The folder's path, spelt as no other store spells it.

    Chroma shares one engine among all clients of one spelling, and that engine does not see what other
    processes write; with a spelling of its own, closing and opening a store reads the folder afresh.
    """
    bits = f"{uuid.uuid4().int & 0xFFFFFFFFFFFF:048b}"
    return str(folder.absolute()) + "".join("/." if bit == "1" else "/" for bit in bits)


def _unreadable(folder: Path, why: object) -> str:
    return f"The index in {folder.parent} cannot be read ({why}). Delete it (wenzhen index delete) and ingest again."


def _is_engine_panic(error: BaseException) -> bool:
    """A panic of the Rust engine is no ``Exception``; anything else that is none (Ctrl-C) is not ours."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except RetrievalError:
        raise
    except BaseException as error:
        if not _is_engine_panic(error):
            raise
        raise IndexCorruptError(_unreadable(folder, error)) from error


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if not _is_engine_panic(error):
            raise
        raise RetrievalError(
            f"Writing to {folder} failed ({error}). Check free space and permissions, then run the same command."
        ) from error
