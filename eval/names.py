"""One key for one disease name, however it is spelled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from retrieval.handbook.outline import Named

_POSSESSIVE = re.compile(r"'s\b|(?<=s)'(?=\s|$)")
_BRACKETS = re.compile(r"\([^)]*\)")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_SPELLING = (
    ("ae", "e"),
    ("oe", "e"),
    ("our", "or"),
    ("isation", "ization"),
    ("yse", "yze"),
    ("fibre", "fiber"),
)
"""British to American; applied to both sides of a comparison, so that a word it garbles still meets itself."""
_LOOSE_STARTS = frozenset({"acute", "ruptured"})
"""Words that name a phase of a disease and not another disease. ``chronic``, ``primary`` and ``secondary`` do not."""
_LOOSE_ENDS = frozenset({"headache", "disease", "syndrome", "disorder", "infection", "condition"})


def key(name: str) -> str:
    """``Ménière's disease`` and ``Meniere Disease``, ``anaemia`` and ``anemia``, ``fibroids`` and ``fibroid`` are one."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("’", "'")).encode("ascii", "ignore").decode()
    plain = _BRACKETS.sub(" ", _POSSESSIVE.sub("", plain))
    for british, american in _SPELLING:
        plain = plain.replace(british, american)
    return " ".join(_singular(word) for word in _SEPARATORS.split(plain) if word)


class CardNames:
    """Finds the cards that a diagnosis name means, through names and synonyms."""

    def __init__(self, cards: Iterable[Named]) -> None:
        self._exact: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        for card in cards:
            for name in (card.en, *card.other_en):
                full = key(name)
                self._exact.setdefault(full, set()).add(card.id)
                for short in _shorter(full):
                    self._short.setdefault(short, set()).add(card.id)

    def cards_of(self, diagnosis: str) -> frozenset[str]:
        """Ids of the cards of that name; empty where there is none.

        The same name wins. Else one side may lack a loose word (``migraine`` for ``Migraine Headache``), but
        never both, or a kidney infection would be a kidney disease.
        """
        full = key(diagnosis)
        if full in self._exact:
            return frozenset(self._exact[full])
        found = frozenset[str]().union(*(self._exact.get(short, set()) for short in _shorter(full)))
        return found or frozenset(self._short.get(full, set()))


def _shorter(full: str) -> Iterator[str]:
    words = full.split()
    if len(words) > 1 and words[-1] in _LOOSE_ENDS:
        yield " ".join(words[:-1])
    if len(words) > 1 and words[0] in _LOOSE_STARTS:
        yield " ".join(words[1:])


def _singular(word: str) -> str:
    return (
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )
