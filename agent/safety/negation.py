"""How far a "no" reaches, in lists and over commas, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.safety.patterns import Match
from agent.safety.spans import Spans, within
from agent.safety.tokens import Token

# A list item after a comma still belongs to a "no ..." unless it starts a statement of its own.
_OWN_WORDS = (
    "i im ive id my he she it its there theres have has had got getting feel feels feeling is are was "
    "were am started keeps keep hurts cant but just now very severe bad worst crushing sudden "
    "suddenly terrible intense awful throwing "
)
_OWN_STATEMENT = frozenset(_OWN_WORDS.split())
_LISTERS = frozenset({"no", "without", "denies", "denied", "negative", "zero", "never", "not", "neither"})
"""Cues whose list may go on without an "or" ("no fever, cough, rash"); "haven't slept, vomiting" is no list."""
_WEAK_REACH = 3
"""How many tokens a bare 不 reaches."""
_NO_REACH = 12
"""How many tokens 没有, "no" or "denies" reach without meeting the end of their clause."""


def denied(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> dict[int, set[int]]:
    """Every token that is denied, with the cues (by token) that deny it."""
    denied: dict[int, set[int]] = {}
    pseudo = cues.get("not_a_denial", ())
    ends = {m.start for m in cues.get("contrast", ())}
    for name in ("denial", "weak_denial", "strong_denial"):
        for match in cues.get(name, ()):
            if not within(match, pseudo):
                reach = _WEAK_REACH if name == "weak_denial" else _NO_REACH
                for i in _reach(spans, match, ends, reach, strong=name == "strong_denial"):
                    denied.setdefault(i, set()).add(match.start)
    for name, back in (("denied_before", 6), ("denied_just_before", 3)):
        for match in cues.get(name, ()):
            if any(one.start <= match.start and match.end <= one.end for one in pseudo):
                continue  # "the test is negative" denies no symptom
            for i in spans.clause(match.start):
                if match.start - back <= i < match.start:
                    denied.setdefault(i, set()).add(match.start)
    return denied


def _reach(spans: Spans, cue: Match, ends: set[int], reach: int, *, strong: bool) -> set[int]:
    tokens = spans.tokens
    listing = strong or (cue.start == min(spans.sentence(cue.start)) and tokens[cue.start].text in _LISTERS)
    reached: set[int] = set()
    i, left = cue.end, reach
    while i < len(tokens):
        token = tokens[i]
        if token.kind == "stop" or i in ends or left == 0:
            break
        if token.kind == "comma" and token.text not in "、/":
            if not _list_goes_on(spans, i, ends, listing):
                break
            left = reach
        elif token.text == "and" and not strong and not _next_is(tokens, i, ("no", "or")):
            break
        elif token.kind != "comma":
            left -= 1
        reached.add(i)
        i += 1
    return reached


def _next_is(tokens: Sequence[Token], position: int, words: Sequence[str]) -> bool:
    return position + 1 < len(tokens) and tokens[position + 1].text in words


def _list_goes_on(spans: Spans, comma: int, ends: set[int], listing: bool) -> bool:
    """Whether "no fever, cough, or rash" still denies after this comma."""
    tokens = spans.tokens
    if comma + 1 >= len(tokens) or tokens[comma + 1].kind not in ("word", "comma"):
        return False
    rest = []
    for i in range(comma + 1, len(tokens)):
        if tokens[i].kind == "stop" or i in ends or spans.sentences[i] != spans.sentences[comma]:
            break
        rest.append(tokens[i].text)
    piece: list[str] = []
    closed_by_or = bool(rest) and rest[0] in ("or", "nor")
    for word in rest:
        if word in _OWN_STATEMENT:
            return closed_by_or and not set(piece[:3]) & _OWN_STATEMENT and bool(piece)
        if word in ("or", "nor"):
            closed_by_or = True
        piece.append(word)
    return closed_by_or or (listing and len(rest) <= 12)
