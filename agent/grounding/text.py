"""A sentence as the fact checks see it: words and Chinese characters in order, in clauses, with their neighbours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from retrieval.analysis import terms

_TOKEN = re.compile(
    r"[a-zα-ω][a-zα-ω0-9]*(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[\u3400-\u9fff]|[,;:.!?()，；：。！？（）、]"
)
_BREAK = frozenset(",;:.!?()，；：。！？（）")
_CONJUNCTION = frozenset(["but", "however", "whereas", "although", "though", "while", "unless", "except"])
LIGHT = frozenset("的了是在有和就都也很还到说对与及或等但把被让给这那个者时可能会要为于之其而且以由可能")
NEAR = 4
"""Words on each side that tell what a number or a name belongs to."""


@dataclass(frozen=True, slots=True)
class Token:
    stem: str
    start: int
    end: int
    clause: int
    content: bool


@dataclass(frozen=True, slots=True)
class Text:
    """Folded text and its tokens; offsets are those of ``folded``, which is as long as the original mostly."""

    raw: str
    folded: str
    tokens: tuple[Token, ...]
    content: tuple[int, ...]
    """Places of the tokens that mean something by themselves."""

    def around(self, start: int, end: int) -> tuple[frozenset[str], frozenset[str]]:
        """The content words before and after ``folded[start:end]``, nearest first, ``NEAR`` of each."""
        before = [self.tokens[i] for i in self.content if self.tokens[i].end <= start]
        after = [self.tokens[i] for i in self.content if self.tokens[i].start >= end]
        width = NEAR + 4 if self.chinese else NEAR
        return frozenset(t.stem for t in before[-width:]), frozenset(t.stem for t in after[:width])

    @property
    def chinese(self) -> bool:
        return any("\u3400" <= t.stem <= "\u9fff" for t in self.tokens)


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("％", "%")).lower().replace("’", "'")


def read(raw: str) -> Text:
    """Cut a sentence (or two) into tokens."""
    folded = fold(raw)
    tokens: list[Token] = []
    clause = 0
    for match in _TOKEN.finditer(folded):
        word = match.group()
        if word in _BREAK:
            clause += 1
            continue
        if word == "、":
            continue
        if word in _CONJUNCTION:
            clause += 1
        stem, content = _stem(word)
        tokens.append(Token(stem, match.start(), match.end(), clause, content))
    places = tuple(i for i, token in enumerate(tokens) if token.content)
    return Text(raw, folded, tuple(tokens), places)


@cache
def _stem(word: str) -> tuple[str, bool]:
    """The stem and whether the word carries meaning; words are few and repeat, so all are remembered."""
    if "\u3400" <= word <= "\u9fff":
        return word, word not in LIGHT
    if word[0].isdigit():
        return word, True
    stems = terms(word)
    return (stems[0], True) if stems else (word, False)


def belonging(
    one: tuple[frozenset[str], frozenset[str]], other: tuple[frozenset[str], frozenset[str]]
) -> float:
    """0..1: how alike the neighbourhoods of two places are; on the same side counts twice."""
    total = len(one[0]) + len(one[1])
    if not total:
        return 0.0
    sided = (len(one[0] & other[0]) + len(one[1] & other[1])) / total
    joined = one[0] | one[1]
    return 0.5 * sided + 0.5 * len(joined & (other[0] | other[1])) / len(joined)
