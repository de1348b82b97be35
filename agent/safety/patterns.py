"""Phrases in a tiny syntax, matched over the words of a message.

A regular expression a phrase would cost half a second to compile at the first question. Instead a message
is cut into tokens once (an English word, one Chinese character, a number, a mark), every known word is
looked up in one index, and a phrase is an ordered list of word groups with a largest gap between them.

One phrase a line::

    chest ~3 (pain|hurt*|burning)     "pain" at most three words after "chest"
    <pain> &3 chest                   the same, in either order
    elephant ~2 chest                 English words match their inflections (hurt, hurts, hurting)
    suicid*                           any word that begins so
    =burn                             this word only, not "burning"
    worst_headache                    words joined by "_" follow each other exactly
    胸口 ~2 <zh_pain>                  Chinese characters count as words
    stroke !golf                      not in a clause that also says "golf"

Parts of a compound word ("compounds" of rules/context.yaml) are not seen: 手 is no hand in 手机.

Filler words ("my", "the", "really", "的", "很") inside a gap are free.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from agent.safety.tokens import FILLERS, Token, normalise, stem, tokenise

__all__ = ["Match", "PhraseBook", "Token", "normalise", "stem", "tokenise"]


class Match(NamedTuple):
    """One phrase found: token positions [start, end), and the parts that its words cover."""

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    name: str
    elements: tuple[int, ...]
    gaps: tuple[int, ...]
    forbidden: tuple[int, ...]


class PhraseBook:
    """All phrases of all concepts, indexed by their words."""

    def __init__(
        self,
        phrases: Mapping[str, Iterable[str]],
        words: Mapping[str, str],
        not_typos: Iterable[str] = (),
        exact: Iterable[str] = (),
        compounds: Iterable[str] = (),
    ) -> None:
        """``exact`` names phrases whose words are never guessed from a misspelling.

        ``compounds`` are words that mean something else than their parts (手机, "water bottle"): no phrase
        finds a part of one, only the whole.
        """
        self._words = words
        self._elements: dict[str, int] = {}
        self._single: dict[str, list[int]] = {}
        """One word, or "=word" as it stands, to the elements that it is."""
        self._longer: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        """The first word of several to the others."""
        self._prefixes: dict[str, list[int]] = {}
        self._by_first: dict[int, list[_Phrase]] = {}
        self._guessable: set[str] = set()
        self._inner_words: set[str] = set()
        """Later words of phrases such as "doesnt_blanch": known words, no slips of others."""
        self._compounds: dict[str, list[tuple[str, ...]]] = {}
        for compound in compounds:
            parts = tuple(map(stem, compound.split("_"))) if compound.isascii() else tuple(compound)
            self._compounds.setdefault(parts[0], []).append(parts[1:])
            self._inner_words.update(parts)
        exact = frozenset(exact)
        for name in sorted(phrases, key=lambda name: name in exact):
            for line in phrases[name]:
                self._add(name, line, guess=name not in exact)
        self._prefix_lengths = sorted({len(p) for p in self._prefixes})
        self._by_initial: dict[str, list[str]] = {}
        for word in sorted(self._guessable):
            if len(word) >= 5 and word.isascii():
                self._by_initial.setdefault(word[0], []).append(word)
        self._not_typos = frozenset(stem(w) for w in not_typos)
        # Most unknown words are ordinary ones, met again and again.
        self._correct = lru_cache(maxsize=4096)(self._correct_once)

    # -- reading phrases ---------------------------------------------------------------------------

    def _add(self, name: str, line: str, *, guess: bool) -> None:
        elements: list[int] = []
        gaps: list[int] = []
        forbidden: list[int] = []
        gap, either = 0, False
        for item in line.split():
            if item[0] in "~&" and item[1:].isdigit():
                gap, either = int(item[1:]), either or item[0] == "&"
            elif item[0] == "!":
                forbidden.append(self._element(item[1:], guess))
            else:
                if elements:
                    gaps.append(gap)
                elements.append(self._element(item, guess))
                gap = 0
        if not elements:
            raise ValueError(f"phrase of {name!r} has no words: {line!r}")
        self._keep(_Phrase(name, tuple(elements), tuple(gaps), tuple(forbidden)))
        if either:
            self._keep(_Phrase(name, tuple(elements[::-1]), tuple(gaps[::-1]), tuple(forbidden)))

    def _keep(self, phrase: _Phrase) -> None:
        self._by_first.setdefault(phrase.elements[0], []).append(phrase)

    def _element(self, text: str, guess: bool) -> int:
        known = self._elements.get(text)
        if known is None:
            if (text[0] == "(") != (text[-1] == ")"):
                raise ValueError(f"unbalanced group {text!r}: a group of words holds no spaces")
            known = self._elements[text] = len(self._elements)
            for literal in self._expand(text):
                self._index(literal, known, guess)
        return known

    def _expand(self, text: str) -> list[str]:
        if text[0] == "<":
            name = text[1:-1]
            if name not in self._words:
                raise ValueError(f"unknown word group <{name}>")
            text = self._words[name]
        elif text[0] == "(":
            text = text[1:-1]
        literals: list[str] = []
        for part in text.split("|"):
            if part:
                literals.extend(self._expand(part) if part[0] == "<" else (part,))
        return literals

    def _index(self, literal: str, element: int, guess: bool) -> None:
        stems: tuple[str, ...]
        if literal[0] > "\u33ff":
            stems = tuple(literal)
        elif literal[0] == "=":
            stems = (literal,)
        elif literal.isalpha():
            stems = (stem(literal),)
        elif literal[:-1].isalpha() and literal[-1] == "*":
            self._prefixes.setdefault(literal[:-1], []).append(element)
            return
        else:
            words = literal.removesuffix("*").split("_")
            if not all(w.isalpha() or w.isdigit() for w in words):
                words = [t.text for t in tokenise(literal.replace("_", " "))]
            stems = tuple(map(stem, words))
            if literal[-1] == "*" and len(words) > 1:
                stems = (*stems[:-1], words[-1] + "*")
        if len(stems) == 1:
            self._single.setdefault(stems[0], []).append(element)
        else:
            self._longer.setdefault(stems[0], []).append((stems[1:], element))
        self._inner_words.update(stems[1:])
        if guess:
            self._guessable.add(stems[0])

    # -- finding them --------------------------------------------------------------------------------

    def find(self, tokens: Sequence[Token], clause_of: Sequence[int]) -> dict[str, list[Match]]:
        """Every concept's matches. ``clause_of`` numbers the clause of each token, for ``!word``."""
        spans = self._spans(tokens)
        content = [0]
        sentence = []
        number = 0
        for token in tokens:
            sentence.append(number)
            number += token.kind == "stop"
            content.append(content[-1] + (token.text not in FILLERS))
        found: dict[str, list[Match]] = {}
        for element, first in spans.items():
            for phrase in self._by_first.get(element, ()):
                if any(e not in spans for e in phrase.elements[1:]):
                    continue
                for part in first:
                    match = _follow(phrase, spans, part, content, sentence)
                    if match is None or (phrase.forbidden and _forbidden(phrase, spans, match, clause_of)):
                        continue
                    found.setdefault(phrase.name, []).append(match)
        return found

    def _spans(self, tokens: Sequence[Token]) -> dict[int, list[tuple[int, int]]]:
        stems = [stem(t.text) if t.kind == "word" else t.text for t in tokens]
        spans: dict[int, list[tuple[int, int]]] = {}
        for i, token in enumerate(tokens):
            key = stems[i]
            if token.kind == "word" and len(key) >= 5 and not self._knows(key):
                stems[i] = self._correct(key)
        whole: dict[tuple[str, str], tuple[int, ...]] = {}
        for i, token in enumerate(tokens):
            word = (token.text, stems[i])
            known = whole.get(word)
            if known is None:
                known = whole[word] = self._elements_of(*word, prefixes=token.kind == "word")
            for element in known:
                spans.setdefault(element, []).append((i, i + 1))
            following = stems[i + 1] if i + 1 < len(stems) else ""
            for rest, element in self._longer.get(stems[i], ()):
                # The second word rules out nearly all; only "upper_abdom*" cannot be told by it.
                if (rest[0] == following or rest[0][-1] == "*") and _goes_on(rest, stems, tokens, i + 1):
                    spans.setdefault(element, []).append((i, i + 1 + len(rest)))
        compounds = self._compounds_in(stems)
        if compounds:
            spans = {
                element: uncut
                for element, places in spans.items()
                if (uncut := [place for place in places if not _cuts(place, compounds)])
            }
        return spans

    def _compounds_in(self, stems: Sequence[str]) -> dict[int, tuple[int, int]]:
        """Every token of a compound word to where that word begins and ends."""
        inside: dict[int, tuple[int, int]] = {}
        for i, first in enumerate(stems):
            for rest in self._compounds.get(first, ()):
                end = i + 1 + len(rest)
                if tuple(stems[i + 1 : end]) == rest and (i not in inside or inside[i][1] < end):
                    inside.update(dict.fromkeys(range(i, end), (i, end)))
        return inside

    def _elements_of(self, word: str, stemmed: str, *, prefixes: bool) -> tuple[int, ...]:
        """The one-word elements that a word is: as it stands, by its stem, by its beginning."""
        elements = [*self._single.get("=" + word, ()), *self._single.get(stemmed, ())]
        if prefixes:
            for length in self._prefix_lengths:
                if length > len(word):
                    break
                elements += self._prefixes.get(word[:length], ())
        return tuple(elements)

    def _knows(self, word: str) -> bool:
        return word in self._single or word in self._longer or word in self._inner_words

    def _correct_once(self, word: str) -> str:
        """The known word one slip away ("brething" for "breathing"), or the word itself."""
        if word in self._not_typos or any(word[:n] in self._prefixes for n in self._prefix_lengths):
            return word
        for known in self._by_initial.get(word[0], ()):
            if abs(len(known) - len(word)) <= 1 and _one_slip(word, known):
                return known
        return word


def _cuts(place: tuple[int, int], compounds: Mapping[int, tuple[int, int]]) -> bool:
    """Whether a place takes only a part of a compound word."""
    start, end = place
    return any(
        i in compounds and not (start <= compounds[i][0] and compounds[i][1] <= end)
        for i in range(start, end)
    )


def _goes_on(rest: tuple[str, ...], stems: Sequence[str], tokens: Sequence[Token], start: int) -> bool:
    """Whether the words of "belly_button" or "upper_abdom*" after the first one stand at ``start``."""
    end = start + len(rest)
    if end > len(tokens):
        return False
    if rest[-1][-1] != "*":
        return tuple(stems[start:end]) == rest
    return tuple(stems[start : end - 1]) == rest[:-1] and tokens[end - 1].text.startswith(rest[-1][:-1])


def _follow(
    phrase: _Phrase,
    spans: Mapping[int, list[tuple[int, int]]],
    first: tuple[int, int],
    content: Sequence[int],
    sentence: Sequence[int],
) -> Match | None:
    parts = [first]
    for element, gap in zip(phrase.elements[1:], phrase.gaps, strict=True):
        end = parts[-1][1]
        candidates = spans[element]
        at = bisect_left(candidates, (end, 0))
        if at == len(candidates):
            return None
        start = candidates[at][0]
        if content[start] - content[end] > gap or sentence[start] != sentence[end - 1]:
            return None
        parts.append(candidates[at])
    return Match(parts[0][0], parts[-1][1], tuple(parts))


def _forbidden(
    phrase: _Phrase, spans: Mapping[int, list[tuple[int, int]]], match: Match, clause_of: Sequence[int]
) -> bool:
    clauses = set(clause_of[match.start : match.end])
    return any(clause_of[start] in clauses for e in phrase.forbidden for start, _ in spans.get(e, ()))


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter inserted, left out, changed, or swapped with its neighbour turns ``a`` into ``b``."""
    if len(a) > len(b):
        a, b = b, a
    i = 0
    while i < len(a) and a[i] == b[i]:
        i += 1
    if len(a) < len(b):
        return a[i:] == b[i + 1 :]
    return a[i + 1 :] == b[i + 1 :] or (
        i + 1 < len(a) and a[i] == b[i + 1] and a[i + 1] == b[i] and a[i + 2 :] == b[i + 2 :]
    )
