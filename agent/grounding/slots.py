"""Values that exclude each other (``data/facts.yaml``): more and less, left and right, adults and children, a day and a week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from agent.grounding.text import Text, belonging, read

_LATIN = re.compile(r"[a-z/]")
MARGIN = 0.25
"""How much better another value must fit the neighbourhood before the same value elsewhere does not count."""
FITS = 0.45
"""Neighbourhood of an excluded value that fits well enough to call the claim a swap of it."""


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
    strict: bool
    pattern: re.Pattern[str]
    values: dict[str, tuple[str, ...]]
    """Word to the values it may mean."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of one class at its place."""

    word: str
    values: frozenset[str]
    around: tuple[frozenset[str], frozenset[str]]


@cache
def tables() -> dict[str, Any]:
    raw = resources.files("agent.grounding").joinpath("data", "facts.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(raw, yaml.CSafeLoader)
    return loaded


@cache
def _classes() -> tuple[_Class, ...]:
    return tuple(
        _compiled(name, rule.get("strict", False), rule["values"])
        for name, rule in tables()["classes"].items()
    )


def _compiled(name: str, strict: bool, values: dict[str, list[str]]) -> _Class:
    shapes: list[tuple[str, str]] = [(word, value) for value, words in values.items() for word in words]
    shapes.sort(key=lambda one: -len(one[0]))
    means: dict[str, tuple[str, ...]] = {}
    for word, value in shapes:
        means[word] = (*means.get(word, ()), value)
    parts = []
    for word in means:
        if not _LATIN.match(word):
            parts.append(re.escape(word))
        elif word.endswith("*"):
            parts.append(rf"(?<![a-z]){re.escape(word[:-1])}[a-z]*")
        else:
            parts.append(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z-])")
    return _Class(name, strict, re.compile("|".join(f"({part})" for part in parts)), means)


def slots(text: Text) -> dict[str, list[Slot]]:
    """All slots of a text by class."""
    found: dict[str, list[Slot]] = {}
    for one in _classes():
        words = list(one.values)
        for match in one.pattern.finditer(text.folded):
            word = words[(match.lastindex or 1) - 1]
            slot = Slot(match.group(), frozenset(one.values[word]), text.around(match.start(), match.end()))
            found.setdefault(one.name, []).append(slot)
    return found


def slot_difference(
    said: dict[str, list[Slot]], given: dict[str, list[Slot]], named: str
) -> str:
    """Why a value of the claim is not the source's; empty when all agree.

    Args:
        named: folded text around the source (title, passage) in which a population may be named instead.
    """
    for one in _classes():
        for slot in said.get(one.name, ()):
            there = given.get(one.name, [])
            same = max((belonging(slot.around, o.around) for o in there if o.values & slot.values), default=-1.0)
            excluded = [o for o in there if not o.values & slot.values]
            other = max(excluded, key=lambda o: belonging(slot.around, o.around), default=None)
            fits = belonging(slot.around, other.around) if other else 0.0
            if same < 0 and one.strict and not _named(one, slot, named):
                return f"“{slot.word}” is not in the source"
            if other is not None and (same < 0 and fits >= FITS or same >= 0 and fits > same + MARGIN):
                return f"says “{slot.word}” where the source says “{other.word}”"
    return ""


def _named(one: _Class, slot: Slot, named: str) -> bool:
    return bool(slot.values & _values(one, named))


def excluded(word: str, other: str) -> bool:
    """Whether two words or short phrases name values of one class that exclude each other."""
    return any(
        (said := _values(one, word)) and (given := _values(one, other)) and not said & given for one in _classes()
    )


def _values(one: _Class, text: str) -> frozenset[str]:
    words = list(one.values)
    return frozenset(
        value
        for match in one.pattern.finditer(text)
        for value in one.values[words[(match.lastindex or 1) - 1]]
    )


@cache
def same_meaning() -> dict[str, frozenset[int]]:
    """English stem or Chinese string to the groups of synonyms it is in."""
    groups: dict[str, frozenset[int]] = {}
    for number, words in enumerate(tables()["same"]):
        for word in words:
            key = read(word).tokens[0].stem if word.isascii() else word
            groups[key] = groups.get(key, frozenset()) | {number}
    return groups
