"""Sentence boundaries with exact offsets, for English and Chinese and text that mixes them.

The rules err towards too long a sentence: half a sentence quoted alone can say the opposite.
"""

from __future__ import annotations

import re

_STOP = re.compile(r"[。！？]+|[.!?…]+")
_CLOSERS = re.compile(r"(?:[\"'”’」』）)\]】]|\[\d+(?:\s*[,，–-]\s*\d+)*\])*")
_MARKER = re.compile(r"(?:[-*•·‣▪●○◦–—]|\(?\d{1,2}[.)、）](?!\d)|[①-⑳]|#{1,6})[ \t]*")
"""A bullet or number that opens a list line, or a Markdown heading; no part of the sentence."""
_LIST_LINE = re.compile(r"[ \t]*(?:[-*•·‣▪●○◦|]|\(?\d{1,2}[.)、）](?!\d)|[①-⑳]|#{1,6} )")
_HAN = re.compile(r"[\u3400-\u9fff]")

_NEVER = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "vs",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "al",
        "approx",
        "ca",
        "cf",
        "resp",
        "u.s",
        "u.k",
        "spp",
        "var",
    ]
)
"""Abbreviations after which a sentence goes on, whatever follows."""
_BEFORE_NUMBER = frozenset(
    [
        "no",
        "nos",
        "fig",
        "figs",
        "vol",
        "vols",
        "eq",
        "sec",
        "sect",
        "tab",
        "ref",
        "refs",
        "p",
        "pp",
        "ch",
        "art",
        "ed",
        "eds",
        "min",
        "max",
        "ver",
        "v",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ]
)
"""Abbreviations only where a number follows (``no. 5``); else ordinary words (``The answer is no.``)."""
_LETTERED = frozenset(
    [
        "vitamin",
        "hepatitis",
        "type",
        "group",
        "influenza",
        "grade",
        "stage",
        "class",
        "factor",
        "protein",
        "plan",
        "part",
        "immunoglobulin",
        "category",
        "level",
        "phase",
        "child-pugh",
    ]
)
"""Words whose single letter ends the phrase (``hepatitis B.``) and is no initial."""


def sentences(text: str, language: str = "") -> list[tuple[int, int]]:
    """Start and end of every sentence, in order, without overlap; ``text[start:end]`` is the sentence.

    Bullets and list numbers in front are left out. ``language`` (``en``, ``zh`` or empty) only decides
    whether a line break inside running text ends a sentence: in Chinese it does, in English it may be a wrap.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for end in boundaries(text, language):
        start, stop = _trim(text, begin, end)
        if any(c.isalnum() for c in text[start:stop]):
            spans.append((start, stop))
        begin = end
    return spans


def boundaries(text: str, language: str = "") -> list[int]:
    """Offsets after which a new sentence starts, the end of the text included; together they cover it."""
    ends: set[int] = {len(text)} if text else set()
    for match in _STOP.finditer(text):
        closers = _CLOSERS.match(text, match.end())
        end = closers.end() if closers else match.end()
        if end < len(text) and _ends_sentence(text, match, end):
            ends.add(end)
    at = text.find("\n")
    while at >= 0:
        if _line_ends_sentence(text, at, language):
            ends.add(at + 1)
        at = text.find("\n", at + 1)
    return sorted(ends)


def _ends_sentence(text: str, match: re.Match[str], end: int) -> bool:
    stop, following = match.group(), text[end]
    if stop[0] in "。！？":
        return True
    if _HAN.match(following):  # a Latin stop typed between Chinese characters
        before = text[match.start() - 1 : match.start()]
        return stop[0] in "!?" or bool(stop == "." and _HAN.match(before))
    if not following.isspace():
        return False
    rest = text[end : end + 40].lstrip()
    if not rest:
        return False
    if stop[0] in "!?":
        return True
    if rest[0].islower():
        return False
    return stop != "." or not _is_abbreviation(text, match.start(), rest)


def _is_abbreviation(text: str, at: int, rest: str) -> bool:
    """Whether the full stop at ``at`` belongs to an abbreviation or an initial."""
    line = text[max(0, at - 60) : at].rsplit("\n", 1)[-1]
    if re.fullmatch(r"\s*\(?\d{1,2}", line):  # the number of a list line
        return True
    words = line.split()
    word = words[-1].lstrip("(\"'“‘[") if words else ""
    lower = word.lower()
    if lower in _NEVER:
        return True
    if lower in _BEFORE_NUMBER:
        return rest[0].isdigit()
    if len(word) == 1 and word.isalpha() and word.isupper():
        before = words[-2].lower() if len(words) > 1 else ""
        return word != "I" and before not in _LETTERED
    return False


def _line_ends_sentence(text: str, at: int, language: str) -> bool:
    """Whether the line break at ``at`` separates sentences, or only wraps a line."""
    if at + 1 >= len(text):
        return False
    if text[at + 1] == "\n" or text[at - 1 : at] == "\n" or language == "zh":
        return True
    start = text.rfind("\n", 0, at) + 1
    line, following = text[start:at].rstrip(), text[at + 1 : at + 80]
    if (
        not line
        or line[-1] in ".!?:;。！？：；…"
        or _LIST_LINE.match(following)
        or line.lstrip().startswith(("|", "#"))
    ):
        return True
    if _HAN.search(line[-1:]) and _HAN.search(following[:1]):
        return len(line) < 30
    first = following.lstrip()[:1]
    # A short line before a capital is a heading or a table cell; wrapped prose lines are long.
    return len(line) < 50 and not first.islower()


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    marker = _MARKER.match(text, start, end)
    if marker and marker.end() < end and (marker.group()[-1] in " \t" or marker.group()[0] not in "-–—*#·"):
        start = marker.end()
    return start, end
