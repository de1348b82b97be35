"""Documents and vectors by number, for tests in which an embedding model has nothing to say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from retrieval.embed import E5_SPACE, Embedder
from retrieval.passage import Document, Section

DOCUMENTS = 60


def text_of(number: int, version: int) -> str:
    return f"Document {number} is here in version{version}."


def documents(version: int) -> Iterator[Document]:
    for number in range(DOCUMENTS):
        yield Document(f"d{number}", "T", (Section(text_of(number, version)),), language="en")


class QuickEmbedder(Embedder):
    """One unit vector for each text, by its bytes. ``pause`` (seconds a call) makes an ingest last."""

    name = "quick"
    fingerprint = E5_SPACE
    dimensions = 384

    def __init__(self, pause: float = 0.0) -> None:
        self._pause = pause

    def _encode(self, texts: list[str], kind: Any) -> np.ndarray:
        time.sleep(self._pause)
        seeds = [int.from_bytes(text.encode()[-24:], "big") for text in texts]
        vectors = np.stack([np.random.default_rng(seed).standard_normal(self.dimensions) for seed in seeds])
        unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
