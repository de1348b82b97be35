from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from retrieval import Filters, ingest_documents, lay, open_index
from retrieval.embed import Embedder
from retrieval.search import WORDS

from .conftest import document


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("I keep throwing up", "vomit"),
        ("My TUMMY hurts", "abdomen"),
        ("he can’t poo", "constipation"),
        ("宝宝拉肚子两天了", "腹泻"),
    ],
)
def test_lay_words_are_searched_in_the_words_of_a_page(said: str, meant: str) -> None:
    assert meant in lay.formal_words(said).split()


@pytest.mark.parametrize("said", ["peel the apple", "a bummer", "How is gout treated?", "", "高压锅", "胃镜"])
def test_other_words_are_left_alone(said: str) -> None:
    assert lay.formal_words(said) == ""


def test_no_lay_word_is_listed_twice_and_none_is_its_own_formal_word() -> None:
    raw = yaml.safe_load((Path(lay.__file__).parent / "lay_words.yaml").read_text(encoding="utf-8"))
    said = [word for lines in raw.values() for line in lines for word in line.split("|")]
    assert len(said) == len(set(said))
    for lines in raw.values():
        for line, formal in lines.items():
            assert not set(line.split("|")) & set(formal.split())


def test_the_pages_own_words_count_for_more(tmp_path: Path, embedder: Embedder) -> None:
    ingest_documents(
        [
            document("slang", "How much pee is too much pee?"),
            document("page", "Urine is held in the bladder."),
            document("other", "Tea is grown on hills."),
        ],
        tmp_path / "i",
        embedder=embedder,
    )
    with open_index(tmp_path / "i", embedder=embedder) as index:
        found = [i.partition("#")[0] for i, _ in index.channel(WORDS, "I pee at night", 5)]
        assert found == ["slang", "page"]
        assert index.channel(WORDS, "I pee at night", 5, filters=Filters(language="zh")) == []
