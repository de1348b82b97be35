"""Vectors of texts that were embedded before: the same sentences of a corpus answer many questions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

AT_MOST = 16_384
"""Texts remembered; 384 numbers and a key each, about 2 KB, so some 30 MB when full."""


class RememberedVectors:
    """Unit vectors by text; the least recently used are forgotten first. Safe to share between threads."""

    def __init__(
        self, embed: Callable[[list[str]], Sequence[Sequence[float]]], at_most: int = AT_MOST
    ) -> None:
        self._embed = embed
        self._at_most = at_most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text, in their order; only what is not remembered is embedded."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        if new := [text for text in dict.fromkeys(texts) if text not in found]:
            rows = np.asarray(self._embed(new), dtype=np.float32)
            # Copies: a row that is a view would keep the whole batch in memory.
            found |= {text: row.copy() for text, row in zip(new, rows, strict=True)}
            with self._lock:
                self._known |= {text: found[text] for text in new}
                while len(self._known) > self._at_most:
                    self._known.popitem(last=False)
        return np.stack([found[text] for text in texts])
