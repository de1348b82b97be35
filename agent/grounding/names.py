"""Names that a claim may not bring in: medicines, diseases, organs, genes, places; whatever the source does not name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agent.grounding.text import fold
from agent.tables import table

_CAPITAL = re.compile(
    r"(?<![.!?:]\s)(?<!^)(?<![\w-])([A-Z][a-z]{3,}|[A-Za-z]*[A-Z]{2,}[A-Za-z0-9]*(?:-[A-Z0-9]+)*|[A-Za-z]+-?\d+[A-Za-z0-9]*)(?![\w])"
)
_FIRST = re.compile(r"^[A-Z]{2,}[A-Z0-9-]*\b")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*")


@cache
def _endings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words that end like the name of a medicine or a disease, in English and in Chinese."""
    english, chinese = (
        "|".join(table("names", "agent.grounding")["endings"][language]) for language in ("en", "zh")
    )
    return re.compile(rf"\b[a-z]+(?:{english})s?\b"), re.compile(rf"[\u4e00-\u9fff]{{2}}(?:{chinese})")


@cache
def _organs(language: str) -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """What finds an organ in a claim, and by organ what finds it in a source under any of its names."""
    groups = table("names", "agent.grounding")["organs"][language]
    organs = {**groups["exchanged"], **groups["further"]}
    edge = r"\b" if language == "en" else ""
    named = {organ: re.compile(rf"{edge}(?:{'|'.join([organ, *also])})") for organ, also in organs.items()}
    return re.compile(rf"{edge}(?:{'|'.join(organs)}){edge}"), named


@cache
def _also() -> dict[str, frozenset[str]]:
    """Names of the handbook's conditions, medicines, tests and symptoms, and what else each is called."""
    from retrieval.handbook.outline import load_outline

    outline = load_outline()
    also: dict[str, set[str]] = {}
    called = [(one.en, one.zh, *one.other_en, *one.other_zh) for one in (*outline.cards, *outline.symptoms)]
    for group in (*called, *table("facts", "agent.grounding")["medicines"]):
        names = {fold(n) for n in group if len(n) > 1}
        for name in names:
            if (not name.isascii() or len(name) > 3) and not name.startswith(("a ", "the ", "an ")):
                also.setdefault(name, set()).update(names)
    return {name: frozenset(names) for name, names in also.items()}


def known_names(folded: str) -> Iterator[tuple[int, str]]:
    """Longest names of the handbook in a folded text with their places, from left to right."""
    also = _also()
    if _HAN.search(folded):
        at = 0
        while at < len(folded):
            size = next(
                (n for n in range(min(12, len(folded) - at), 1, -1) if folded[at : at + n] in also), 0
            )
            if size and _HAN.match(folded[at]):
                yield at, folded[at : at + size]
            at += size or 1
        return
    words = list(_WORD.finditer(folded))
    at = 0
    while at < len(words):
        for size in range(min(5, len(words) - at), 0, -1):
            name = folded[words[at].start() : words[at + size - 1].end()]
            if name in also or name.rstrip("s") in also:
                yield words[at].start(), name
                break
        else:
            size = 1
        at += size


def other_names(name: str) -> frozenset[str]:
    """What else the handbook calls it, itself included; empty for an unknown name."""
    return _also().get(name) or _also().get(name.rstrip("s"), frozenset())


def strange_name(claim: str, source: str) -> str:
    """The first name of ``claim`` that ``source`` (quote and title) has under none of its names; else empty."""
    folded, known = fold(claim), fold(source)
    for match in _CAPITAL.finditer(claim):
        if not _has(fold(match.group()), known):
            return match.group()
    if (first := _FIRST.match(claim)) and not _has(fold(first.group()), known):
        return first.group()
    for _, name in known_names(folded):
        others = other_names(name)
        if not _has(name, known) and not any(other in known for other in others):
            return name
    english, chinese = _endings()
    for match in english.finditer(folded):
        if not _has(match.group(), known):
            return match.group()
    for match in chinese.finditer(folded):
        if match.group()[-3:] not in known:
            return match.group()
    for language in ("en", "zh"):
        organ, named = _organs(language)
        for match in organ.finditer(folded):
            if not named[match.group()].search(known):
                return match.group()
    return ""


def _has(name: str, known: str) -> bool:
    """A name counts as there in another ending (``migraines``), with or without its hyphen, or word by word."""
    if name in known:
        return True
    flat = known.replace("-", "").replace(" ", "")
    bare = name.replace("-", "").replace(" ", "")
    if bare in flat:
        return True
    if name.isascii() and len(bare) > 5:
        if bare[:-1] in flat or bare.removesuffix("es") in flat:
            return True
        stem = bare[: max(5, len(bare) - 3)]
        if " " not in name and stem in flat:
            return True
        return " " in name and all(word[: max(4, len(word) - 2)] in known for word in name.split())
    return not name.isascii() and len(name) > 2 and all(c in known for c in name)
