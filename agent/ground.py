"""Tie each sentence of an answer to exact words of this turn's passages, or drop it.

A sentence that was lifted from a passage is its own proof. A sentence that a model wrote must share its
content words with one or two neighbouring sentences of a passage, and agree with them in numbers, units,
negation and names; otherwise it is not released.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agent.facts import disagreement
from retrieval.analysis import terms
from retrieval.passage import Passage
from retrieval.sentences import sentences

KEEP_AT = 0.6
"""Share of a claim's content words that its quote must hold. Chosen on hand-made pairs; issue 5 calibrates it."""
_MARK = re.compile(r"\s*[\[【](\d+(?:\s*[,，]\s*\d+)*)[\]】]")
_NAME = re.compile(
    r"(?<!^)\b[A-Z][a-z]{3,}\b|\b\w+(?:mycin|cillin|azole|statin|pril|sartan|olol|oxacin|triptan|profen|dipine|gliptin|gliflozin|mab|vir)\b"
)
_FIRST_WORD = re.compile(r"[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact words of a passage: ``passage.text[start:end]``."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be released, on which quote, and why not."""

    kept: bool
    quote: Quote | None
    support: float
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """The passages of this turn, cut into quotable windows once."""

    passages: tuple[Passage, ...]

    @cached_property
    def windows(self) -> tuple[tuple[Quote, frozenset[str]], ...]:
        return tuple(
            (quote, _content(quote.text)) for passage in self.passages for quote in _windows(passage)
        )

    def judge(self, claim: str) -> Verdict:
        """Find the quote that supports ``claim`` best and say whether it is enough."""
        bare = without_marks(claim)
        words = _content(bare)
        if not words:
            return Verdict(False, None, 0.0, "says nothing that could be checked")
        best = Verdict(False, None, 0.0, "no passage says this")
        for quote, held in self.windows:
            support = len(words & held) / len(words)
            if support <= best.support and not (support == best.support and best.reason and not best.kept):
                continue
            reason = self._objection(bare, quote, support)
            verdict = Verdict(not reason, quote, round(support, 3), reason)
            if (
                verdict.kept
                and (not best.kept or verdict.support > best.support)
                or not best.kept
                and verdict.support > best.support
            ):
                best = verdict
        return best

    @cached_property
    def _everything(self) -> str:
        return " ".join(f"{passage.title} {passage.text}" for passage in self.passages).lower()

    def _objection(self, claim: str, quote: Quote, support: float) -> str:
        if support < KEEP_AT:
            return "no passage says this"
        if difference := disagreement(claim, quote.text):
            return difference
        known = f"{quote.passage.title} {quote.text}".lower()
        if strange := [name for name in _NAME.findall(claim) if name.lower() not in known]:
            return f"name {strange[0]} is not in the source"
        # A first word is capitalised whatever it is: only one that no passage uses at all is taken for a name.
        first = _FIRST_WORD.match(claim)
        if first and len(first.group()) > 5 and first.group().lower()[:6] not in self._everything:
            return f"name {first.group()} is not in the source"
        return ""


def without_marks(sentence: str) -> str:
    """The sentence without citation marks such as ``[1]``; the agent places its own."""
    return _MARK.sub("", sentence).strip()


def _content(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _windows(passage: Passage) -> Iterator[Quote]:
    """Every sentence, and every two neighbours (a claim may join them)."""
    spans = sentences(passage.text, passage.language)
    for start, end in spans:
        yield Quote(passage, start, end)
    for (start, _), (_, end) in zip(spans, spans[1:], strict=False):
        yield Quote(passage, start, end)
