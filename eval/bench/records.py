"""Records of a data set as it is published: JSON Lines, JSON, CSV or TSV, packed with gzip or not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from agent.errors import UsageError

Record = dict[str, Any]
T = TypeVar("T")


def read_records(path: Path) -> list[Record]:
    """Every record of the file. A JSON object of objects gives each its key as ``_id``.

    Raises:
        UsageError: the file cannot be read or holds no record.
    """
    try:
        packed = path.read_bytes()
        text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
        kind = Path(path.name.removesuffix(".gz")).suffix
        found = _parsed(text, kind)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    if not found:
        raise UsageError(f"{path} holds no record.")
    return found


def _parsed(text: str, kind: str) -> list[Record]:
    if kind in (".csv", ".tsv"):
        return list(csv.DictReader(io.StringIO(text), delimiter="\t" if kind == ".tsv" else ","))
    if kind == ".json":
        raw = json.loads(text)
        if isinstance(raw, Mapping):
            inner = next((value for value in raw.values() if isinstance(value, list)), None)
            if inner is not None and len(raw) == 1:
                return list(inner)
            return [{"_id": key, **value} for key, value in raw.items() if isinstance(value, Mapping)]
        return list(raw)
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def sample(items: Sequence[T], limit: int | None, seed: int) -> list[T]:
    """At most ``limit`` of them, drawn by ``seed``, in their own order."""
    if limit is None or limit >= len(items):
        return list(items)
    chosen = random.Random(seed).sample(range(len(items)), limit)
    return [items[number] for number in sorted(chosen)]


def first(record: Record, *names: str, default: Any = None) -> Any:
    """The first field of these names that the record has (publishers rename fields from version to version)."""
    for name in names:
        if record.get(name) not in (None, ""):
            return record[name]
    if default is None:
        raise KeyError(names[0])
    return default
