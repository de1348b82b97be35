"""The extractive voice: an answer made of the passages' own sentences, chosen for the question, in reading order.

With a small model this is the answer: it passes on what the passages hold, and every sentence is its own proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from agent.ground import Quote
from agent.grounding.orders import plain_sentences
from agent.tables import table
from retrieval.analysis import terms
from retrieval.passage import Hit, Passage

Similarity = Callable[[str, Sequence[str]], list[float]]

EMBEDDED_AT_MOST = 32
"""Sentences compared with the question by vectors; each costs about 5 ms on two cores."""
READ_ON = 0.07
"""Bonus for the sentences around the best one: an answer that reads on beats one that jumps."""
TELLS_HOW_LONG = 0.15
"""Bonus for a sentence with a length of time, where it is asked how long."""
CLEARLY_WORSE = 0.1
"""A sentence this much below the best is not part of the answer."""
EQUALLY_ABOUT = 0.7
"""A source that holds at least this share of the question's words that the best one holds is about it as much."""
HEARD_AT_MOST = 3
"""Sources of one clinician's answer that are heard whatever the others say."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


class Aspect(StrEnum):
    """What a question asks of its topic; the order is the order in which an answer reads best."""

    MISSED_DOSE = "missed_dose"
    OVERDOSE = "overdose"
    WHAT = "what"
    SYMPTOMS = "symptoms"
    CAUSES = "causes"
    TESTS = "tests"
    TREATMENT = "treatment"
    SELF_CARE = "self_care"
    SEEK_CARE = "seek_care"
    SIDE_EFFECTS = "side_effects"
    INTERACTIONS = "interactions"
    PREGNANCY = "pregnancy"
    VALUES = "values"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class _AspectRule:
    aspect: Aspect
    asked: re.Pattern[str]
    """How questions ask for it."""
    headed: re.Pattern[str]
    """How headings and anchors of passages that answer it are named."""


@cache
def _rules() -> tuple[_AspectRule, ...]:
    return tuple(
        _AspectRule(
            Aspect(name), re.compile(rule["asked"], re.IGNORECASE), re.compile(rule["headed"], re.IGNORECASE)
        )
        for name, rule in table("aspects")["aspects"].items()
    )


@cache
def _leaning() -> re.Pattern[str]:
    """Beginnings of sentences that make no sense without the one before them ("没有这些症状，休息五分钟再量")."""
    return re.compile(table("aspects")["leaning"], re.IGNORECASE)


@cache
def _span() -> re.Pattern[str]:
    return re.compile(table("aspects")["span"], re.IGNORECASE)


def aspects_of(question: str) -> frozenset[Aspect]:
    """What the question asks for; empty when it names nothing in particular."""
    return frozenset(rule.aspect for rule in _rules() if rule.asked.search(question))


def without_aspects(question: str, passages: Sequence[Passage]) -> str:
    """The question without the words that ask for an aspect ("treated", "怎么治") that one of the passages is about."""
    present = {aspect_of(passage) for passage in passages}
    for rule in _rules():
        if rule.aspect in present:
            question = re.sub(
                rf"[A-Za-z]*(?:{rule.asked.pattern})[A-Za-z]*", " ", question, flags=re.IGNORECASE
            )
    return question


def aspect_of(passage: Passage) -> Aspect | None:
    """What a passage is about, by its heading, its anchor, or the question that is its title."""
    for text in (passage.section, passage.id.partition("#")[2], passage.title):
        for rule in _rules():
            if text and rule.headed.search(text):
                return rule.aspect
    return None


@dataclass(frozen=True, slots=True)
class _Scored:
    quote: Quote
    score: float
    order: tuple[int, int, int]
    words: frozenset[str]


def choose(
    question: str,
    hits: Sequence[Hit],
    similarity: Similarity,
    *,
    aspects: frozenset[Aspect] = frozenset(),
    limit: int = 6,
    max_chars: int = 1100,
    prefer: str = "",
) -> list[Quote]:
    """Sentences that answer ``question``, in the order in which they read best.

    Sentences are scored by nearness to the question (vectors), shared words, the rank of their passage and
    whether the passage is about the aspect asked for. Near-repeats are taken once. Sentences that are
    instructions planted in a document, questions or fragments are never taken.

    Args:
        similarity: cosine of the question with each text, by the query embedder.
        limit: sentences at most.
        max_chars: characters at most, all together.
        prefer: an audience whose passages come first (``clinician``).
    """
    asked = frozenset(terms(question))
    candidates = _candidates(hits, asked, aspects)
    if not candidates:
        return []
    nearness = similarity(question, [f"{quote.passage.title}: {quote.text}" for quote, _ in candidates])
    fitting = {quote.passage.id for quote, _ in candidates if aspects and aspect_of(quote.passage) in aspects}
    scored = []
    for (quote, order), near in zip(candidates, nearness, strict=True):
        words = frozenset(terms(quote.text))
        shared = len(words & asked) / (len(asked) or 1)
        fits = 0.0 if not fitting else 1.0 if quote.passage.id in fitting else -1.0
        meant = 1.0 if prefer and quote.passage.audience == prefer else 0.0
        lasts = Aspect.DURATION in aspects and _span().search(quote.text) is not None
        score = (
            near
            + TELLS_HOW_LONG * lasts
            + 0.12 * shared
            + 0.06 * fits
            + 0.08 * meant
            - 0.012 * order[0]
            - 0.002 * order[2]
        )
        scored.append(_Scored(quote, score, order, words))
    scored = _read_on(scored, fitting)
    if prefer == "clinician":
        scored = _all_sides(scored, asked)
    return _reading_order(_without_repeats(scored, limit, max_chars))


def _candidates(
    hits: Sequence[Hit], asked: frozenset[str], aspects: frozenset[Aspect], per_passage: int = 12
) -> list[tuple[Quote, tuple[int, int, int]]]:
    """Tellable sentences with their places, at most as many as are worth embedding."""
    found: list[tuple[float, Quote, tuple[int, int, int]]] = []
    documents: dict[str, int] = {}
    for rank, hit in enumerate(hits):
        passage = hit.passage
        group = documents.setdefault(passage.document_id, len(documents))
        fits = aspect_of(passage) in aspects
        for place, (start, end) in enumerate(plain_sentences(passage.text, passage.language)[:per_passage]):
            quote = Quote(passage, start, end)
            if _tellable(quote.text, passage.language):
                shared = len(asked & frozenset(terms(quote.text)))
                found.append((shared + 3.0 * fits - 0.5 * rank, quote, (rank, group, place)))
    found.sort(key=lambda one: -one[0])
    return [(quote, order) for _, quote, order in found[:EMBEDDED_AT_MOST]]


def _read_on(scored: Sequence[_Scored], fitting: set[str]) -> list[_Scored]:
    """The best sentence's passage reads on: its other sentences say the rest of the same thing."""
    best = max(scored, key=lambda one: one.score)
    home = best.quote.passage.id
    if fitting and home not in fitting:
        return list(scored)
    return [
        replace(one, score=one.score + READ_ON) if one.quote.passage.id == home and one is not best else one
        for one in scored
    ]


def _all_sides(scored: Sequence[_Scored], asked: frozenset[str]) -> list[_Scored]:
    """Every source that is as much about the question as the best one is heard, with the figures it gives.

    Two trials of one medicine that disagree must both be told; the second would else be crowded out by the first.
    """
    best = max(scored, key=lambda one: one.score)
    about = {one.quote.passage.id: _about(one.quote.passage, asked) for one in scored}
    enough = EQUALLY_ABOUT * about[best.quote.passage.id]
    heard: dict[str, _Scored] = {}
    for one in sorted(scored, key=lambda one: -one.score):
        if about[one.quote.passage.id] >= enough and len(heard) < HEARD_AT_MOST:
            heard.setdefault(one.quote.passage.document_id, one)
    if len(heard) < 2:
        return list(scored)
    raised = []
    for one in scored:
        first = heard.get(one.quote.passage.document_id)
        if one is first:
            one = replace(one, score=max(one.score, best.score - READ_ON / 2))
        elif first and _goes_with(one, first) and any(char.isdigit() for char in one.quote.text):
            one = replace(one, score=max(one.score, best.score - READ_ON))
        raised.append(one)
    return raised


def _about(passage: Passage, asked: frozenset[str]) -> float:
    return len(asked & frozenset(terms(f"{passage.title} {passage.text}"))) / (len(asked) or 1)


def _goes_with(one: _Scored, first: _Scored) -> bool:
    """Whether the sentence stands next to the other in its passage."""
    return one.quote.passage.id == first.quote.passage.id and abs(one.order[2] - first.order[2]) == 1


def _figures(text: str) -> frozenset[str]:
    return frozenset(_FIGURE.findall(text))


def _tellable(text: str, language: str) -> bool:
    """A sentence that can stand in an answer: not a question, a fragment, a heading or the end of another."""
    floor = 8 if language == "zh" else 25
    whole = floor <= len(text) <= 500 and not text.rstrip().endswith(("?", "？", ":", "："))
    return whole and not _leaning().search(text.lstrip())


def _without_repeats(scored: Sequence[_Scored], limit: int, max_chars: int) -> list[_Scored]:
    chosen: list[_Scored] = []
    used = 0
    for candidate in sorted(scored, key=lambda one: -one.score):
        length = len(candidate.quote.text)
        if len(chosen) == limit:
            break
        if used + length > max_chars and chosen:
            continue
        figures = _figures(candidate.quote.text)
        if any(
            _overlap(candidate.words, earlier.words) > 0.7 and figures <= _figures(earlier.quote.text)
            for earlier in chosen
        ):
            continue
        chosen.append(candidate)
        used += length
    if not chosen:
        return []
    best = max(one.score for one in chosen)
    return [one for one in chosen if one.score > best - CLEARLY_WORSE]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _reading_order(chosen: Sequence[_Scored]) -> list[Quote]:
    """Document by document (the best first); inside one, by aspect, then as the passage has it."""
    place = {aspect: number for number, aspect in enumerate(Aspect)}

    def key(one: _Scored) -> tuple[int, int, int, int]:
        aspect = aspect_of(one.quote.passage)
        rank, group, _ = one.order
        return group, place[aspect] if aspect else len(place), rank, one.quote.start

    return [one.quote for one in sorted(chosen, key=key)]
