"""One fact of a sentence swapped for another: what a careless or a made-up answer does.

What is exchanged for what is data: ``data/swaps.yaml``, and for organs ``data/names.yaml``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from agent.tables import table

Swap = Callable[[str, random.Random], str]

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.\-/])\d+(?:\.\d+)?(?![A-Za-z0-9]*[-/]?\d)(?=[\s%,.;:)）。，；、\-–~至到个次天周日年月岁小分毫克片mgk]|$)"
)
_SPELLED_EN = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def number(sentence: str, chooser: random.Random) -> str:
    """Another number in one place."""
    places = list(_NUMBER.finditer(sentence))
    if places:
        place = chooser.choice(places)
        value = float(place.group())
        other = chooser.choice([value * 2 + 1, value * 10, max(1.0, value // 2 - 1), value + 3])
        text = f"{other:.1f}" if "." in place.group() else str(int(other))
        if float(text) == value:
            text = str(int(value) + 7)
        return sentence[: place.start()] + text + sentence[place.end() :]
    words = list(re.finditer(rf"\b({'|'.join(_SPELLED_EN)})\b", sentence))
    if words:
        place = chooser.choice(words)
        other_word = chooser.choice([w for w in _SPELLED_EN if w != place.group()])
        return sentence[: place.start()] + other_word + sentence[place.end() :]
    words = list(re.finditer(r"[两三四五六七八九十]+(?=(?:个|次|天|周|小时|分钟|片|倍|年|岁|种))", sentence))
    if words:
        place = chooser.choice(words)
        other_word = chooser.choice([w for w in "两三四五六七八九十" if w not in place.group()])
        return sentence[: place.start()] + other_word + sentence[place.end() :]
    return ""


def unit(sentence: str, chooser: random.Random) -> str:
    """The unit after one number."""
    found: list[tuple[int, int, str]] = []
    for old, new in [*_pairs("units", "en"), *_pairs("units", "zh")]:
        latin = old[0].isascii() and old[0].isalpha()
        for m in re.finditer(rf"(?<=\d)\s?({re.escape(old)}){'(?![A-Za-z/])' if latin else ''}", sentence):
            if not (
                old in "年日"
                and len(sentence[: m.start()].rstrip()) >= 4
                and sentence[: m.start()][-4:].isdigit()
            ):
                found.append((m.start(1), m.end(1), new))
    return _put(sentence, found, chooser)


def frequency(sentence: str, chooser: random.Random) -> str:
    """How often."""
    return _exchanged("frequency", sentence, chooser, one_way=True)


def drug(sentence: str, chooser: random.Random) -> str:
    """One medicine for another that the sentence does not name."""
    for names in table("swaps", "agent.grounding")["drugs"].values():
        found = [
            (m.start(), m.end(), chooser.choice([n for n in names if n not in sentence.lower()]))
            for name in names
            for m in re.finditer(rf"\b{name}\b" if name.isascii() else name, sentence, re.IGNORECASE)
        ]
        if found:
            return _put(sentence, found, chooser)
    return ""


def negation(sentence: str, chooser: random.Random) -> str:
    """A "not" put in or taken out."""
    if re.search(r"[\u4e00-\u9fff]", sentence):
        for old, new in [("不能", "能"), ("不要", "要"), ("没有", "有"), ("不宜", "宜"), ("不会", "会"), ("不是", "是"), ("不需要", "需要"), ("无需", "需要"), ("避免", "推荐"), ("禁用", "可用"), ("不建议", "建议")]:  # fmt: skip
            if old in sentence:
                return sentence.replace(old, new, 1)
        for old, new in [("可以", "不可以"), ("能够", "不能够"), ("需要", "不需要"), ("应该", "不应该"), ("会", "不会"), ("建议", "不建议"), ("应", "不应"), ("可", "不可"), ("有助于", "无助于"), ("是", "不是"), ("能", "不能")]:  # fmt: skip
            m = re.search(rf"(?<![不没可无]){old}(?![能靠疗以是])", sentence)
            if m:
                return sentence[: m.start()] + new + sentence[m.end() :]
        return ""
    for old, new in [(r"\b(is|are|was|were|can|may|should|does|do|did|has|have|will|must|could) not ", r"\1 "), (r"\bcannot\b", "can"), (r"\bno (?=[a-z]+)", "some "), (r"\bdo not ", ""), (r"\bnever\b", "always"), (r"\bwithout\b", "with"), (r"n't\b", "")]:  # fmt: skip
        if re.search(old, sentence):
            return re.sub(old, new, sentence, count=1)
    places = list(
        re.finditer(
            r"\b(is|are|was|were|can|may|should|has been|have been|will|must|could|does)\b (?!not)", sentence
        )
    )
    if not places:
        return ""
    place = chooser.choice(places)
    return f"{sentence[: place.end()]}not {sentence[place.end() :]}"


def comparative(sentence: str, chooser: random.Random) -> str:
    return _exchanged("comparative", sentence, chooser)


def population(sentence: str, chooser: random.Random) -> str:
    return _exchanged("population", sentence, chooser)


def opposite(sentence: str, chooser: random.Random) -> str:
    return _exchanged("opposite", sentence, chooser)


def entity_swap(names_en: Sequence[str], names_zh: Sequence[str]) -> Swap:
    """One disease, organ, gene or acronym for another. The names come from outside (a terminology)."""
    english, chinese = frozenset(names_en), tuple(n for n in names_zh if 2 <= len(n) <= 6)

    def swap(sentence: str, chooser: random.Random) -> str:
        found: list[tuple[int, int, str]] = []
        lowered = sentence.lower()
        if re.search(r"[\u4e00-\u9fff]", sentence):
            for name in sorted((n for n in chinese if n in sentence), key=len, reverse=True)[:3]:
                start = sentence.index(name)
                other = chooser.choice(chinese)
                if other not in sentence:
                    found.append((start, start + len(name), other))
            found += _organs(sentence, sentence, "zh", chooser)
            return _put(sentence, found, chooser)
        words = list(re.finditer(r"[A-Za-z][\w-]*(?:'s)?", sentence))
        for size in (3, 2, 1):
            for first, last in zip(words, words[size - 1 :], strict=False):
                if lowered[first.start() : last.end()] in english:
                    found.append((first.start(), last.end(), chooser.choice(names_en)))
        for m in re.finditer(r"(?<!^)\b(?:[A-Z]{2,}[A-Z0-9-]*\d*|[A-Z][a-z]+\d+)\b", sentence):
            found.append((m.start(), m.end(), chooser.choice(table("swaps", "agent.grounding")["markers"])))
        found += _organs(sentence, lowered, "en", chooser)
        found = [one for one in found if one[2].lower() not in lowered]
        return _put(sentence, found, chooser)

    return swap


def _organs(sentence: str, folded: str, language: str, chooser: random.Random) -> list[tuple[int, int, str]]:
    organs = table("names", "agent.grounding")["organs"][language]["exchanged"]
    found = []
    for organ in organs:
        for m in re.finditer(rf"\b{organ}\b" if organ.isascii() else organ, folded):
            found.append((m.start(), m.end(), chooser.choice([o for o in organs if o not in folded])))
    return found


def _pairs(kind: str, language: str) -> Sequence[tuple[str, str]]:
    return [(one, other) for one, other in table("swaps", "agent.grounding")[kind][language]]


def _exchanged(kind: str, sentence: str, chooser: random.Random, *, one_way: bool = False) -> str:
    return _either(sentence, _pairs(kind, "en"), chooser, one_way=one_way) or _either(
        sentence, _pairs(kind, "zh"), chooser, one_way=one_way
    )


def _either(
    sentence: str, pairs: Sequence[tuple[str, str]], chooser: random.Random, *, one_way: bool = False
) -> str:
    found: list[tuple[int, int, str]] = []
    for one, other in pairs:
        for old, new in [(one, other)] if one_way else [(one, other), (other, one)]:
            shape = (
                rf"(?<![\w-]){re.escape(old)}(?![\w-])"
                if old[0].isascii()
                else f"(?<![不没无可]){re.escape(old)}"
            )
            found += [(m.start(), m.end(), new) for m in re.finditer(shape, sentence, re.IGNORECASE)]
    return _put(sentence, found, chooser)


def _put(sentence: str, found: Sequence[tuple[int, int, str]], chooser: random.Random) -> str:
    if not found:
        return ""
    start, end, new = chooser.choice(found)
    new = new[0].upper() + new[1:] if sentence[start].isupper() and start == 0 else new
    return sentence[:start] + new + sentence[end:]
