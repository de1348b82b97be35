"""What a message is made of, letter by letter and word by word: the second sight's other half.

The encoder knows what words mean; which turns of phrase go with a danger, and which with a joke, a memory or a
question, is learned better from the letters themselves. Pieces of 2 to 5 letters inside words, words and pairs of
words, and 1 to 3 Chinese characters in a row, weighted as in TF-IDF.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_WORD = re.compile(r"[a-z0-9à-ſ'’]+|[\u3400-\u9fff]+|[^\s\w]", re.IGNORECASE)

MAX_CHARS = 1200
"""A longer text is cut in the middle: its beginning says who, its end says what now."""


def shortened(text: str) -> str:
    """What is read of a message: at most ``MAX_CHARS``, on one line, never empty."""
    joined = " ".join(text.replace("\x00", " ").split()) or "-"
    if len(joined) <= MAX_CHARS:
        return joined
    half = MAX_CHARS // 2
    return f"{joined[:half]} … {joined[-half:]}"


def pieces(text: str) -> Iterator[str]:
    """Every piece of a message; a word's letters carry its borders, a pair of words a space."""
    words = _WORD.findall(text.lower())
    for word in words:
        if "\u3400" <= word[0] <= "\u9fff":
            for length in (1, 2, 3):
                yield from (word[at : at + length] for at in range(len(word) - length + 1))
        elif word[0].isalnum():
            yield f"{word}."
            framed = f"_{word}_"
            for length in (2, 3, 4, 5):
                yield from (framed[at : at + length] for at in range(len(framed) - length + 1))
        else:
            yield word
    yield from (f"{first} {second}" for first, second in zip(words, words[1:], strict=False))


class Wordings:
    """The pieces that are known, each with its rarity."""

    def __init__(self, known: Sequence[str], rarity: np.ndarray) -> None:
        self._place = {piece: at for at, piece in enumerate(known)}
        self._rarity = rarity.astype("f4")

    def vector(self, text: str) -> tuple[list[int], list[float]]:
        """Places and unit-length weights of the known pieces of a message."""
        counts = Counter(at for piece in pieces(text) if (at := self._place.get(piece)) is not None)
        weights = [(1 + log(count)) * float(self._rarity[at]) for at, count in counts.items()]
        length = sqrt(sum(weight * weight for weight in weights)) or 1.0
        return list(counts), [weight / length for weight in weights]


def learned(texts: Sequence[str], at_least: int = 2) -> tuple[list[str], Mapping[str, float]]:
    """The pieces that stand in ``at_least`` messages, and the rarity of each."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(pieces(text)))
    known = sorted(piece for piece, count in found.items() if count >= at_least)
    return known, {piece: log((1 + len(texts)) / (1 + found[piece])) + 1 for piece in known}
