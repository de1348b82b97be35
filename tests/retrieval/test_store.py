from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.errors import IndexCorruptError
from retrieval.filters import Filters
from retrieval.passage import Passage
from retrieval.store import PassageStore

FULL = Passage(
    id="d#a/2",
    document_id="d",
    title="标题",
    text="Exact  text。",
    section="S",
    page=3,
    source="NIH",
    url="https://example.org",
    published="2024-05",
    language="zh",
    evidence="guideline",
    licence="CC0",
    audience="patient",
    review="none",
    synonyms="a, b",
)


def unit(*values: float) -> list[float]:
    length = math.sqrt(sum(v * v for v in values))
    return [v / length for v in values]


def test_a_passage_comes_back_as_it_went_in(tmp_path: Path) -> None:
    bare = Passage(id="d#b", document_id="d", title="", text="x")
    store = PassageStore(tmp_path / "chroma", create=True)
    store.upsert([FULL, bare], [unit(1, 0), unit(0, 1)])
    assert store.get(["d#a/2", "d#b", "gone"]) == {"d#a/2": FULL, "d#b": bare}
    store.close()
    assert PassageStore(tmp_path / "chroma").get(["d#a/2"]) == {"d#a/2": FULL}


def test_scores_are_cosines_and_filters_narrow(tmp_path: Path) -> None:
    store = PassageStore(tmp_path / "chroma", create=True)
    other = Passage(id="e#1", document_id="e", title="", text="y", audience="clinician", source="House")
    store.upsert([FULL, other], [unit(1, 0), unit(1, 1)])
    assert [(i, round(s, 3)) for i, s in store.query(unit(1, 0), 5)] == [("d#a/2", 1.0), ("e#1", 0.707)]
    assert [i for i, _ in store.query(unit(1, 0), 5, Filters(audience=frozenset({"clinician"})))] == ["e#1"]
    both = Filters(language="zh", source="NIH", evidence="guideline")
    assert [i for i, _ in store.query(unit(0, 1), 5, both)] == ["d#a/2"]
    assert store.query(unit(0, 1), 5, Filters(language="zh", source="House")) == []


def test_two_stores_of_one_folder_do_not_share_an_engine(tmp_path: Path) -> None:
    writer = PassageStore(tmp_path / "chroma", create=True)
    reader = PassageStore(tmp_path / "chroma")
    writer.upsert([FULL], [unit(1, 0)])
    writer.close()
    reader.close()
    assert [i for i, _ in PassageStore(tmp_path / "chroma").query(unit(1, 0), 1)] == ["d#a/2"]


@pytest.mark.parametrize("damage", ["garbage", "truncated", "empty", "no folder"])
def test_a_damaged_folder_is_said_to_be_damaged(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "chroma"
    store = PassageStore(folder, create=True)
    store.upsert([FULL], [unit(1, 0)])
    store.close()
    file = folder / "chroma.sqlite3"
    if damage == "garbage":
        file.write_bytes(b"garbage" * 1000)
    elif damage == "truncated":
        file.write_bytes(file.read_bytes()[:5000])
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.unlink()
    with pytest.raises(IndexCorruptError, match="ingest again"):
        PassageStore(folder).query(unit(1, 0), 1)


def test_vector_files_that_are_gone_are_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    store = PassageStore(folder, create=True)
    many = [Passage(id=f"d{n}#1", document_id=f"d{n}", title="", text="x") for n in range(3000)]
    for start in range(0, 3000, 500):
        store.upsert(many[start : start + 500], [unit(1, n) for n in range(start, start + 500)])
    store.close()
    for part in folder.iterdir():
        if part.is_dir():
            shutil.rmtree(part)
    with pytest.raises(IndexCorruptError, match="vectors answer"):
        PassageStore(folder).query(unit(1, 0), 3000)


def test_a_killed_writers_long_log_is_emptied_by_the_next(tmp_path: Path) -> None:
    killed = PassageStore(tmp_path / "chroma", create=True)
    killed.upsert([replace(FULL, id="a#1")], [unit(1, 0)])
    killed._sync_every(8000)  # what a bulk write does; nothing sets it back, as after kill -9

    writer = PassageStore(tmp_path / "chroma")
    writer.upsert([replace(FULL, id="b#1")], [unit(0, 1)])
    writer.close()
    reader = PassageStore(tmp_path / "chroma")
    assert reader._collection.configuration_json["hnsw"]["sync_threshold"] == 1000
    assert reader.count() == 2
    assert [name for name, _ in reader.query(unit(0, 1), 1)] == ["b#1"]
