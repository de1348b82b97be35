"""Tie each sentence of an answer to exact words of this turn's passages, or drop it.

A sentence that was lifted from a passage is its own proof. A sentence that a model wrote must agree with one or two
neighbouring sentences of a passage in every number, denial, comparison, population and name
(``agent.grounding.compare``), and share enough of its words with them (``agent.grounding.support``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from agent.grounding.compare import Reading, difference
from agent.grounding.orders import plain_sentences
from agent.grounding.support import Shared, probability, shared, threshold, weigh
from retrieval.analysis import terms
from retrieval.passage import Passage

LOOKED_AT = 4
"""Windows that are compared word by word: those that hold most of the claim's words."""
UNRELATED = 0.3
"""Weighed share of the claim's words below which a window is not worth comparing."""
NEARLY_ALL = 0.8
"""Weighed share of the claim's words in one sentence that makes its objection count against its neighbours too."""
_MARK = re.compile(r"\s*[\[【](\d+(?:\s*[,，]\s*\d+)*)[\]】]")
_YES = re.compile(r"^(?:yes|no|是的|对)[,，]\s*", re.IGNORECASE)
SURE = 0.9
"""Probability from which the inference model's opinion counts."""
NOT_INFERRED = "the inference model finds that the source does not say this"
NO_PASSAGE = "no passage says this"


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
    """Whether a sentence may be released, on which quote, and why not.

    ``support`` is the probability that the quote holds the sentence up, as calibrated on labelled pairs.
    """

    kept: bool
    quote: Quote | None
    support: float
    reason: str = ""


class Inference(Protocol):
    @property
    def entails(self) -> float: ...
    @property
    def contradicts(self) -> float: ...


class Entailment(Protocol):
    """What ``agent.llm.entailment.EntailmentModel`` offers."""

    def infer(self, premise: str, sentence: str) -> Inference: ...


@dataclass(frozen=True)
class _Window:
    quote: Quote
    words: frozenset[str]

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.quote.text)


@dataclass(frozen=True)
class Evidence:
    """The passages of this turn, cut into quotable windows once. Orders planted in them are no evidence."""

    passages: tuple[Passage, ...]
    inference: Entailment | None = None
    """A natural-language-inference model, asked last and only where one is configured."""

    @cached_property
    def windows(self) -> tuple[_Window, ...]:
        return tuple(
            _Window(quote, _content(f"{quote.passage.title} {quote.text}"))
            for passage in self.passages
            for quote in _windows(passage)
        )

    def judge(self, claim: str) -> Verdict:
        """Find the quote that supports ``claim`` best and say whether it is enough."""
        bare = _bare(claim)
        if not _content(bare):
            return Verdict(False, None, 0.0, "says nothing that could be checked")
        best = Verdict(False, None, 0.0, NO_PASSAGE)
        for verdict in self._verdicts(bare):
            if (verdict.kept, verdict.support) > (best.kept, best.support) or best.quote is None:
                best = verdict
        return self._inferred(bare, best) if self.inference else best

    def _inferred(self, claim: str, verdict: Verdict) -> Verdict:
        """The model's say: it takes a sentence back that the quote contradicts, and gives one its due that says the
        quote in other words. No model outvotes a number, a name or a denial that differs."""
        if self.inference is None or verdict.quote is None:
            return verdict
        thought = self.inference.infer(verdict.quote.text, claim)
        if verdict.kept and thought.contradicts >= SURE:
            return replace(verdict, kept=False, reason=NOT_INFERRED)
        if not verdict.kept and verdict.reason == NO_PASSAGE and thought.entails >= SURE:
            return replace(verdict, kept=True, support=round(thought.entails, 3), reason="")
        return verdict

    def best_features(self, claim: str) -> tuple[tuple[float, ...] | None, str]:
        """What the support model sees of the nearest window that no fact speaks against; for fitting it."""
        best: tuple[float, ...] | None = None
        objection = NO_PASSAGE
        for _, overlap, objected in self._compared(_bare(claim)):
            features = overlap.features
            if not objected and (best is None or features[2] + features[3] > best[2] + best[3]):
                best, objection = features, ""
            elif best is None:
                objection = objected or objection
        return best, objection

    def _nearest(self, claim: str) -> list[_Window]:
        words = _content(claim)
        total = weigh(list(words)) or 1.0
        scored = [
            (weigh(list(words & one.words)) / total - 0.0005 * len(one.words), one) for one in self.windows
        ]
        scored.sort(key=lambda one: -one[0])
        return [one for score, one in scored[:LOOKED_AT] if score > UNRELATED]

    def _compared(self, claim: str) -> Iterator[tuple[_Window, Shared, str]]:
        """The nearest windows with what they share with the claim and the fact that speaks against it.

        Two neighbours are no proof where one of them alone says nearly the same words and differs in a fact: the
        fact of the other neighbour belongs to something else.
        """
        reading = Reading(claim)
        against: list[tuple[Quote, str]] = []
        for window in sorted(self._nearest(claim), key=lambda one: one.quote.end - one.quote.start):
            quote = window.quote
            overlap = shared(reading, window.reading, quote.passage.title)
            reason = overlap.opposed or difference(
                reading, window.reading, quote.passage.title, quote.passage.text
            )
            if reason and overlap.features[2] >= NEARLY_ALL:
                against.append((quote, reason))
            elif not reason:
                reason = next((why for part, why in against if _within(part, quote)), "")
            yield window, overlap, reason

    def _verdicts(self, claim: str) -> Iterator[Verdict]:
        for window, overlap, reason in self._compared(claim):
            support = round(probability(overlap.features), 3)
            if reason:
                support = min(support, 0.2)
            elif support < threshold():
                reason = NO_PASSAGE
                if overlap.exchanged and overlap.features[3] > 0.3:
                    said, given = overlap.exchanged
                    reason = f"says “{said}” where the source says “{given}”"
            yield Verdict(not reason, window.quote, support, reason)


def _within(part: Quote, whole: Quote) -> bool:
    return part.passage is whole.passage and whole.start <= part.start and part.end <= whole.end


def without_marks(sentence: str) -> str:
    """The sentence without citation marks such as ``[1]``; the agent places its own."""
    return _MARK.sub("", sentence).strip()


def _bare(sentence: str) -> str:
    """Without marks and without the "Yes," that answers a question."""
    return _YES.sub("", without_marks(sentence))


def _content(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _windows(passage: Passage) -> Iterator[Quote]:
    """Every sentence that is no question and no planted order, and every two neighbours (a claim may join them)."""
    spans = [
        (start, end)
        for start, end in plain_sentences(passage.text, passage.language)
        if not passage.text[start:end].endswith(("?", "？"))
    ]
    for start, end in spans:
        yield Quote(passage, start, end)
    for (start, before), (after, end) in zip(spans, spans[1:], strict=False):
        if not passage.text[before:after].strip():
            yield Quote(passage, start, end)
