"""Whatever one channel loses, ``verify`` says and ``repair`` brings back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval import ingest_documents, open_index
from retrieval.embed import Embedder
from retrieval.errors import EmbedderMismatchError, IndexCorruptError
from retrieval.ingest import ingest
from retrieval.lexical import LexicalIndex
from retrieval.passage import Passage
from retrieval.repair import repair
from retrieval.store import PassageStore
from retrieval.verify import verify

from .quick import DOCUMENTS, QuickEmbedder, documents, text_of

QUICK = QuickEmbedder()
STRANGER = Passage(id="ghost#1", document_id="ghost", title="", text="Nobody recorded this.")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "i"
    ingest_documents(documents(0), folder, embedder=QUICK)
    return folder


@pytest.fixture
def built(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "i")


def ids(index_dir: Path, *numbers: int) -> list[str]:
    with open_index(index_dir, embedder=QUICK) as index:
        return [p.id for n in numbers for p in index.passages_of(f"d{n}")]


def in_chroma(index_dir: Path, change: Callable[[PassageStore], None]) -> None:
    store = PassageStore(index_dir / "chroma")
    change(store)
    store.close()


def in_words(index_dir: Path, change: Callable[[LexicalIndex], None]) -> None:
    lexical = LexicalIndex(index_dir / "lexical")
    change(lexical)
    lexical.commit()
    lexical.close()


def is_whole_again(index_dir: Path) -> None:
    assert verify(index_dir, sample=None).problems == ()
    with open_index(index_dir, embedder=QUICK) as index:
        assert index.documents() == index.count() == DOCUMENTS
        for number in range(DOCUMENTS):
            assert [p.text for p in index.passages_of(f"d{number}")] == [text_of(number, 0)]
        assert len(index.channel("lexical", "version0", 1000)) == DOCUMENTS


def never() -> Embedder:
    raise AssertionError("nothing had to be embedded")


def test_a_whole_index_is_left_as_it_is(built: Path) -> None:
    assert verify(built, sample=None).sampled == DOCUMENTS
    done = repair(built, never)
    assert (done.embedded, done.relinked, done.orphans, done.words_rebuilt) == (0, 0, 0, False)
    is_whole_again(built)


def test_vectors_that_were_lost_are_embedded_again(built: Path) -> None:
    gone = ids(built, 3, 5)
    in_chroma(built, lambda store: store.delete(gone))
    assert "58 vectors, but 60 passages recorded" in verify(built).problems
    assert any(gone[0] in problem for problem in verify(built, sample=None).problems)
    assert repair(built, lambda: QUICK).embedded == 2
    is_whole_again(built)


def test_an_open_reader_sees_what_was_mended(built: Path) -> None:
    gone = ids(built, 3)
    in_chroma(built, lambda store: store.delete(gone))
    with open_index(built, embedder=QUICK) as reader:
        assert reader.passages_of("d3") == []
        repair(built, lambda: QUICK)
        assert [p.text for p in reader.passages_of("d3")] == [text_of(3, 0)]


def test_words_that_were_lost_are_written_again(built: Path) -> None:
    gone = ids(built, 3, 5)
    in_words(built, lambda lexical: lexical.delete(gone))
    assert any("not found by its own words" in problem for problem in verify(built, sample=None).problems)
    assert repair(built, never).words_rebuilt
    is_whole_again(built)


def test_what_nobody_recorded_is_taken_out(built: Path) -> None:
    vector = QUICK.embed_documents(["x"])
    in_chroma(built, lambda store: store.upsert([STRANGER], vector))
    in_words(built, lambda lexical: lexical.add([STRANGER]))
    assert len(verify(built).problems) == 2
    done = repair(built, never)
    assert (done.orphans, done.words_rebuilt) == (1, True)
    is_whole_again(built)


def test_a_passage_that_says_something_else_is_put_right(built: Path) -> None:
    (passage_id,) = ids(built, 3)
    other = Passage(id=passage_id, document_id="d3", title="T", text="Tampered with.")
    in_chroma(built, lambda store: store.upsert([other], QUICK.embed_documents([other.searchable])))
    assert any("something else" in problem for problem in verify(built, sample=None).problems)
    assert repair(built, lambda: QUICK).embedded == 1
    is_whole_again(built)


@pytest.mark.parametrize("channel", ["chroma", "lexical"])
@pytest.mark.parametrize("damage", ["gone", "garbage", "empty"])
def test_a_channel_that_cannot_be_opened_is_built_anew(built: Path, channel: str, damage: str) -> None:
    folder = built / channel
    if damage == "gone":
        shutil.rmtree(folder)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.write_bytes(b"garbage" * 500 if damage == "garbage" else b"")
    repair(built, lambda: QUICK)
    is_whole_again(built)


def test_vector_files_that_are_gone_are_built_anew(tmp_path: Path) -> None:
    """More records than Chroma keeps in its log, so that they are in the vector file alone."""
    passages = 1200
    built = tmp_path / "i"
    many = [f"Document number{n} has words of its own." for n in range(passages)]
    from retrieval import Document, Section

    ingest_documents(
        [Document(f"m{n}", "T", (Section(text),), language="en") for n, text in enumerate(many)],
        built,
        embedder=QUICK,
    )
    for part in (built / "chroma").iterdir():
        if part.is_dir():
            shutil.rmtree(part)
    done = repair(built, lambda: QUICK)
    assert done.embedded == passages
    assert done.after is not None
    assert done.after.problems == ()
    with open_index(built, embedder=QUICK) as index:
        near = index.channel("dense", f"T\n{many[17]}", 1000)
        assert len(near) == 1000


def test_an_index_of_an_older_version_is_recorded_first(built: Path) -> None:
    with sqlite3.connect(built / "manifest.db") as db:
        db.execute("DROP TABLE passages")
    assert verify(built, sample=None).problems == ()
    assert repair(built, never).recorded == DOCUMENTS
    shutil.rmtree(built / "chroma")
    assert repair(built, lambda: QUICK).embedded == DOCUMENTS
    is_whole_again(built)


def test_a_document_whose_text_is_nowhere_is_read_again_by_the_next_ingest(tmp_path: Path) -> None:
    source, built = tmp_path / "c.jsonl", tmp_path / "i"
    lines = [{"_id": f"d{n}", "title": "", "text": f"Text number{n}."} for n in range(5)]
    source.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    ingest([source], built, embedder=QUICK)
    with sqlite3.connect(built / "manifest.db") as db:
        db.execute("DELETE FROM passages WHERE id LIKE 'd3%'")
    in_chroma(built, lambda store: store.delete(["d3#1"]))
    assert ids(built, 3) == []
    done = repair(built, never)
    assert done.lost_documents == 1
    assert verify(built, sample=None).problems == ()
    assert ingest([source], built, embedder=QUICK).added == 1


def test_another_embedding_model_mends_nothing(built: Path) -> None:
    other = QuickEmbedder()
    other.fingerprint = "other/384"
    gone = ids(built, 3)
    in_chroma(built, lambda store: store.delete(gone))
    with pytest.raises(EmbedderMismatchError):
        repair(built, lambda: other)


def test_without_its_manifest_an_index_is_beyond_mending(built: Path) -> None:
    (built / "manifest.db").write_bytes(b"garbage" * 500)
    with pytest.raises(IndexCorruptError, match="ingest again"):
        repair(built, never)
