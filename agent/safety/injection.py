"""Attempts to change who the agent is or to read its instructions, in messages and inside documents.

Signals with weights (``data/injection.yaml``). No rule here is the last line: passages reach a model only as
delimited data, and every sentence it writes must still be grounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agent.safety.scope import outside
from agent.safety.wording import Pattern, compiled, fold, pattern
from agent.tables import table

THRESHOLD = 2
_SENTENCE = re.compile(r"[^.!?\n。！？]+(?:[.!?。！？](?!\s|$)[^.!?\n。！？]+)*[.!?。！？]*[\"'”’)]*")

# A question or a task about something else than health has no place in a health document.
_ASKS = re.compile(
    r"(?:what|who|how|why|explain|describe|break down|provide|give|tell|translate|write)\b|请|写|解释|翻译"
)


@cache
def _signals() -> tuple[tuple[str, int, Pattern, str], ...]:
    """Name, weight, pattern, and a regex of words that are read past ("my leaflet says to ignore the old dose")."""
    return tuple(
        (s["id"], s["weight"], pattern(s, {}), s.get("unless", ""))
        for s in table("injection", "agent.safety")["signals"]
    )


@cache
def _planted() -> tuple[Pattern, ...]:
    return tuple(pattern(p, {}) for p in table("injection", "agent.safety")["planted"])


def injected(text: str) -> str | None:
    """Names of the signals that together make a message an injection, or ``None``."""
    folded = fold(text).text
    found: list[str] = []
    total = 0
    for name, weight, signal, unless in _signals():
        if signal.search(folded) and (not unless or signal.search(compiled(unless).sub(" ", folded))):
            found.append(name)
            total += weight
            if total >= THRESHOLD:
                return ", ".join(found)
    return None


def scan_passage(text: str) -> bool:
    """Whether a document contains orders to whoever answers ("ignore previous instructions …")."""
    return next(planted_sentences(text), None) is not None


def planted_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences of a document that are orders and must never be quoted as advice."""
    folded = fold(text)
    possible = [planted for planted in _planted() if planted.possible(folded.text)]
    for sentence in _SENTENCE.finditer(folded.text):
        start, end = sentence.span()
        words = sentence.group().strip()
        if any(planted.search(words) for planted in possible) or _ASKS.match(words) and outside(words):
            if folded.offsets:
                start, end = folded.offsets[start], folded.offsets[end - 1] + 1
            yield start, end
