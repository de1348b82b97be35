"""The right engine for the amount of work: the light one for a few texts, the fast one for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from retrieval.embed import Embedder

if TYPE_CHECKING:
    import numpy as np

FEW = 96
"""Texts that the light engine embeds in less time than the fast one needs to load (5 to 15 s)."""


class BulkEmbedder(Embedder):
    """Loads the fast engine the first time that many texts come at once. Both share one vector space."""

    def __init__(self, light: Embedder, fast: Callable[[], Embedder]) -> None:
        self._light = light
        self._load = fast
        self._fast: Embedder | None = None
        self.name = light.name
        self.fingerprint = light.fingerprint
        self.dimensions = light.dimensions
        self.batch_size = 256

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        if self._fast is None and len(texts) >= FEW:
            self._fast = self._load()
        return (self._fast or self._light).embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._light.embed_query(text)

    def _encode(self, texts: list[str], kind: str) -> np.ndarray:
        return self._light._encode(texts, "query" if kind == "query" else "passage")
