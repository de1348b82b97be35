"""Vectors on a Chroma server instead of in the folder: the same index, with a real server on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import ingest_documents, open_index
from retrieval.errors import RetrievalError
from retrieval.info import delete_index, describe
from retrieval.repair import repair
from retrieval.store import PassageStore, client_of
from retrieval.verify import verify

from .quick import DOCUMENTS, QuickEmbedder, documents, text_of

QUICK = QuickEmbedder()
CHROMA = shutil.which("chroma") or shutil.which("chroma", path=str(Path(sys.executable).parent))
needs_server = pytest.mark.skipif(CHROMA is None, reason="the chroma executable is not installed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    folder = tmp_path_factory.mktemp("server")
    command = [str(CHROMA), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder)}
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


def collections(server: str) -> set[str]:
    return {collection.name for collection in client_of(server).list_collections()}


@needs_server
def test_an_index_with_its_vectors_on_a_server(tmp_path: Path, server: str) -> None:
    before = collections(server)
    index_dir = tmp_path / "i"
    report = ingest_documents(documents(0), index_dir, embedder=QUICK, server=server)
    assert report.added == DOCUMENTS
    assert not (index_dir / "chroma").exists()
    assert describe(index_dir).chroma == server
    assert verify(index_dir, sample=None).problems == ()
    with open_index(index_dir, embedder=QUICK) as index:  # it knows its server by itself
        assert index.search(text_of(7, 0), 1)[0].passage.text == text_of(7, 0)
        assert index.delete("d9") == 1
        assert index.passages_of("d9") == []
        ingest_documents(documents(1), index_dir, embedder=QUICK, rebuild=True, server=server)
        assert index.passages_of("d7")[0].text == text_of(7, 1)
    assert len(collections(server) - before) == 2
    delete_index(index_dir)
    assert collections(server) == before


@needs_server
def test_a_collection_that_somebody_deleted_is_brought_back(tmp_path: Path, server: str) -> None:
    index_dir = tmp_path / "i"
    before = collections(server)
    ingest_documents(documents(0), index_dir, embedder=QUICK, server=server)
    (name,) = collections(server) - before
    PassageStore(Path(), server=server, collection=name).drop()
    assert repair(index_dir, lambda: QUICK).embedded == DOCUMENTS
    assert verify(index_dir, sample=None).problems == ()


@needs_server
def test_two_indexes_share_a_server_and_not_their_passages(tmp_path: Path, server: str) -> None:
    for name, version in (("a", 0), ("b", 1)):
        ingest_documents(documents(version), tmp_path / name, embedder=QUICK, server=server)
    with open_index(tmp_path / "a", embedder=QUICK) as index:
        assert index.count() == DOCUMENTS
        assert index.search("Document 7", 1)[0].passage.text.endswith("version0.")


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match=r"http://127\.0\.0\.1:9 does not answer.*chroma run"):
        ingest_documents(documents(0), tmp_path / "i", embedder=QUICK, server="http://127.0.0.1:9")
    with pytest.raises(RetrievalError, match="is named as a URL"):
        ingest_documents(documents(0), tmp_path / "j", embedder=QUICK, server="localhost:8000")
