from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from retrieval import Document, Section, ingest_documents, open_index
from retrieval.embed import Embedder
from retrieval.errors import EmbedderMismatchError, IndexLockedError, UnreadableSourceError
from retrieval.ingest import ingest
from retrieval.lock import WriteLock
from retrieval.passage import Hit
from retrieval.report import Progress

from .conftest import DOCUMENTS, document


class Counting(Embedder):
    """The real embedder, counting the texts it is given."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name, self.fingerprint, self.dimensions = inner.name, inner.fingerprint, inner.dimensions
        self.batch_size = 16
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += texts
        return self._inner.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._inner.embed_query(text)

    def _encode(self, texts: list[str], kind: Any) -> Any:
        return self._inner._encode(texts, kind)


@pytest.fixture
def counting(embedder: Embedder) -> Counting:
    return Counting(embedder)


def found(index_dir: Path, query: str, embedder: Embedder) -> list[Hit]:
    with open_index(index_dir, embedder=embedder) as index:
        return index.search(query, 10)


def channels_of(index_dir: Path, query: str, embedder: Embedder) -> dict[str, set[str]]:
    """Document ids by channel."""
    with open_index(index_dir, embedder=embedder) as index:
        return {
            name: {item.rsplit("#", 1)[0] for item, _ in index.channel(name, query, 10)}
            for name in ("dense", "lexical")
        }


def beir(path: Path, **texts: str) -> Path:
    lines = [json.dumps({"_id": name, "title": "", "text": text}) for name, text in texts.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_same_documents_again_embed_nothing(tmp_path: Path, counting: Counting) -> None:
    first = ingest_documents(DOCUMENTS, tmp_path / "i", embedder=counting)
    assert (first.read, first.added, first.passages) == (5, 5, 6)
    counting.texts.clear()
    second = ingest_documents(DOCUMENTS, tmp_path / "i", embedder=counting)
    assert (second.read, second.unchanged, second.passages) == (5, 5, 0)
    assert counting.texts == []
    assert first.corpus_sha256 == second.corpus_sha256


def test_a_changed_document_replaces_the_old_one_in_both_channels(tmp_path: Path, counting: Counting) -> None:
    ingest_documents(DOCUMENTS, tmp_path / "i", embedder=counting)
    counting.texts.clear()
    changed = document("migraine", "Gout makes the big toe swell.")
    report = ingest_documents([changed, *DOCUMENTS[1:]], tmp_path / "i", embedder=counting)
    assert (report.updated, report.unchanged, len(counting.texts)) == (1, 4, 1)
    assert "migraine" not in channels_of(tmp_path / "i", "triptans attack", counting)["lexical"]
    texts = [hit.passage.text for hit in found(tmp_path / "i", "throbs triptans toe", counting)]
    assert "Gout makes the big toe swell." in texts
    assert not any("riptan" in text or "throbs" in text for text in texts)


def test_prune_removes_what_is_gone_and_only_then(tmp_path: Path, embedder: Embedder) -> None:
    ingest_documents(DOCUMENTS, tmp_path / "i", embedder=embedder)
    kept = ingest_documents(DOCUMENTS[:1], tmp_path / "i", embedder=embedder)
    assert kept.removed == 0
    report = ingest_documents(DOCUMENTS[:1], tmp_path / "i", embedder=embedder, prune=True)
    assert report.removed == 4
    found_in = channels_of(tmp_path / "i", "asthma wheeze 哮喘", embedder)
    assert found_in["dense"] | found_in["lexical"] == {"migraine"}


def test_one_text_many_times_is_embedded_once(tmp_path: Path, counting: Counting) -> None:
    copies = [Document(f"d{n}", "T", (Section("The same words."),)) for n in range(20)]
    report = ingest_documents(copies, tmp_path / "i", embedder=counting)
    assert report.passages == 20
    assert len(counting.texts) == 1


def test_a_repeated_id_keeps_the_first_and_says_so(tmp_path: Path, embedder: Embedder) -> None:
    twice = [document("a", "First text."), document("a", "Second text."), document("a", "First text.")]
    report = ingest_documents(twice, tmp_path / "i", embedder=embedder)
    assert (report.added, report.skipped, report.unchanged) == (1, 1, 1)
    assert "the same id" in report.reasons[0][1]
    assert [hit.passage.text for hit in found(tmp_path / "i", "text", embedder)] == ["First text."]


def test_a_document_that_is_broken_or_empty_does_not_stop_the_others(
    tmp_path: Path, embedder: Embedder
) -> None:
    broken = Document("broken", "T", (Section(None),))  # type: ignore[arg-type]
    report = ingest_documents(
        [broken, document("empty", " \n "), document("", "No id."), document("good", "Fine.")],
        tmp_path / "i",
        embedder=embedder,
    )
    assert (report.read, report.added, report.skipped, report.failed) == (4, 1, 1, 2)


def test_odd_names_and_texts_are_held(tmp_path: Path, embedder: Embedder) -> None:
    odd = [
        document("a#b/c d\n\x00", "Hash in the id."),
        document("x" * 70_000, "A very long id."),
        document("lone \ud800", "Lone surrogate \udfff here."),
    ]
    ingest_documents(odd, tmp_path / "i", embedder=embedder)
    with open_index(tmp_path / "i", embedder=embedder) as index:
        assert index.count() == 3
        for hit in index.search_documents("id surrogate", 10):
            assert index.passages_of(hit.passage.document_id) == [hit.passage]
            assert index.delete(hit.passage.document_id) == 1
        assert index.count() == 0


def test_files_are_passed_over_while_unchanged(tmp_path: Path, counting: Counting) -> None:
    source = tmp_path / "corpus"
    source.mkdir()
    beir(source / "one.jsonl", a="Alpha text.", b="Beta text.")
    beir(source / "two.jsonl", c="Gamma text.")
    first = ingest([source], tmp_path / "i", embedder=counting)
    assert (first.read, first.added) == (3, 3)
    moved = source.rename(tmp_path / "elsewhere").rename(tmp_path / "corpus")
    beir(moved / "two.jsonl", c="Gamma text, changed.")
    counting.texts.clear()
    second = ingest([moved], tmp_path / "i", embedder=counting)
    assert (second.read, second.unchanged, second.updated) == (3, 2, 1)
    assert len(counting.texts) == 1


def test_prune_drops_the_documents_of_a_deleted_file_and_spares_an_unreadable_one(
    tmp_path: Path, embedder: Embedder
) -> None:
    source = tmp_path / "corpus"
    source.mkdir()
    beir(source / "one.jsonl", a="Alpha text.")
    beir(source / "two.jsonl", b="Beta text.")
    beir(source / "three.jsonl", c="Gamma text.")
    ingest([source], tmp_path / "i", embedder=embedder)
    (source / "one.jsonl").unlink()
    (source / "two.jsonl").write_bytes(b"\x00\x01\x02" * 50)
    report = ingest([source], tmp_path / "i", embedder=embedder, prune=True)
    assert (report.removed, report.failed) == (1, 1)
    with open_index(tmp_path / "i", embedder=embedder) as index:
        assert {hit.passage.document_id for hit in index.search_documents("text")} == {"b", "c"}


def test_deleting_a_document_lets_its_file_bring_it_back(tmp_path: Path, embedder: Embedder) -> None:
    source = beir(tmp_path / "one.jsonl", a="Alpha text.")
    ingest([source], tmp_path / "i", embedder=embedder)
    with open_index(tmp_path / "i", embedder=embedder) as index:
        index.delete("a")
    assert ingest([source], tmp_path / "i", embedder=embedder).added == 1


def test_a_source_that_is_not_there(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(UnreadableSourceError, match="nowhere"):
        ingest([tmp_path / "nowhere"], tmp_path / "i", embedder=embedder)
    assert not (tmp_path / "i").exists()


def test_a_bad_file_is_named_with_its_reason_and_the_others_are_read(
    tmp_path: Path, embedder: Embedder
) -> None:
    source = tmp_path / "corpus"
    source.mkdir()
    (source / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (source / "broken.pdf").write_bytes(b"%PDF-1.7 nothing else")
    (source / "good.txt").write_text("Rest and drink water.", encoding="utf-8")
    report = ingest([source], tmp_path / "i", embedder=embedder)
    assert report.added == 1
    assert {name for name, _ in report.reasons} == {"corpus/binary.txt", "corpus/broken.pdf"}
    assert all(reason for _, reason in report.reasons)


def test_the_index_inside_its_own_source_is_not_read(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "note.txt").write_text("Rest and drink water.", encoding="utf-8")
    for _ in range(2):
        report = ingest([tmp_path], tmp_path / "index", embedder=embedder)
    assert (report.read, report.unchanged, report.failed) == (1, 1, 0)


def test_progress_counts_to_the_total(tmp_path: Path, embedder: Embedder) -> None:
    source = beir(tmp_path / "one.jsonl", a="Alpha.", b="Beta.", c="Gamma.")
    seen: list[Progress] = []
    ingest([source], tmp_path / "i", embedder=embedder, progress=seen.append)
    assert [(p.done, p.total) for p in seen] == [(1, 3), (2, 3), (3, 3)]


def test_another_embedding_model_is_refused(tmp_path: Path, counting: Counting) -> None:
    ingest_documents(DOCUMENTS[:1], tmp_path / "i", embedder=counting)
    counting.fingerprint = "another/768"
    with pytest.raises(EmbedderMismatchError):
        ingest_documents(DOCUMENTS[1:], tmp_path / "i", embedder=counting)
    with pytest.raises(EmbedderMismatchError):
        open_index(tmp_path / "i", embedder=counting)


def test_a_locked_index_says_who_holds_it(tmp_path: Path, embedder: Embedder) -> None:
    ingest_documents(DOCUMENTS[:1], tmp_path / "i", embedder=embedder)
    with WriteLock(tmp_path / "i" / "lock"), pytest.raises(IndexLockedError, match=str(os.getpid())):
        ingest_documents(DOCUMENTS[1:], tmp_path / "i", embedder=embedder)
    assert ingest_documents(DOCUMENTS[1:], tmp_path / "i", embedder=embedder).added == 4


def test_ctrl_c_keeps_what_is_written_and_the_same_call_goes_on(tmp_path: Path, embedder: Embedder) -> None:
    assert threading.current_thread() is threading.main_thread()

    def pressed_at(stop: int) -> Callable[[Progress], None]:
        return lambda progress: os.kill(os.getpid(), signal.SIGINT) if progress.done == stop else None

    def stream() -> Iterator[Document]:
        yield from (document(f"d{n}", f"Text number {n}.") for n in range(40))

    first = ingest_documents(stream(), tmp_path / "i", embedder=embedder, progress=pressed_at(15), prune=True)
    assert first.interrupted
    assert first.read < 40
    second = ingest_documents(stream(), tmp_path / "i", embedder=embedder)
    assert (second.read, second.interrupted) == (40, False)
    with open_index(tmp_path / "i", embedder=embedder) as index:
        assert index.count() == 40
