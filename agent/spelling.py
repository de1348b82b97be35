"""Slips of the keyboard in small-letter English words, for search and symptoms: "wich foods", "runy nose", "triger".

Only a word that nothing here knows is touched, and only where one letter makes it a known one. Names, medicines and
whatever is written with a capital stay as they are; the person's own words are what is shown and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.safety.names import is_known, listed_words

_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=512)
def corrected(text: str) -> str:
    """The text with such slips mended; everything else as it stands."""
    return _WORD.sub(lambda match: _mended(match.group()), text)


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    if is_known(word):
        return word
    known = listed_words()
    return next((near for near in _near(word) if near in known), word)


def _near(word: str) -> Iterator[str]:
    """Words one slip away, the likeliest slips first: neighbours swapped, a letter left out, doubled, or another."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    yield from (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1)
    yield from (a + letter + b for a, b in cuts for letter in _LETTERS)
    yield from (a + b[1:] for a, b in cuts if b)
    yield from (a + letter + b[1:] for a, b in cuts[1:] if b for letter in _LETTERS)
