"""A new version beside the old one: served in one step, or not at all."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Document, ingest_documents, open_index
from retrieval.errors import IndexCorruptError, IndexMissingError, RetrievalError
from retrieval.info import delete_index, describe
from retrieval.verify import verify
from retrieval.versions import current_dir, rollback, versions

from .quick import QuickEmbedder, documents, text_of

QUICK = QuickEmbedder()


def names(index_dir: Path) -> list[tuple[str, bool, bool]]:
    return [(v.name, v.current, v.complete) for v in versions(index_dir)]


def says(index_dir: Path) -> str:
    with open_index(index_dir, embedder=QUICK) as index:
        return index.passages_of("d7")[0].text


@pytest.fixture
def built(tmp_path: Path) -> Path:
    ingest_documents(documents(0), tmp_path / "i", embedder=QUICK)
    return tmp_path / "i"


def test_an_index_that_was_never_rebuilt_is_its_own_only_version(built: Path) -> None:
    assert names(built) == [("1", True, True)]
    assert current_dir(built) == built


def test_a_rebuild_holds_exactly_its_sources_and_an_open_reader_follows(built: Path) -> None:
    with open_index(built, embedder=QUICK) as reader:
        assert reader.passages_of("d7")[0].text == text_of(7, 0)
        fewer = [document for document in documents(1) if document.id != "d9"]
        report = ingest_documents(fewer, built, embedder=QUICK, rebuild=True)
        assert report.added == len(fewer)
        assert reader.passages_of("d7")[0].text == text_of(7, 1)
        assert reader.passages_of("d9") == []
        assert reader.channel("lexical", "version0") == []
    assert names(built) == [("1", False, True), ("2", True, True)]
    assert verify(built).problems == ()


def test_a_rollback_serves_the_version_before_and_back_again(built: Path) -> None:
    ingest_documents(documents(1), built, embedder=QUICK, rebuild=True)
    assert rollback(built).name == "1"
    assert says(built) == text_of(7, 0)
    with pytest.raises(RetrievalError, match="no earlier version"):
        rollback(built)
    assert rollback(built, "2").name == "2"
    assert says(built) == text_of(7, 1)
    with pytest.raises(RetrievalError, match="no complete version 8"):
        rollback(built, "8")


def test_two_versions_are_kept_and_the_served_one_always(built: Path) -> None:
    for number in (1, 2, 3):
        ingest_documents(documents(number), built, embedder=QUICK, rebuild=True)
    assert names(built) == [("3", False, True), ("4", True, True)]
    assert not (built / "chroma").exists()
    assert not (built / "manifest.db").exists()
    assert says(built) == text_of(7, 3)
    assert describe(built).version == "4"
    delete_index(built)
    assert not built.exists()


def test_an_interrupted_build_leaves_the_old_one_serving_and_goes_on(built: Path) -> None:
    def interrupted() -> Iterator[Document]:
        for number, document in enumerate(documents(1)):
            if number == 20:
                os.kill(os.getpid(), signal.SIGINT)
            yield document

    assert ingest_documents(interrupted(), built, embedder=QUICK, rebuild=True).interrupted
    assert names(built) == [("1", True, True), ("2", False, False)]
    assert says(built) == text_of(7, 0)
    ingest_documents(documents(1), built, embedder=QUICK, rebuild=True)
    assert names(built) == [("1", False, True), ("2", True, True)]
    assert says(built) == text_of(7, 1)


def test_a_build_of_nothing_is_not_served(built: Path) -> None:
    with pytest.raises(RetrievalError, match="old one goes on serving"):
        ingest_documents([], built, embedder=QUICK, rebuild=True)
    assert says(built) == text_of(7, 0)


def test_a_rebuild_may_change_the_embedding_model(built: Path) -> None:
    other = QuickEmbedder()
    other.fingerprint = "other/384"
    ingest_documents(documents(1), built, embedder=other, rebuild=True)
    with open_index(built, embedder=other) as index:
        assert index.count() == 60


def test_a_rebuild_without_an_index_builds_the_first_version(tmp_path: Path) -> None:
    ingest_documents(documents(0), tmp_path / "i", embedder=QUICK, rebuild=True)
    assert names(tmp_path / "i") == [("1", True, True)]
    with pytest.raises(IndexMissingError):
        versions(tmp_path)


def test_a_damaged_list_of_versions_is_said_to_be_damaged(built: Path) -> None:
    (built / "versions.json").write_text(json.dumps({"complete": [1]}), encoding="utf-8")
    with pytest.raises(IndexCorruptError, match="which version is served"):
        open_index(built, embedder=QUICK)
