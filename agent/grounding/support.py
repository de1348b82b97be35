"""How likely a source holds a claim up: a small logistic model over what the two share.

Weights and word rarities are in ``data/support.json``; ``python -m agent.grounding.fit`` makes them anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Any

from agent.grounding.compare import Reading
from agent.grounding.names import known_names, other_names, strange_name
from agent.grounding.slots import excluded, same_meaning
from agent.grounding.text import LIGHT, Text, Token, read
from retrieval.analysis import terms

RAREST = 9.0
"""Rarity of a word that no text of the fit had (natural logarithm of one in how many texts)."""
FEATURES = (
    "one",
    "covered",
    "weighed",
    "run",
    "new_most",
    "new_sum",
    "swapped",
    "swapped_han",
    "added",
    "chinese",
    "short",
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a claim and a source share, as numbers, and the word that was exchanged if one was."""

    features: tuple[float, ...]
    exchanged: tuple[str, str] | None
    opposed: str = ""
    """Why the two cannot both be true, where an exchanged word alone tells (``dominant`` for ``recessive``, a lost ``not``)."""


@cache
def _model() -> dict[str, Any]:
    raw = resources.files("agent.grounding").joinpath("data", "support.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(raw)
    return loaded


def rarity(term: str) -> float:
    """About 1 for a word of every second text, ``RAREST`` for an unknown one."""
    tenths = _model()["rarity"].get(term)
    return RAREST if tenths is None else tenths / 10


def weigh(content: Sequence[str]) -> float:
    return sum(rarity(term) for term in content)


def shared(claim: Reading, source: Reading, title: str = "") -> Shared:
    """Compare a claim with a source, word by word."""
    said = set(terms(claim.raw))
    held = set(terms(source.raw)) | set(terms(title))
    held_groups = _groups(source.text)
    explained = _explained(claim.text, held_groups) | _renamed(claim.text, source.text)
    cues_here, cues_there = _cues(claim), _cues(source)
    opposed = ""
    missing = list(said - held)
    total = weigh(list(said)) or 1.0
    here, there = claim.text.tokens, source.text.tokens
    matcher = SequenceMatcher(None, [t.stem for t in here], [t.stem for t in there], autojunk=False)
    title_stems = {t.stem for t in _text(title).tokens} if title else set()
    present = {t.stem for t in there} | title_stems
    run, swapped, swapped_han, added, news = 0, 0.0, 0.0, 0.0, []
    exchanged: tuple[str, str] | None = None
    opcodes = matcher.get_opcodes()
    for place, (tag, a, b, c, d) in enumerate(opcodes):
        if tag == "equal":
            run = max(run, b - a)
            continue
        new = _new(here[a:b], present, explained, claim.text)
        news += new
        flanked = (place == 0 or opcodes[place - 1][0] == "equal") and (
            place == len(opcodes) - 1 or opcodes[place + 1][0] == "equal"
        )
        if flanked and max(b - a, d - c) <= (3 if tag == "replace" else 2) and not opposed:
            said_word, given_word = _words(claim.text, a, b), _words(source.text, c, d)
            if bool(cues_here & set(range(a, b))) != bool(cues_there & set(range(c, d))):
                opposed = "negation differs from the source"
            elif tag == "replace" and (
                excluded(said_word, given_word)
                or strange_name(said_word, given_word)
                and strange_name(given_word, claim.raw)
            ):
                opposed = f"says “{said_word}” where the source says “{given_word}”"
        if tag != "replace" or not new or not flanked or b - a > 8 or d - c > 12:
            added = max([added, *new])
            continue
        gone = [rarity_of(t) for t in there[c:d] if t.content]
        worth = min(max(new), max(gone, default=0.0) + 2.0)
        if claim.text.chinese:
            swapped_han = max(swapped_han, worth * min(1.0, (b - a) / 3))
        if worth > swapped:
            swapped = worth
            exchanged = (_words(claim.text, a, b), _words(source.text, c, d))
    return Shared(
        (
            1.0,
            1 - len(missing) / (len(said) or 1),
            1 - weigh(missing) / total,
            run / (len(here) or 1),
            max(news, default=0.0) / RAREST,
            sum(news) / (RAREST * math.sqrt(len(here) or 1)),
            swapped / RAREST,
            swapped_han / RAREST,
            added / RAREST,
            1.0 if claim.text.chinese else 0.0,
            1.0 if len(here) < 8 else 0.0,
        ),
        exchanged,
        opposed,
    )


def probability(features: Sequence[float]) -> float:
    """0..1 by the fitted weights."""
    weights = _model()["weights"]
    score = sum(w * x for w, x in zip(weights, features, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def threshold() -> float:
    """Probability from which a claim is kept, as fitted."""
    return float(_model()["keep_at"])


def rarity_of(token: Token) -> float:
    return rarity(token.stem)


def _new(tokens: Sequence[Token], present: set[str], explained: frozenset[int], text: Text) -> list[float]:
    """Rarities of the content words that the source has neither itself nor by a synonym."""
    if not text.chinese:
        return [
            rarity(t.stem) for t in tokens if t.content and t.stem not in present and t.start not in explained
        ]
    found: list[float] = []
    piece = "".join(" " if t.start in explained else t.stem for t in tokens)
    for term in set(terms(piece)):
        if not any(character in present or character in LIGHT for character in term):
            found.append(rarity(term))
    return found


def _groups(text: Text) -> frozenset[int]:
    """Groups of synonyms that a text has a word of."""
    meant = same_meaning()
    if text.chinese:
        return frozenset(n for word, groups in meant.items() if word in text.folded for n in groups)
    return frozenset(n for t in text.tokens for n in meant.get(t.stem, frozenset()))


def _explained(text: Text, groups: frozenset[int]) -> frozenset[int]:
    """Starts of the tokens that say in another word what the other text says too."""
    meant = same_meaning()
    if not text.chinese:
        return frozenset(t.start for t in text.tokens if meant.get(t.stem, frozenset()) & groups)
    found: set[int] = set()
    for word, own in meant.items():
        at = text.folded.find(word) if own & groups and not word.isascii() else -1
        while at >= 0:
            found.update(range(at, at + len(word)))
            at = text.folded.find(word, at + 1)
    return frozenset(found)


def _renamed(text: Text, other: Text) -> frozenset[int]:
    """Starts of the tokens of a name that the other text calls by another of its names."""
    found: set[int] = set()
    for start, name in known_names(text.folded):
        if name not in other.folded and any(also in other.folded for also in other_names(name)):
            found.update(range(start, start + len(name)))
    return frozenset(found)


def _cues(reading: Reading) -> set[int]:
    """Places of the tokens that deny something."""
    spans = [one.span for one in reading.denials]
    return {
        i for i, token in enumerate(reading.text.tokens) for start, end in spans if start <= token.start < end
    }


@cache
def _text(title: str) -> Text:
    return read(title)


def _words(text: Text, first: int, last: int) -> str:
    return text.folded[text.tokens[first].start : text.tokens[last - 1].end] if last > first else ""
