"""The parts of a sentence that must not change between a source and a claim: numbers, units, negation."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "twelve": "12", "half": "0.5", "twice": "2", "once": "1",
    "一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9", "十": "10", "半": "0.5",
}  # fmt: skip
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])\d+(?:[.,]\d+)*")
_SPELLED = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|twice|once)\b(?=[\s-]+(?:\w+[\s-]+)?(?:hours?|days?|weeks?|months?|years?|times|minutes?|doses?|tablets?|in|out|of|a)\b)"
    r"|[一二两三四五六七八九十半](?=(?:个|次|天|周|日|年|小时|分钟|片|倍|成))",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?<=[\d\s])(mg/dl|mmol/l|mcg|µg|μg|mg|kg|ml|mmhg|iu|units?|%|percent|°c|°f|hours?|days?|weeks?|months?|years?|minutes?)(?![a-z])"
    r"|毫克|微克|毫升|公斤|千克|毫摩尔|毫米汞柱|小时|分钟|天|周|个月|年|岁|％",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|without|cannot|neither|nor|avoid|unlikely|rarely|contraindicated|don['’]t|doesn['’]t|didn['’]t|isn['’]t|aren['’]t|can['’]t|won['’]t|shouldn['’]t|mustn['’]t|wasn['’]t|weren['’]t|haven['’]t|hasn['’]t)\b"
    r"|不(?!适|舒服|同|断|久|良|全|足|孕|整)|没有|没|无(?!论)|禁|勿|避免|未|别(?=[再去吃用])",
    re.IGNORECASE,
)
_ALIASES = {"percent": "%", "％": "%", "μg": "mcg", "µg": "mcg", "毫克": "mg", "微克": "mcg", "毫升": "ml", "公斤": "kg", "千克": "kg", "毫米汞柱": "mmhg"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    numbers: frozenset[str]
    units: frozenset[str]
    negations: int


def facts_of(text: str) -> Facts:
    """Numbers (digits and the commonest words for them), units and the count of negations."""
    numbers = {_plain(match) for match in _NUMBER.findall(text)}
    numbers |= {_WORD_NUMBERS[match.group().lower()] for match in _SPELLED.finditer(text)}
    units = {_unit(match.group()) for match in _UNIT.finditer(text)}
    return Facts(frozenset(numbers), frozenset(units), len(_NEGATION.findall(text)))


def _plain(number: str) -> str:
    """``1,500`` and ``1500.0`` are the same number."""
    digits = (
        number.replace(",", "")
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number)
        else number.replace(",", ".")
    )
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    return f"{int(whole)}.{fraction}" if fraction else str(int(whole))


def _unit(unit: str) -> str:
    lowered = unit.lower()
    lowered = _ALIASES.get(lowered, lowered)
    return lowered[:-1] if lowered.endswith("s") and len(lowered) > 3 else lowered


def disagreement(claim: str, source: str) -> str:
    """Why ``claim`` says something else than ``source``; empty when the facts agree.

    Numbers of the claim must stand in the source; a unit beside a number likewise; and one of the two
    being negated while the other is not is a contradiction.
    """
    said, given = facts_of(claim), facts_of(source)
    if missing := said.numbers - given.numbers:
        return f"number {', '.join(sorted(missing))} is not in the source"
    if said.numbers and (wrong := said.units - given.units):
        return f"unit {', '.join(sorted(wrong))} is not in the source"
    if bool(said.negations) != bool(given.negations):
        return "negation differs from the source"
    return ""
