"""Values that exclude each other (``data/facts.yaml``): more and less, left and right, adults and children, a day and a week."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from agent.grounding.text import Text, belonging, read
from agent.tables import table

_LATIN = re.compile(r"/?[a-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
MARGIN = 0.25
"""How much better another value must fit the neighbourhood before the same value elsewhere does not count."""
FITS = 0.45
"""Neighbourhood of an excluded value that fits well enough to call the claim a swap of it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """The classes, turned round: from a word to the classes and values it may mean."""

    strict: frozenset[str]
    whole: dict[str, dict[str, frozenset[str]]]
    """Word or phrase to class to values."""
    begins: dict[str, dict[str, frozenset[str]]]
    """The same for the beginnings of words (``increas*``)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of one class at its place."""

    word: str
    values: frozenset[str]
    around: tuple[frozenset[str], frozenset[str]]


@cache
def _table() -> _Table:
    classes = table("facts", "agent.grounding")["classes"]
    whole: dict[str, dict[str, frozenset[str]]] = {}
    begins: dict[str, dict[str, frozenset[str]]] = {}
    for name, rule in classes.items():
        for value, words in rule["values"].items():
            for word in words:
                held = (begins if word.endswith("*") else whole).setdefault(word.rstrip("*"), {})
                held[name] = held.get(name, frozenset()) | {value}
    return _Table(frozenset(n for n, rule in classes.items() if rule.get("strict")), whole, begins)


def slots(text: Text) -> dict[str, list[Slot]]:
    """All slots of a text by class."""
    found: dict[str, list[Slot]] = {}
    for name, values, start, end in _found(text.folded):
        slot = Slot(text.folded[start:end], values, text.around(start, end))
        found.setdefault(name, []).append(slot)
    return found


def _found(folded: str) -> Iterator[tuple[str, frozenset[str], int, int]]:
    """Class, values and place of every word of the tables; of each class the longest that starts at a place."""
    table = _table()
    until: dict[str, int] = {}
    for start, end, meant in _candidates(folded, table):
        for name, values in meant.items():
            if until.get(name, -1) <= start:
                until[name] = end
                yield name, values, start, end


def _candidates(folded: str, table: _Table) -> Iterator[tuple[int, int, dict[str, frozenset[str]]]]:
    words = list(_LATIN.finditer(folded))
    for place, word in enumerate(words):
        start = word.start()
        for last in reversed(words[place : place + 4]):
            end = last.end()
            if folded[end : end + 1] != "-" and (meant := table.whole.get(folded[start:end])):
                yield start, end, meant
        reach = (
            words[place + 1].end()
            if folded[word.end() : word.end() + 1] == "-" and place + 1 < len(words)
            else word.end()
        )
        for end in range(reach, start + 2, -1):
            if meant := table.begins.get(folded[start:end]):
                yield start, max(word.end(), end), meant
    for han in _HAN.finditer(folded):
        for start in range(han.start(), han.end()):
            for end in range(min(start + 7, han.end()), start, -1):
                if meant := table.whole.get(folded[start:end]):
                    yield start, end, meant


def slot_difference(said: dict[str, list[Slot]], given: dict[str, list[Slot]], named: str) -> str:
    """Why a value of the claim is not the source's; empty when all agree.

    Args:
        named: folded text around the source (title, passage) in which a population may be named instead.
    """
    strict = _table().strict
    for name, mine in said.items():
        there = given.get(name, [])
        for slot in mine:
            same = max(
                (belonging(slot.around, o.around) for o in there if o.values & slot.values), default=-1.0
            )
            excluded = [o for o in there if not o.values & slot.values]
            other = max(excluded, key=lambda o: belonging(slot.around, o.around), default=None)
            fits = belonging(slot.around, other.around) if other else 0.0
            if same < 0 and name in strict and not slot.values & _values(name, named):
                return f"“{slot.word}” is not in the source"
            if other is not None and (same < 0 and fits >= FITS or same >= 0 and fits > same + MARGIN):
                return f"says “{slot.word}” where the source says “{other.word}”"
    return ""


def excluded(word: str, other: str) -> bool:
    """Whether two words or short phrases name values of one class that exclude each other."""
    said, given = _all_values(word), _all_values(other)
    return any(not values & given[name] for name, values in said.items() if name in given)


def _values(name: str, text: str) -> frozenset[str]:
    return _all_values(text).get(name, frozenset())


@lru_cache(maxsize=512)
def _all_values(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, values, _, _ in _found(text):
        found[name] = found.get(name, frozenset()) | values
    return found


@cache
def same_meaning() -> dict[str, frozenset[int]]:
    """English stem or Chinese string to the groups of synonyms it is in."""
    groups: dict[str, frozenset[int]] = {}
    for number, words in enumerate(table("facts", "agent.grounding")["same"]):
        for word in words:
            key = read(word).tokens[0].stem if word.isascii() else word
            groups[key] = groups.get(key, frozenset()) | {number}
    return groups
