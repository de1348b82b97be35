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
from agent.grounding.slots import same_meaning
from agent.grounding.text import Text, Token
from retrieval.analysis import terms

RAREST = 9.0
"""Rarity of a word that no text of the fit had (natural logarithm of one in how many texts)."""
FEATURES = ("one", "covered", "weighed", "run", "new_most", "new_sum", "swapped", "swapped_han", "added", "chinese", "short")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a claim and a source share, as numbers, and the word that was exchanged if one was."""

    features: tuple[float, ...]
    exchanged: tuple[str, str] | None


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
    missing = [t for t in said - held]
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
        if tag == "delete" or tag == "insert":
            new = _new(here[a:b], present, held_groups, claim.text)
            news += new
            added = max([added, *new])
            continue
        new = _new(here[a:b], present, held_groups, claim.text)
        news += new
        flanked = (place == 0 or opcodes[place - 1][0] == "equal") and (
            place == len(opcodes) - 1 or opcodes[place + 1][0] == "equal"
        )
        if not new or not flanked or b - a > 8 or d - c > 12:
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


def _new(tokens: Sequence[Token], present: set[str], groups: frozenset[int], text: Text) -> list[float]:
    """Rarities of the content words that the source has neither itself nor by a synonym."""
    if not tokens:
        return []
    found = []
    meant = same_meaning()
    if text.chinese and any("\u3400" <= t.stem <= "\u9fff" for t in tokens):
        piece = text.folded[tokens[0].start : tokens[-1].end]
        for word in sorted((w for w in meant if w in piece and not w.isascii()), key=len, reverse=True):
            if meant[word] & groups:
                piece = piece.replace(word, "")
        return [rarity(t) for t in set(terms(piece)) if not any(c in present for c in t)]
    for token in tokens:
        word = text.folded[token.start : token.end]
        if token.content and token.stem not in present and not meant.get(word, frozenset()) & groups:
            found.append(rarity(token.stem))
    return found


def _groups(text: Text) -> frozenset[int]:
    meant = same_meaning()
    if text.chinese:
        return frozenset(n for word, groups in meant.items() if word in text.folded for n in groups)
    return frozenset(
        n for t in text.tokens for n in meant.get(text.folded[t.start : t.end], frozenset())
    )


@cache
def _text(title: str) -> Text:
    from agent.grounding.text import read

    return read(title)


def _words(text: Text, first: int, last: int) -> str:
    return text.folded[text.tokens[first].start : text.tokens[last - 1].end] if last > first else ""
