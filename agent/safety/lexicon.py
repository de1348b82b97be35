"""Word classes and rules over them: "falsify … record", whatever the inflection, in English and Chinese.

A message is cut into tokens (an English word, or one Chinese character), English words are reduced to
their stems, and every known word or phrase is looked up once. A rule is a list of classes that must follow
each other closely within one sentence. Both are data, so adding a word needs no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import Stemmer

_TOKEN = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[\u4e00-\u9fff]")
_STOP = re.compile(r"[.!?\n。！？；;]+(?=\s|$|[\u4e00-\u9fff])|\n+")

Span = tuple[int, int]
Tags = dict[str, list[Span]]


@cache
def _stemmer() -> Any:
    return Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    category: str
    steps: tuple[frozenset[str], ...]
    within: int
    """Most tokens between one step and the next."""
    unless: frozenset[str]


class Lexicon:
    def __init__(self, words: Mapping[str, str]) -> None:
        """``words``: a class name to its words and phrases, with commas between."""
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        stems = _stems(" ".join(words.values()).lower())
        for name, phrases in words.items():
            for phrase in phrases.lower().split(","):
                tokens = tuple(stems[word] for word in _TOKEN.findall(phrase))
                self._phrases.setdefault(tokens[0], []).append((tokens, name))

    def sentences(self, text: str) -> Iterator[Tags]:
        """The tags of every sentence of a folded text. ``^`` marks the first token of a sentence."""
        for sentence in _STOP.split(text):
            tokens = _tokens(sentence)
            if tokens:
                yield self._tags(tokens)

    def _tags(self, tokens: Sequence[str]) -> Tags:
        tags: Tags = {"^": [(0, 0)]}
        for start, token in enumerate(tokens):
            for phrase, name in self._phrases.get(token, ()):
                end = start + len(phrase)
                if tuple(tokens[start:end]) == phrase:
                    tags.setdefault(name, []).append((start, end))
        return tags


def _tokens(text: str) -> list[str]:
    stems: list[str] = _stemmer().stemWords(_TOKEN.findall(text))
    return stems


def _stems(text: str) -> dict[str, str]:
    """Every word of a text to its stem, in one call: far cheaper than word by word."""
    words = sorted(set(_TOKEN.findall(text)))
    return dict(zip(words, _stemmer().stemWords(words), strict=True))


def parse_rules(rules: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """``seq: "falsify|conceal record"``: steps apart by spaces, alternatives by bars."""
    return tuple(
        Rule(
            rule["id"],
            rule["category"],
            tuple(frozenset(step.split("|")) for step in rule["seq"].split()),
            rule.get("within", 8),
            frozenset(rule.get("unless", ())),
        )
        for rule in rules
    )


def matches(rule: Rule, tags: Tags) -> bool:
    if not rule.unless.isdisjoint(tags):
        return False
    ends = {0} if "^" in rule.steps[0] else {end for name in rule.steps[0] for _, end in tags.get(name, ())}
    for step in rule.steps[1:]:
        spans = [span for name in step for span in tags.get(name, ())]
        ends = {end for start, end in spans if any(0 <= start - before <= rule.within for before in ends)}
        if not ends:
            return False
    return bool(ends)
