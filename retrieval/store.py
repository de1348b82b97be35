"""The dense channel: vectors, text and metadata in Chroma, embedded in the index folder or on a Chroma server.

The only file that knows Chroma.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from retrieval.dates import day_of
from retrieval.errors import IndexCorruptError, RetrievalError
from retrieval.filters import Filters
from retrieval.passage import Passage

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

COLLECTION = "passages"
_HNSW: Any = {"space": "cosine", "max_neighbors": 16, "ef_construction": 200, "ef_search": 400}
_READ_BATCH = 2000
_SYNC = 1000
"""Records after which Chroma writes its vector file out; until then they are in its log, which an opening replays."""
_MOST_SYNC = 50_000
_LEFT_OUT = frozenset(f.name for f in fields(Passage) if f.default in (None, ""))
_FIELDS = tuple(f.name for f in fields(Passage) if f.name not in ("id", "text"))
DAY = "day"
"""``published`` as a number, since Chroma compares only those."""


class PassageStore:
    """One Chroma collection. A store sees what was there when it was opened and what it writes itself;
    open a new one to see what another process wrote."""

    def __init__(
        self, folder: Path, *, create: bool = False, server: str = "", collection: str = COLLECTION
    ) -> None:
        """Open, or with ``create`` make, the collection in ``folder``, or on the Chroma ``server`` at that URL.

        Raises ``IndexCorruptError``, and ``RetrievalError`` for a server that does not answer.
        """
        self._folder, self._server, self._name = folder, server, collection
        self._sync, self._written, self._begun = _SYNC, 0, False
        self._open(create)

    def _open(self, create: bool = False) -> None:
        with self._engine(self._unreadable):
            self._client: Any = client_of(self._server) if self._server else _embedded(self._folder)
            if create:
                self._collection = self._client.get_or_create_collection(
                    self._name, embedding_function=None, configuration={"hnsw": _HNSW}
                )
            else:
                self._collection = self._client.get_collection(self._name, embedding_function=None)
            self._batch = int(self._client.get_max_batch_size())

    def query(
        self, vector: Sequence[float], k: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids with cosine similarity (-1..1), best first."""
        with self._engine(self._unreadable):
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
            raise self._unreadable(f"{len(ids)} of {wanted} vectors answer")
        return [
            (passage_id, 1.0 - float(distance)) for passage_id, distance in zip(ids, distances, strict=True)
        ]

    def nearest(self, vectors: Sequence[Sequence[float]], k: int) -> list[list[tuple[str, float]]]:
        """What ``query`` gives without filters, for many vectors at once."""
        wanted = min(k, self.count())
        if not vectors or wanted < 1:
            return [[] for _ in vectors]
        with self._engine(self._unreadable):
            embeddings: Any = list(np.asarray(vectors, dtype=np.float32))
            found = self._collection.query(
                query_embeddings=embeddings, n_results=wanted, include=["distances"]
            )
        return [
            [(i, 1.0 - float(d)) for i, d in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def get(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """The passages that are there, by id."""
        found: dict[str, Passage] = {}
        for start in range(0, len(passage_ids), _READ_BATCH):
            with self._engine(self._unreadable):
                rows = self._collection.get(
                    ids=list(passage_ids[start : start + _READ_BATCH]), include=["documents", "metadatas"]
                )
            texts, metadatas = rows["documents"] or [], rows["metadatas"] or []
            for passage_id, text, metadata in zip(rows["ids"], texts, metadatas, strict=True):
                found[passage_id] = _passage(passage_id, text, metadata)
        return found

    def vectors(self, passage_ids: Sequence[str]) -> dict[str, list[float]]:
        """The vectors that are there, by passage id."""
        with self._engine(self._unreadable):
            rows = self._collection.get(ids=list(passage_ids), include=["embeddings"])
        embeddings = rows["embeddings"] if rows["embeddings"] is not None else []
        return {
            i: np.asarray(vector).tolist()
            for i, vector in zip(rows["ids"], embeddings, strict=True)
            if vector is not None
        }

    def ids(self) -> Iterator[list[str]]:
        """Every id, a page at a time, in no particular order."""
        start = 0
        while True:
            with self._engine(self._unreadable):
                page = self._collection.get(include=[], limit=_READ_BATCH, offset=start)["ids"]
            if not page:
                return
            yield list(page)
            start += len(page)

    def count(self) -> int:
        with self._engine(self._unreadable):
            return int(self._collection.count())

    def upsert(self, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]) -> None:
        self._take_over()
        for start in range(0, len(passages), self._batch):
            part = passages[start : start + self._batch]
            with self._engine(self._unwritable):
                self._collection.upsert(
                    ids=[p.id for p in part],
                    embeddings=list(np.asarray(vectors[start : start + self._batch], dtype=np.float32)),
                    documents=[p.text for p in part],
                    metadatas=[_metadata(p) for p in part],
                )
        self._written += len(passages)
        self._keep_pace()

    def delete(self, passage_ids: Iterable[str]) -> None:
        self._take_over()
        ids = list(passage_ids)
        for start in range(0, len(ids), self._batch):
            with self._engine(self._unwritable):
                self._collection.delete(ids=ids[start : start + self._batch])

    def as_vectorstore(self, embeddings: Embeddings) -> Chroma:
        """The same collection as LangChain's vector store, for code written against that."""
        from langchain_chroma import Chroma

        return Chroma(client=self._client, collection_name=self._name, embedding_function=embeddings)

    def close(self) -> None:
        if self._sync > _SYNC:
            self._settle_log()
        self._client.close()

    def drop(self) -> None:
        """Delete the collection and all that is in it."""
        with self._engine(self._unwritable):
            self._client.delete_collection(self._name)

    def _take_over(self) -> None:
        """A writer that was killed leaves its rare writing on, and with it a long log for every opening to replay."""
        if not self._begun and not self._server:
            with self._engine(self._unreadable):
                left = self._collection.configuration_json.get("hnsw") or {}
            self._sync = max(self._sync, int(left.get("sync_threshold") or 0))
        self._begun = True

    def _keep_pace(self) -> None:
        """Write the vector file out more rarely as it grows: each time costs as much as the whole file."""
        if self._server or self._sync >= _MOST_SYNC or self._written < 8 * self._sync:
            return
        self._written = 0
        self._sync_every(min(_MOST_SYNC, max(4 * self._sync, self.count() // 8)))

    def _settle_log(self) -> None:
        """Empty the log into the vector file, so that the next opening has nothing to replay."""
        self._sync_every(_SYNC)
        with self._engine(self._unwritable):
            last = self._collection.get(limit=1, include=["embeddings"])
            if last["ids"]:
                self._collection.update(ids=last["ids"], embeddings=last["embeddings"])

    def _sync_every(self, records: int) -> None:
        """An open engine does not take the new figure, so it is opened anew."""
        with self._engine(self._unwritable):
            self._collection.modify(configuration={"hnsw": {"sync_threshold": records}})
            self._client.close()
        self._open()
        self._sync = records

    def _unreadable(self, why: object) -> IndexCorruptError:
        place = f"on the Chroma server {self._server}" if self._server else f"in {self._folder.parent}"
        return IndexCorruptError(
            f"The index {place} cannot be read ({why}). Mend it: wenzhen index repair; "
            "or delete it (wenzhen index delete) and ingest again."
        )

    def _unwritable(self, why: object) -> RetrievalError:
        return RetrievalError(
            f"Writing to {self._server or self._folder} failed ({why}). "
            "Check free space and permissions, then run the same command."
        )

    @contextmanager
    def _engine(self, failure: Callable[[object], RetrievalError]) -> Iterator[None]:
        """Whatever goes wrong in Chroma becomes ``failure`` of it, or the word that its server does not answer."""
        try:
            yield
        except RetrievalError:
            raise
        except BaseException as error:
            if not _is_engine_panic(error):
                raise
            if self._server and _is_away(error):
                raise RetrievalError(away(self._server, error)) from error
            raise failure(error) from error


def client_of(server: str) -> Any:
    """A client of the Chroma server at ``http(s)://host:port``. Raises ``RetrievalError`` where none answers there."""
    import chromadb
    from chromadb.config import Settings

    url = urlsplit(server)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise RetrievalError(
            f"The Chroma server is named as a URL such as http://127.0.0.1:8000. Currently, it is {server!r}."
        )
    secure = url.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=url.hostname,
            port=url.port or (443 if secure else 8000),
            ssl=secure,
            settings=Settings(anonymized_telemetry=False),
        )
    except Exception as error:
        raise RetrievalError(away(server, error)) from error


def away(server: str, error: BaseException) -> str:
    """The sentence for a server that does not answer."""
    reason = " ".join(str(error).split()).split(". ")[0][:120] or type(error).__name__
    return (
        f"The Chroma server at {server} does not answer ({reason}). "
        "Start it (chroma run --path FOLDER), or correct WENZHEN_CHROMA."
    )


def _is_away(error: BaseException) -> bool:
    import httpx

    return isinstance(error, httpx.TransportError | ConnectionError)


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(_private_spelling(folder), settings=Settings(anonymized_telemetry=False))


def _metadata(passage: Passage) -> dict[str, str | int]:
    """Chroma holds no ``None``, and each field is a row of its own: what says nothing is left out."""
    values = ((name, getattr(passage, name)) for name in _FIELDS)
    said = {name: value for name, value in values if value not in (None, "") or name not in _LEFT_OUT}
    day = day_of(passage.published)
    return said if day is None else {**said, DAY: day}


def _passage(passage_id: str, text: str, metadata: Mapping[str, Any]) -> Passage:
    known = {name: metadata[name] for name in _FIELDS if name in metadata}
    return Passage(id=passage_id, text=text, **known)


def _where(filters: Filters | None) -> dict[str, Any] | None:
    allowed = filters.allowed if filters else {}
    conditions: list[dict[str, Any]] = [{name: {"$in": list(values)}} for name, values in allowed.items()]
    if filters and filters.without_evidence:
        conditions.append({"evidence": {"$nin": sorted(filters.without_evidence)}})
    since, until = filters.days if filters else (None, None)
    conditions += [{DAY: {"$gte": since}}] if since is not None else []
    conditions += [{DAY: {"$lte": until}}] if until is not None else []
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


def _is_engine_panic(error: BaseException) -> bool:
    """A panic of the Rust engine is no ``Exception``; anything else that is none (Ctrl-C) is not ours."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"
