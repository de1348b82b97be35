"""A message cut into sentences and clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.safety.patterns import Match
from agent.safety.tokens import Token

_LONGEST_SENTENCE = 150
"""Tokens after which a sentence without an end is cut: no cue should reach further, and time stays linear."""


def cut(tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
    """The clause and the sentence number of every token."""
    clauses, sentences = [], []
    clause = sentence = length = 0
    for token in tokens:
        length += 1
        if length > _LONGEST_SENTENCE:
            clause, sentence, length = clause + 1, sentence + 1, 0
        clauses.append(clause)
        sentences.append(sentence)
        if token.kind == "stop":
            clause, sentence, length = clause + 1, sentence + 1, 0
        elif token.kind == "comma" and token.text not in "、/(（":
            clause += 1
    return clauses, sentences


@dataclass(frozen=True)
class Spans:
    tokens: Sequence[Token]
    clauses: Sequence[int]
    sentences: Sequence[int]

    def clause(self, position: int) -> set[int]:
        return self._around(position, self.clauses)

    def sentence(self, position: int) -> set[int]:
        return self._around(position, self.sentences)

    def rest_of_sentence(self, position: int) -> set[int]:
        return {i for i in self.sentence(position) if i >= position}

    def _around(self, position: int, number: Sequence[int]) -> set[int]:
        first = last = position
        while first > 0 and number[first - 1] == number[position]:
            first -= 1
        while last + 1 < len(number) and number[last + 1] == number[position]:
            last += 1
        return set(range(first, last + 1))


def within(match: Match, others: Sequence[Match]) -> bool:
    return any(o.start <= match.start < o.end for o in others)
