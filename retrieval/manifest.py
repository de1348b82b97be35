"""What an index holds: its embedding model, its documents by content hash, its passages, its source files.

SQLite beside the two channels, and the truth about both: a channel that lost something is made whole from here
(``repair``). A batch is announced (``intend``) before the channels are touched and settled after both hold it,
so that whatever interrupts a write leaves either a settled batch or an announced one, which the next writer undoes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from retrieval.errors import EmbedderMismatchError, IndexCorruptError, IndexMissingError, RetrievalError
from retrieval.passage import Passage
from retrieval.tables import (
    DOCUMENTS,
    FILES,
    META,
    PASSAGES,
    PENDING,
    SCHEMA,
    Entry,
    engine,
    entry_of,
    packed,
    parts,
    row_of,
    set_meta,
    unpacked,
)

__all__ = ("FILE", "Entry", "Manifest")

FILE = "manifest.db"
SCHEMA_VERSION = 1
_OWN = frozenset(
    ["lock", "chroma", "chroma.new", "lexical", "versions", "versions.json", "versions.json.new"]
)


class Manifest:
    def __init__(self, index_dir: Path, database: sa.Engine) -> None:
        self._dir = index_dir
        self._engine = database

    @classmethod
    def create(cls, index_dir: Path, fingerprint: str, embedder: str) -> Manifest:
        """Open the manifest, made new where there is none."""
        if (index_dir / FILE).exists():
            return cls.open(index_dir)
        here = {path.name for path in index_dir.iterdir()} if index_dir.exists() else set()
        strangers = {name for name in here - _OWN if not name.startswith(FILE)}
        if strangers:
            raise RetrievalError(
                f"{index_dir} holds other files ({min(strangers)}) and no index. Name a new or an empty folder."
            )
        index_dir.mkdir(parents=True, exist_ok=True)
        # Made under another name and renamed, so that no kill leaves a manifest without its tables.
        draft = index_dir / f"{FILE}.new"
        for left in index_dir.glob(f"{draft.name}*"):
            left.unlink()
        manifest = cls(index_dir, engine(draft))
        with manifest._writing() as db:
            SCHEMA.create_all(db)
            values = {
                "schema": str(SCHEMA_VERSION),
                "fingerprint": fingerprint,
                "embedder": embedder,
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "generation": "0",
                "corpus_sha256": "",
            }
            db.execute(sa.insert(META), [{"name": name, "value": value} for name, value in values.items()])
        manifest.close()
        draft.replace(index_dir / FILE)
        return cls.open(index_dir)

    @classmethod
    def open(cls, index_dir: Path) -> Manifest:
        if not (index_dir / FILE).exists():
            raise IndexMissingError(
                f"There is no index in {index_dir}. Build one: wenzhen ingest SOURCE --index {index_dir}"
            )
        manifest = cls(index_dir, engine(index_dir / FILE))
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
            return str(db.execute(sa.select(META.c.value).where(META.c.name == name)).scalar() or "")

    def generation(self) -> int:
        """Grows with every settled batch and every deletion."""
        return int(self.value("generation"))

    def entry(self, document_id: str) -> Entry | None:
        with self._reading() as db:
            row = db.execute(sa.select(DOCUMENTS).where(DOCUMENTS.c.id == document_id)).first()
        return entry_of(row) if row else None

    def entries_of(self, document_ids: Collection[str]) -> dict[str, Entry]:
        """The known ones among these documents, by id."""
        found: dict[str, Entry] = {}
        with self._reading() as db:
            for part in parts(list(document_ids)):
                rows = db.execute(sa.select(DOCUMENTS).where(DOCUMENTS.c.id.in_(part)))
                found.update((row.id, entry_of(row)) for row in rows)
        return found

    def passages(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """The passages themselves, by id; none in an index older than this table."""
        found: dict[str, Passage] = {}
        if not self._has_passages():
            return found
        with self._reading() as db:
            for part in parts(passage_ids):
                rows = db.execute(sa.select(PASSAGES).where(PASSAGES.c.id.in_(part)))
                found.update((row.id, unpacked(row.id, row.body)) for row in rows)
        return found

    def entries(self, after: str = "", limit: int = 1000) -> list[Entry]:
        """Documents in order of id, a page at a time."""
        chosen = sa.select(DOCUMENTS).where(DOCUMENTS.c.id > after).order_by(DOCUMENTS.c.id).limit(limit)
        with self._reading() as db:
            return [entry_of(row) for row in db.execute(chosen)]

    def totals(self) -> tuple[int, int]:
        """Documents and passages."""
        chosen = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(DOCUMENTS.c.count), 0))
        with self._reading() as db:
            documents, passages = db.execute(chosen.select_from(DOCUMENTS)).one()
        return int(documents), int(passages)

    def corpus_sha256(self) -> str:
        """A hash over all documents' ids and contents, whatever their order of arrival."""
        if known := self.value("corpus_sha256"):
            return known
        digest = hashlib.sha256()
        with self._reading() as db:
            rows = db.execute(
                sa.select(DOCUMENTS.c.id, DOCUMENTS.c.sha256).order_by(DOCUMENTS.c.id),
                execution_options={"yield_per": 1000},
            )
            for document_id, sha256 in rows:
                digest.update(f"{document_id}\t{sha256}\n".encode("utf-8", "replace"))
        return digest.hexdigest()

    # -- for the one writer ------------------------------------------------------------------

    def intend(self, entries: Iterable[Entry]) -> None:
        """Announce documents whose passages are about to be written or deleted."""
        rows = [{"id": e.id, "passages": json.dumps(e.passages)} for e in entries]
        if rows:
            with self._writing() as db:
                db.execute(sa.insert(PENDING).prefix_with("OR REPLACE"), rows)
                set_meta(db, corpus_sha256="")

    def settle(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        *,
        passages: Iterable[Passage] = (),
        dropped: Sequence[str] = (),
    ) -> None:
        """Both channels hold ``entries`` with their ``passages`` and nothing of the ``removed`` documents and the
        ``dropped`` passages; the announcement is withdrawn."""
        gone = [*(e.id for e in entries), *removed]
        bodies = [{"id": p.id, "body": packed(p)} for p in passages]
        with self._writing() as db:
            for part in parts(dropped):
                db.execute(sa.delete(PASSAGES).where(PASSAGES.c.id.in_(part)))
            if bodies:
                db.execute(sa.insert(PASSAGES).prefix_with("OR REPLACE"), bodies)
            for part in parts(gone):
                db.execute(sa.delete(DOCUMENTS).where(DOCUMENTS.c.id.in_(part)))
                db.execute(sa.delete(PENDING).where(PENDING.c.id.in_(part)))
            if entries:
                db.execute(sa.insert(DOCUMENTS), [row_of(entry) for entry in entries])
            grown = sa.cast(sa.cast(META.c.value, sa.Integer) + 1, sa.Text)
            db.execute(sa.update(META).where(META.c.name == "generation").values(value=grown))
            set_meta(db, corpus_sha256="")

    def upgrade(self) -> None:
        """Add the tables that an older version did not make."""
        with self._writing() as db:
            SCHEMA.create_all(db)

    def set_value(self, name: str, value: str) -> None:
        with self._writing() as db:
            db.execute(sa.insert(META).prefix_with("OR REPLACE"), {"name": name, "value": value})

    def pending(self) -> list[Entry]:
        """Documents of interrupted writes, with every passage id they may have left in a channel."""
        with self._reading() as db:
            rows = list(db.execute(sa.select(PENDING)))
        known = self.entries_of([row.id for row in rows])
        left = []
        for row in rows:
            settled = known.get(row.id)
            ids = dict.fromkeys([*json.loads(row.passages), *(settled.passages if settled else ())])
            left.append(Entry(row.id, "", "", tuple(ids)))
        return left

    def seal(self) -> str:
        """Write the corpus hash down, so that reading it costs nothing."""
        sha256 = self.corpus_sha256()
        with self._writing() as db:
            set_meta(db, corpus_sha256=sha256)
        return sha256

    def next_run(self) -> int:
        """Number of an ingest that is about to start."""
        with self._reading() as db:
            return int(db.execute(sa.select(sa.func.max(DOCUMENTS.c.run))).scalar() or 0) + 1

    def mark_seen(self, document_ids: Sequence[str], run: int) -> None:
        if not document_ids:
            return
        with self._writing() as db:
            for part in parts(document_ids):
                db.execute(sa.update(DOCUMENTS).where(DOCUMENTS.c.id.in_(part)).values(run=run))

    def mark_file_seen(self, name: str, run: int) -> int:
        """Documents of a file that need not be read again."""
        with self._writing() as db:
            return int(
                db.execute(sa.update(DOCUMENTS).where(DOCUMENTS.c.file == name).values(run=run)).rowcount
            )

    def documents_of_file(self, name: str) -> int:
        chosen = sa.select(sa.func.count()).select_from(DOCUMENTS).where(DOCUMENTS.c.file == name)
        with self._reading() as db:
            return int(db.execute(chosen).scalar() or 0)

    def not_seen(self, run: int, spare_files: Collection[str] = ()) -> Iterator[list[Entry]]:
        """Documents that ``run`` did not meet, but for those of files that could not be read, a page at a time."""
        spared, after = frozenset(spare_files), ""
        while True:
            chosen = sa.select(DOCUMENTS).where(DOCUMENTS.c.run < run, DOCUMENTS.c.id > after)
            with self._reading() as db:
                rows = list(db.execute(chosen.order_by(DOCUMENTS.c.id).limit(1000)))
            if not rows:
                return
            after = rows[-1].id
            yield [entry_of(row) for row in rows if row.file not in spared]

    def file_sha256(self, name: str) -> str:
        with self._reading() as db:
            return str(db.execute(sa.select(FILES.c.sha256).where(FILES.c.name == name)).scalar() or "")

    def record_file(self, name: str, sha256: str) -> None:
        """All documents of this file are settled."""
        with self._writing() as db:
            db.execute(sa.insert(FILES).prefix_with("OR REPLACE"), {"name": name, "sha256": sha256})

    def forget_file(self, name: str) -> None:
        with self._writing() as db:
            db.execute(sa.delete(FILES).where(FILES.c.name == name))

    def files(self) -> int:
        with self._reading() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(FILES)).scalar() or 0)

    def close(self) -> None:
        self._engine.dispose()

    def _has_passages(self) -> bool:
        with self._reading() as db:
            return sa.inspect(db).has_table(PASSAGES.name)

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
