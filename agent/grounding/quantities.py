"""Numbers with their units, in digits and in words, and what they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.grounding.text import Text, belonging

_WORDS = {w: float(n) for n, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"])} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0, "hundred": 100.0, "half": 0.5, "twice": 2.0, "once": 1.0}  # fmt: skip
_HAN = {h: float(n) for n, h in enumerate("零一二三四五六七八九")} | {"两": 2.0, "半": 0.5}
_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mass", 1), "毫克": ("mass", 1), "milligram": ("mass", 1), "mcg": ("mass", 1e-3), "μg": ("mass", 1e-3), "µg": ("mass", 1e-3), "ug": ("mass", 1e-3), "微克": ("mass", 1e-3),
    "g": ("mass", 1e3), "gram": ("mass", 1e3), "克": ("mass", 1e3), "kg": ("mass", 1e6), "公斤": ("mass", 1e6), "千克": ("mass", 1e6), "斤": ("mass", 5e5),
    "ml": ("volume", 1), "毫升": ("volume", 1), "l": ("volume", 1e3), "升": ("volume", 1e3), "litre": ("volume", 1e3), "liter": ("volume", 1e3),
    "mmol/l": ("molar", 1), "mg/dl": ("massconc", 1), "mmhg": ("mmhg", 1), "毫米汞柱": ("mmhg", 1), "iu": ("iu", 1), "kpa": ("kpa", 1),
    "%": ("percent", 1), "percent": ("percent", 1), "per cent": ("percent", 1), "per thousand": ("permille", 1), "°c": ("celsius", 1), "℃": ("celsius", 1), "度": ("celsius", 1), "°f": ("fahrenheit", 1),
    "minute": ("time", 1 / 60), "min": ("time", 1 / 60), "分钟": ("time", 1 / 60), "second": ("time", 1 / 3600), "秒": ("time", 1 / 3600),
    "hour": ("time", 1), "hr": ("time", 1), "h": ("time", 1), "小时": ("time", 1), "个小时": ("time", 1), "day": ("time", 24), "天": ("time", 24), "日": ("time", 24), "week": ("time", 168), "周": ("time", 168), "星期": ("time", 168), "个星期": ("time", 168),
    "month": ("months", 1), "个月": ("months", 1), "月": ("months", 1), "year": ("months", 12), "yr": ("months", 12), "年": ("months", 12), "岁": ("months", 12), "周岁": ("months", 12),
    "time": ("times", 1), "次": ("times", 1), "fold": ("fold", 1), "倍": ("fold", 1), "tablet": ("tablet", 1), "片": ("tablet", 1), "capsule": ("tablet", 1), "粒": ("tablet", 1), "盒": ("box", 1),
    "beat": ("beats", 1), "breath": ("breaths", 1), "drink": ("drinks", 1), "calorie": ("kcal", 1), "kcal": ("kcal", 1), "ng/ml": ("ng/ml", 1), "g/l": ("g/l", 1), "g/dl": ("g/dl", 1), "μmol/l": ("μmol/l", 1), "umol/l": ("μmol/l", 1),
    "cm": ("length", 10), "mm": ("length", 1), "厘米": ("length", 10), "毫米": ("length", 1),
}  # fmt: skip
_UNIT = "|".join(re.escape(one) for one in sorted(_UNITS, key=len, reverse=True) if one[0].isascii())
_HAN_UNIT = "|".join(re.escape(one) for one in sorted(_UNITS, key=len, reverse=True) if not one[0].isascii())
_AFTER = re.compile(rf"[ -]?(?:({_UNIT})s?(?![a-z])|({_HAN_UNIT}))")
_JOINED = re.compile(r"\s?(?:-|–|—|~|to|and|or|,|、|至|到|或)\s?(?=\d|[一二两三四五六七八九十])")
_NUMBER = re.compile(
    r"(?<![a-z0-9_.])\d+(?:[.,]\d+)*(?![a-z]*\d)"
    r"|\b(?:" + "|".join(_WORDS) + r")\b"
    r"|[零一二两三四五六七八九十百半]+(?=个|次|天|周|日|年|月|岁|小时|分钟|秒|片|粒|倍|成|种|型|期|级|度|支|克|毫|周岁|大|类|项|点|到|至|、)"
)
_IDIOM = re.compile(r"\bone (?:of|or|another)\b|\bonce (?!a|per|daily|every|weekly|in)|一(?=种|个|次|些|点|定|般|大|类|项|、)|半(?=年|点)$")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, its value in the unit's base, and the kind of unit ("" where it has none)."""

    written: str
    number: float
    value: float
    kind: str
    unit: str
    around: tuple[frozenset[str], frozenset[str]]
    digits: bool


def quantities(text: Text) -> list[Quantity]:
    """All quantities in order. A number of a range or list without a unit has the unit of the next one."""
    raw: list[tuple[re.Match[str], float, str, int]] = []
    for match in _NUMBER.finditer(text.folded):
        if _IDIOM.match(text.folded, match.start()):
            continue
        number = _value(match.group())
        if number is None:
            continue
        unit = _AFTER.match(text.folded, match.end())
        named = unit.group(1) or unit.group(2) if unit else ""
        raw.append((match, number, named, unit.end() if unit else match.end()))
    found: list[Quantity] = []
    following = (-1, "")
    for match, number, named, end in reversed(raw):
        joint = _JOINED.match(text.folded, match.end())
        if not named and joint and joint.end() == following[0]:
            named = following[1]
        following = (match.start(), named)
        kind, factor = _UNITS.get(named, ("", 1.0))
        found.append(
            Quantity(
                text.folded[match.start() : end], number, round(number * factor, 6), kind, named,
                text.around(match.start(), end), match.group()[0].isdigit(),
            )
        )  # fmt: skip
    return found[::-1]


def _value(word: str) -> float | None:
    if word in _WORDS:
        return _WORDS[word]
    if word[0].isdigit():
        plain = (
            word.replace(",", "")
            if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word)
            else word.replace(",", ".")
        )
        try:
            return float(plain)
        except ValueError:
            return None
    return _han_value(word)


def _han_value(word: str) -> float | None:
    """``十二`` 12, ``二十`` 20, ``两百`` 200, ``半`` 0.5; a list such as ``三四`` is no number."""
    total, digit = 0.0, None
    for character in word:
        if character in _HAN:
            if digit is not None:
                return None
            digit = _HAN[character]
        else:
            total += (digit if digit is not None else 1.0) * (10 if character == "十" else 100)
            digit = None
    return total + (digit or 0.0)


MARGIN = 0.3
"""How much better a different number must fit the neighbourhood before the same number elsewhere does not count."""


def quantity_difference(said: list[Quantity], given: list[Quantity]) -> str:
    """Why a number of the claim is not the source's; empty when all are."""
    for one in said:
        same = [other for other in given if _agree(one, other)]
        if not same:
            if any(other.number == one.number for other in given):
                return f"unit of {one.written} is not the source's"
            return f"number {one.written} is not in the source"
        rivals = [
            other for other in given if not _agree(one, other) and (other.kind == one.kind or not other.kind)
        ]
        best = max(belonging(one.around, other.around) for other in same)
        rival = max((belonging(one.around, other.around) for other in rivals), default=0.0)
        if rival > best + MARGIN:
            return f"number {one.written} belongs to something else in the source"
    return ""


def _agree(one: Quantity, other: Quantity) -> bool:
    if one.kind and other.kind:
        return one.kind == other.kind and abs(one.value - other.value) < 1e-6 * max(1.0, one.value)
    return one.number == other.number
