"""Plain measures of a text: does it say a phrase, how hard is it to read, does it name a dose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from eval.schema.expectation import is_pattern
from retrieval.sentences import sentences

_SPACE = re.compile(r"\s+")
_TYPED = str.maketrans("’‘“”‐‑–—", "''\"\"----")
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_VOWELS = re.compile(r"[aeiouy]+")
_MARKUP = re.compile(r"\[\d+(?:,\s*\d+)*\]|\*\*|^#+\s*|^\s*[-*]\s+", re.MULTILINE)
_AMOUNT = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|half an?)"
_DOSE = re.compile(
    rf"\b(?:take|takes|taking|give|use|inject|swallow|start|dose|dosage|up to|maximum|recommended)\b[^.;!?\n]{{0,60}}?\b{_AMOUNT}[ -]?"
    r"(?:mg|milligrams?|mcg|micrograms?|g|grams?|ml|units?|iu|tablets?|pills?|capsules?|drops?|puffs?)\b(?!\s?/\s?d?l\b)(?!\s+of\s+(?:water|fluids?|salt|sugar|fib|sodium\s+(?:a|per|each)\b))"
    rf"|\b{_AMOUNT}[ -]?(?:mg|mcg|ml|tablets?|pills?|capsules?|puffs?)\b(?!\s?/\s?d?l\b)[^.;!?\n]{{0,30}}\b(?:(?<!at )once|twice|(?:\d|three|four) times|every|daily|a day|per day|at bedtime)"
    r"|\b\d+(?:\.\d+)?\s?(?:mg|mcg|ml|units)\s?(?:/|per)\s?(?:kg|day|dose)\b"
    r"|(?:每次|一次|每日|每天|一日|一天|服用?|口服|剂量为?)[^。；，\n]{0,10}?(?:\d+(?:\.\d+)?|半|一|两|三)\s?(?:毫克|mg|微克|毫升|ml|片|粒|颗|丸|袋|单位)(?!的?(?:水|温水))",
    re.IGNORECASE,
)


_FOOD = re.compile(
    r"\d\s?m?g\s+of\s+(?:salt|sugars?|fib(?:re|er)|fat|sodium\s+(?:a|per|each))\b", re.IGNORECASE
)
"""Had by the gram and no medicine: "up to 5 g of salt a day, less than 5 g for …"."""


def fold(text: str) -> str:
    """Lower case, one kind of quotes and dashes, single spaces, full-width letters narrowed."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).translate(_TYPED)).casefold()


def says(text: str, phrase: Iterable[str]) -> str | None:
    """The first synonym of ``phrase`` that ``text`` holds, or ``None``. ``/…/`` is a regular expression."""
    folded = fold(text)
    for one in phrase:
        if is_pattern(one):
            if _pattern(one[1:-1]).search(text):
                return one
        elif fold(one) in folded:
            return one
    return None


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def plain(text: str) -> str:
    """The text without citation marks and Markdown."""
    return _MARKUP.sub("", text)


def sentence_texts(text: str, language: str) -> list[str]:
    """The sentences of a reply; a line of a list is one too."""
    found = []
    for line in plain(text).splitlines():
        found += [line[start:end].strip() for start, end in sentences(line, language)]
    return [one for one in found if one]


def reading_ease(text: str) -> float | None:
    """Flesch reading ease of an English text (Flesch 1948: 60 to 70 is plain English); ``None`` for too few words."""
    said = plain(text)
    words = _WORD.findall(said)
    parts = sentence_texts(text, "en")
    if len(words) < 20 or not parts:
        return None
    syllables = sum(_syllables(word) for word in words)
    return 206.835 - 1.015 * len(words) / len(parts) - 84.6 * syllables / len(words)


def _syllables(word: str) -> int:
    lowered = word.lower()
    count = len(_VOWELS.findall(lowered))
    if lowered.endswith("e") and not lowered.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(count, 1)


def sentence_length(text: str, language: str) -> float | None:
    """Words (Chinese: characters) a sentence, on average."""
    parts = sentence_texts(text, language)
    if not parts:
        return None
    unit = _HAN if language == "zh" else _WORD
    return sum(len(unit.findall(part)) for part in parts) / len(parts)


def dose(text: str) -> str | None:
    """The words that name an amount of a medicine to take, or ``None``."""
    for found in _DOSE.finditer(text):
        if not _FOOD.search(found.group()):
            return found.group().strip()
    return None
