"""A message as tokens: English words, single Chinese characters, numbers and marks, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?<![a-z])[a-z]/[a-z](?![a-z])|[a-zà-ÿ]+(?:'[a-z]+)*|\d+(?:\.\d+)?|[\u3400-\u9fff]|[.!?。！？\n]+|[^\s'\"“”‘’`*_~<>|&-]"
)
_STOP = frozenset(".!?。！？\n")
_COMMA = frozenset(",，、;；:：…()（）/—")
_FILLER_WORDS = (
    "a an the my his her our your their its this that these those of in on at to from with is are was "
    "were be been am i im ive he she it we me him hes shes has have had having get getting got really "
    "very quite so pretty bit little kind sort just like all some also too even up out down and his "
    "hers s t then right left side both into over 的 了 着 很 是 有 我 你 他 她 它 们 里 呢 啊 吧 呀 都 还 也 在 就 又 点 些 一 "
    "个 这 那 这个 自 己 到 往 得 地 好 像 感 觉 和 跟 "
)
FILLERS = frozenset(_FILLER_WORDS.split())
"""Words that cost nothing inside a gap."""
_NEGATOR_WORDS = "no not never without dont doesnt didnt isnt arent wasnt hasnt havent 不 没 无 未 "
NEGATORS = frozenset(_NEGATOR_WORDS.split())
"""Words that deny a symptom when they stand inside its phrase ("my chest does not hurt")."""


class Token(NamedTuple):
    text: str
    start: int
    end: int
    kind: str
    """``word`` (English), ``han``, ``number``, ``comma``, ``stop`` or ``mark``."""


def normalise(text: str, table: Mapping[int, str]) -> str:
    """Lower case, simplified characters, half-width forms; every offset stays where it was."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered.translate(table)


def tokenise(text: str) -> list[Token]:
    """Tokens of normalised text, with offsets into it."""
    tokens = []
    for match in _TOKEN.finditer(text):
        raw = match.group()
        first = raw[0]
        if "\u3400" <= first <= "\u9fff":
            kind = "han"
        elif first in _STOP:
            kind = "stop"
        elif first.isdigit():
            kind = "number"
        elif first in _COMMA:
            kind = "comma"
        elif first.isalpha():
            kind, raw = "word", raw.replace("'", "")
        else:
            kind = "mark"
        tokens.append(Token(raw, match.start(), match.end(), kind))
    return tokens


_SIDES = {"l": "left", "lt": "left", "r": "right", "rt": "right"}
_SIDED = frozenset(
    [
        "arm",
        "leg",
        "hand",
        "foot",
        "side",
        "eye",
        "ear",
        "face",
        "calf",
        "thigh",
        "hip",
        "knee",
        "shoulder",
        "chest",
        "flank",
        "breast",
        "testicle",
        "arms",
        "legs",
        "hemiparesis",
        "hemiplegia",
        "sided",
        "lower",
        "upper",
        "ankle",
        "wrist",
        "elbow",
        "kidney",
        "loin",
        "neck",
        "jaw",
        "iliac",
        "facial",
    ]
)


def expand(tokens: Sequence[Token], shorthand: Mapping[str, tuple[str, ...]]) -> list[Token]:
    """Clinicians' shorthand in full words ("RLQ", "c/o SOB", "L arm"), each at the place of the abbreviation."""
    full: list[Token] = []
    for i, token in enumerate(tokens):
        words = shorthand.get(token.text) if token.kind == "word" else None
        if words is not None:
            full.extend(token._replace(text=word) for word in words)
        elif token.text in _SIDES and i + 1 < len(tokens) and tokens[i + 1].text in _SIDED:
            full.append(token._replace(text=_SIDES[token.text]))
        else:
            full.append(token)
    return full


@cache
def stem(word: str) -> str:
    """A light English stem: enough for hurts, hurting, swelled, vomitting to meet their base form."""
    if len(word) <= 3 or not word.isascii():
        return word
    for suffix in ("ing", "ed", "es", "s"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: -len(suffix)]
            if suffix in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if word.endswith("i"):
        word = word[:-1] + "y"
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
