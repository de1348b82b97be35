"""The manifest's tables, and how values become their rows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import sqlalchemy as sa

from retrieval.passage import Passage

SCHEMA = sa.MetaData()
META = sa.Table("meta", SCHEMA, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text))
DOCUMENTS = sa.Table(
    "documents",
    SCHEMA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False, index=True),
    sa.Column("passages", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
)
FILES = sa.Table(
    "files",
    SCHEMA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
)
PENDING = sa.Table(
    "pending",
    SCHEMA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("passages", sa.Text, nullable=False),
)
PASSAGES = sa.Table(
    "passages",
    SCHEMA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
_NAMES = tuple(f.name for f in fields(Passage) if f.name != "id")
_DEFAULTS = {f.name: f.default for f in fields(Passage) if f.default is not MISSING}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the manifest knows it."""

    id: str
    sha256: str
    file: str
    passages: tuple[str, ...]
    run: int = 0
    """The ingest that saw it last."""


def engine(file: Path) -> sa.Engine:
    """A connection pool of its own; what is committed is on disk."""
    made = sa.create_engine(sa.URL.create("sqlite", database=str(file)), connect_args={"timeout": 10})

    @sa.event.listens_for(made, "connect")
    def _pragmas(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return made


def set_meta(db: sa.Connection, **values: str) -> None:
    """Overwrite known names in ``META``."""
    for name, value in values.items():
        db.execute(sa.update(META).where(META.c.name == name).values(value=value))


def row_of(entry: Entry) -> dict[str, str | int]:
    """The row of ``DOCUMENTS`` for a value."""
    return {
        "id": entry.id,
        "sha256": entry.sha256,
        "file": entry.file,
        "passages": json.dumps(entry.passages),
        "count": len(entry.passages),
        "run": entry.run,
    }


def entry_of(row: sa.Row) -> Entry:
    """The value behind a row of ``DOCUMENTS``."""
    return Entry(row.id, row.sha256, row.file, tuple(json.loads(row.passages)), row.run)


def parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """SQLite takes a limited number of variables in one statement."""
    for start in range(0, len(ids), 500):
        yield ids[start : start + 500]


def packed(passage: Passage) -> bytes:
    """What the passage says beyond the defaults, compressed."""
    values = {name: getattr(passage, name) for name in _NAMES}
    said = {name: value for name, value in values.items() if value != _DEFAULTS.get(name)}
    return zlib.compress(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def unpacked(passage_id: str, body: bytes) -> Passage:
    """The passage that ``packed`` made the body of."""
    values = json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
    return Passage(id=passage_id, **{"title": "", "text": "", **values})
