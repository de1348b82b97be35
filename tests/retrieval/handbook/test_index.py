"""The handbook's index, with the real store and a small stand-in for the embedding model."""

import hashlib
from pathlib import Path

import pytest

from retrieval.handbook.index import build_handbook_index, ensure_handbook_index, is_current
from retrieval.handbook.load import CardError
from tests.retrieval.handbook.cards import CONDITION, TEST


class Hashing:
    """Unit vectors from a hash of the words; enough to store and count."""

    name = "hashing"
    fingerprint = "hashing/384"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        place = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 384
        return [1.0 if at == place else 0.0 for at in range(384)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cards = tmp_path / "cards"
    cards.mkdir()
    (cards / "cold.yaml").write_text(CONDITION, encoding="utf-8")
    (cards / "haemoglobin.yaml").write_text(TEST, encoding="utf-8")
    return cards


def test_the_index_follows_the_cards(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert not is_current(index, folder=folder)
    first = ensure_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]
    assert first is not None
    assert first.added == 2
    assert ensure_handbook_index(index, Hashing(), folder=folder) is None  # type: ignore[arg-type]

    (folder / "cold.yaml").write_text(
        CONDITION.replace("Rest and drink", "Rest well and drink"), encoding="utf-8"
    )
    (folder / "haemoglobin.yaml").unlink()
    second = ensure_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]
    assert second is not None
    assert (second.updated, second.removed) == (1, 1)


def test_a_touched_file_with_the_same_content_does_not_rebuild(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]
    (folder / "cold.yaml").write_text(CONDITION, encoding="utf-8")
    assert is_current(index, folder=folder)


def test_a_broken_card_leaves_the_index_alone(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]
    stamp = (index / "handbook-stamp.json").read_text()
    (folder / "cold.yaml").write_text("id: nothing", encoding="utf-8")
    with pytest.raises(CardError):
        ensure_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]
    assert (index / "handbook-stamp.json").read_text() == stamp


def test_a_damaged_index_is_made_anew_from_the_cards(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    ensure_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]
    (damaged,) = index.rglob("meta.json")
    damaged.write_text("{", encoding="utf-8")
    (folder / "cold.yaml").write_text(CONDITION.replace("nose", "noses"), encoding="utf-8")

    report = ensure_handbook_index(index, Hashing(), folder=folder)  # type: ignore[arg-type]

    assert report is not None and report.added == 2
    assert is_current(index, folder=folder)
