"""What an index holds: its embedding model, its documents by content hash, its source files.

SQLite beside the two channels. A batch is announced (``intend``) before the channels are touched and
settled after both hold it, so that whatever interrupts a write leaves either a settled batch or an
announced one, which the next writer undoes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from retrieval.errors import EmbedderMismatchError, IndexCorruptError, IndexMissingError, RetrievalError

FILE = "manifest.db"
SCHEMA_VERSION = 1

_schema = sa.MetaData()
_meta = sa.Table("meta", _schema, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text))
_documents = sa.Table(
    "documents",
    _schema,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False, index=True),
    sa.Column("passages", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
)
_files = sa.Table(
    "files",
    _schema,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
)
_pending = sa.Table(
    "pending",
    _schema,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("passages", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the manifest knows it."""

    id: str
    sha256: str
    file: str
    passages: tuple[str, ...]
    run: int = 0
    """The ingest that saw it last."""


class Manifest:
    def __init__(self, index_dir: Path, engine: sa.Engine) -> None:
        self._dir = index_dir
        self._engine = engine

    @classmethod
    def create(cls, index_dir: Path, fingerprint: str, embedder: str) -> Manifest:
        """Open the manifest, made new where there is none."""
        if (index_dir / FILE).exists():
            return cls.open(index_dir)
        strangers = (
            {p.name for p in index_dir.iterdir()} - {"lock", "chroma", "lexical"}
            if index_dir.exists()
            else ()
        )
        if strangers:
            raise RetrievalError(
                f"{index_dir} holds other files ({min(strangers)}) and no index. Name a new or an empty folder."
            )
        index_dir.mkdir(parents=True, exist_ok=True)
        manifest = cls(index_dir, _engine(index_dir / FILE))
        with manifest._writing() as db:
            _schema.create_all(db)
            values = {
                "schema": str(SCHEMA_VERSION),
                "fingerprint": fingerprint,
                "embedder": embedder,
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "generation": "0",
                "corpus_sha256": "",
            }
            db.execute(sa.insert(_meta), [{"name": name, "value": value} for name, value in values.items()])
        return manifest

    @classmethod
    def open(cls, index_dir: Path) -> Manifest:
        if not (index_dir / FILE).exists():
            raise IndexMissingError(
                f"There is no index in {index_dir}. Build one: wenzhen ingest SOURCE --index {index_dir}"
            )
        manifest = cls(index_dir, _engine(index_dir / FILE))
        schema = manifest.value("schema")
        if schema != str(SCHEMA_VERSION):
            raise IndexCorruptError(
                f"The index in {index_dir} has layout {schema or 'unknown'}, this version reads {SCHEMA_VERSION}. "
                "Delete it (wenzhen index delete) and ingest again."
            )
        return manifest

    def require(self, fingerprint: str) -> None:
        """Refuse an embedding model that the index was not built with."""
        built = self.value("fingerprint")
        if built != fingerprint:
            raise EmbedderMismatchError(
                f"The index in {self._dir} was built with the embedding model {built}, and this one is {fingerprint}. "
                "Set WENZHEN_EMBEDDER to the model it was built with, or ingest into another folder (--index)."
            )

    def value(self, name: str) -> str:
        with self._reading() as db:
            return str(db.execute(sa.select(_meta.c.value).where(_meta.c.name == name)).scalar() or "")

    def generation(self) -> int:
        """Grows with every settled batch and every deletion."""
        return int(self.value("generation"))

    def entry(self, document_id: str) -> Entry | None:
        with self._reading() as db:
            row = db.execute(sa.select(_documents).where(_documents.c.id == document_id)).first()
        return _entry(row) if row else None

    def entries(self, after: str = "", limit: int = 1000) -> list[Entry]:
        """Documents in order of id, a page at a time."""
        chosen = sa.select(_documents).where(_documents.c.id > after).order_by(_documents.c.id).limit(limit)
        with self._reading() as db:
            return [_entry(row) for row in db.execute(chosen)]

    def totals(self) -> tuple[int, int]:
        """Documents and passages."""
        chosen = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_documents.c.count), 0))
        with self._reading() as db:
            documents, passages = db.execute(chosen.select_from(_documents)).one()
        return int(documents), int(passages)

    def corpus_sha256(self) -> str:
        """A hash over all documents' ids and contents, whatever their order of arrival."""
        if known := self.value("corpus_sha256"):
            return known
        digest = hashlib.sha256()
        with self._reading() as db:
            rows = db.execute(sa.select(_documents.c.id, _documents.c.sha256).order_by(_documents.c.id))
            for document_id, sha256 in rows:
                digest.update(f"{document_id}\t{sha256}\n".encode("utf-8", "replace"))
        return digest.hexdigest()

    # -- for the one writer ------------------------------------------------------------------

    def intend(self, entries: Iterable[Entry]) -> None:
        """Announce documents whose passages are about to be written or deleted."""
        rows = [{"id": e.id, "passages": json.dumps(e.passages)} for e in entries]
        if rows:
            with self._writing() as db:
                db.execute(sa.insert(_pending).prefix_with("OR REPLACE"), rows)
                _set(db, corpus_sha256="")

    def settle(self, entries: Sequence[Entry], removed: Sequence[str] = ()) -> None:
        """Both channels hold ``entries`` and nothing of ``removed``; the announcement is withdrawn."""
        gone = [*(e.id for e in entries), *removed]
        with self._writing() as db:
            for part in _parts(gone):
                db.execute(sa.delete(_documents).where(_documents.c.id.in_(part)))
                db.execute(sa.delete(_pending).where(_pending.c.id.in_(part)))
            if entries:
                db.execute(sa.insert(_documents), [_row(entry) for entry in entries])
            grown = sa.cast(sa.cast(_meta.c.value, sa.Integer) + 1, sa.Text)
            db.execute(sa.update(_meta).where(_meta.c.name == "generation").values(value=grown))
            _set(db, corpus_sha256="")

    def pending(self) -> list[Entry]:
        """Documents of interrupted writes, with every passage id they may have left in a channel."""
        with self._reading() as db:
            rows = list(db.execute(sa.select(_pending)))
        left = []
        for row in rows:
            settled = self.entry(row.id)
            ids = dict.fromkeys([*json.loads(row.passages), *(settled.passages if settled else ())])
            left.append(Entry(row.id, "", "", tuple(ids)))
        return left

    def seal(self) -> str:
        """Write the corpus hash down, so that reading it costs nothing."""
        sha256 = self.corpus_sha256()
        with self._writing() as db:
            _set(db, corpus_sha256=sha256)
        return sha256

    def next_run(self) -> int:
        """Number of an ingest that is about to start."""
        with self._reading() as db:
            return int(db.execute(sa.select(sa.func.max(_documents.c.run))).scalar() or 0) + 1

    def mark_seen(self, document_ids: Sequence[str], run: int) -> None:
        if not document_ids:
            return
        with self._writing() as db:
            for part in _parts(document_ids):
                db.execute(sa.update(_documents).where(_documents.c.id.in_(part)).values(run=run))

    def mark_file_seen(self, name: str, run: int) -> int:
        """Documents of a file that need not be read again."""
        with self._writing() as db:
            return int(
                db.execute(sa.update(_documents).where(_documents.c.file == name).values(run=run)).rowcount
            )

    def documents_of_file(self, name: str) -> int:
        chosen = sa.select(sa.func.count()).select_from(_documents).where(_documents.c.file == name)
        with self._reading() as db:
            return int(db.execute(chosen).scalar() or 0)

    def not_seen(self, run: int, spare_files: Sequence[str] = ()) -> list[Entry]:
        """Documents that ``run`` did not meet, but for those of files that could not be read."""
        with self._reading() as db:
            rows = list(db.execute(sa.select(_documents).where(_documents.c.run < run)))
        spared = frozenset(spare_files)
        return [_entry(row) for row in rows if row.file not in spared]

    def file_sha256(self, name: str) -> str:
        with self._reading() as db:
            return str(db.execute(sa.select(_files.c.sha256).where(_files.c.name == name)).scalar() or "")

    def record_file(self, name: str, sha256: str) -> None:
        """All documents of this file are settled."""
        with self._writing() as db:
            db.execute(sa.insert(_files).prefix_with("OR REPLACE"), {"name": name, "sha256": sha256})

    def forget_file(self, name: str) -> None:
        with self._writing() as db:
            db.execute(sa.delete(_files).where(_files.c.name == name))

    def files(self) -> int:
        with self._reading() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(_files)).scalar() or 0)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as db:
                yield db
        except sa.exc.SQLAlchemyError as error:
            raise self._corrupt(error) from error

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as db:
                yield db
        except sa.exc.DatabaseError as error:
            if isinstance(error, sa.exc.OperationalError):
                raise RetrievalError(
                    f"Writing to {self._dir / FILE} failed ({error.orig}). Check free space and permissions."
                ) from error
            raise self._corrupt(error) from error

    def _corrupt(self, error: sa.exc.SQLAlchemyError) -> IndexCorruptError:
        return IndexCorruptError(
            f"The index in {self._dir} cannot be read ({getattr(error, 'orig', error)}). "
            "Delete it (wenzhen index delete) and ingest again."
        )


def _engine(file: Path) -> sa.Engine:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)), connect_args={"timeout": 10})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine


def _set(db: sa.Connection, **values: str) -> None:
    for name, value in values.items():
        db.execute(sa.update(_meta).where(_meta.c.name == name).values(value=value))


def _row(entry: Entry) -> dict[str, str | int]:
    return {
        "id": entry.id,
        "sha256": entry.sha256,
        "file": entry.file,
        "passages": json.dumps(entry.passages),
        "count": len(entry.passages),
        "run": entry.run,
    }


def _entry(row: sa.Row) -> Entry:
    return Entry(row.id, row.sha256, row.file, tuple(json.loads(row.passages)), row.run)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """SQLite takes a limited number of variables in one statement."""
    for start in range(0, len(ids), 500):
        yield ids[start : start + 500]
