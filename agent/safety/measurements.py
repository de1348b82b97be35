"""Numbers with a meaning: temperature, blood pressure, oxygen, pulse, glucose, haemoglobin, age, pregnancy, duration.

Values are normalised: °C, mmHg, %, beats a minute, mmol/L (glucose), g/dL (haemoglobin), days (age), weeks
(pregnancy), hours (duration). A number without its word or unit is left alone: better no value than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from agent.safety.numbers import NUMBER_WORDS, number

MG_DL_PER_MMOL_L = 18.016
"""Glucose: 1 mmol/L = 18.016 mg/dL (molar mass 180.16 g/mol)."""
_GLUCOSE_UNITLESS_LIMIT = 35.0
"""Without a unit, a whole number from 35 is read as mg/dL: home meters in mmol/L show decimals and end at 33.3."""

_NUM = r"(\d{1,3}(?:\.\d+)?)"
_ZH_NUM = r"(\d+(?:\.\d+)?|[零一二两三四五六七八九十百半]+)"
_UNITS_HOURS = {
    "minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "hr": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "year": 8760.0,
    "分钟": 1 / 60, "小时": 1.0, "钟头": 1.0, "天": 24.0, "日": 24.0, "周": 168.0, "星期": 168.0, "礼拜": 168.0,
    "月": 730.0, "个月": 730.0, "年": 8760.0,
}  # fmt: skip
_UNITS_DAYS = {
    "day": 1.0, "d": 1.0, "week": 7.0, "wk": 7.0, "month": 30.4, "mo": 30.4, "year": 365.25, "yr": 365.25, "y": 365.25,
    "天": 1.0, "日": 1.0, "周": 7.0, "星期": 7.0, "礼拜": 7.0, "个月": 30.4, "月": 30.4, "岁": 365.25, "周岁": 365.25,
}  # fmt: skip
_EN_NUM = r"(\d{1,3}(?:\.\d+)?|" + "|".join(NUMBER_WORDS) + ")"


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    value: float
    unit: str
    start: int
    end: int
    who: str = ""
    """Set where the words name the person ("newborn")."""


def find(text: str) -> tuple[Measure, ...]:
    """All measurements in normalised (lower-case) text, by position."""
    measures = [m for finder, hints in _FINDERS if any(h in text for h in hints) for m in finder(text)]
    # "Two months" of age or pregnancy is not how long something has lasted.
    spent = [(m.start, m.end) for m in measures if m.name in ("age_days", "pregnancy_weeks")]
    kept = [
        m
        for m in measures
        if m.name != "duration_hours" or not any(a < m.end and m.start < b for a, b in spent)
    ]
    return tuple(sorted(kept, key=lambda m: m.start))


@cache
def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _temperature(text: str) -> Iterator[Measure]:
    taken: set[int] = set()
    degrees = (
        _NUM
        + r"(?:\s*(?:°|℃|℉|deg(?:ree)?s?)?\s*(?:(c|celsius|centigrade|f|fahrenheit)\b)|\s*(°|℃|℉|deg(?:ree)?s?))"
    )
    for m in _re(degrees).finditer(text):
        fahrenheit = "℉" in m.group() or (m.group(2) or "").startswith("f")
        celsius = "℃" in m.group() or (m.group(2) or "").startswith("c")
        yield from _degrees(m, fahrenheit, celsius, taken)
    for m in _re(_ZH_NUM + r"\s*(?:摄氏)?度\s*([一二三四五六七八九半\d](?!\d|个|天|月))?").finditer(text):
        value = number(m.group(1)) + (
            0.5 if m.group(2) == "半" else number(m.group(2)) / 10 if m.group(2) else 0
        )
        if 34 <= value <= 43 and m.start() not in taken:
            taken.add(m.start())
            yield Measure("temperature_c", round(value, 1), "°C", m.start(), m.end())
    cue = r"(?:temp(?:erature)?|fever(?:ish)?|tmax|体温|发烧|发热|高烧|高热|低烧|烧到|烧)\D{0,18}?" + _NUM
    after = r"(?!\d|[.]\d|\s*(?:%|/|days?|d\b|hours?|hrs?|h\b|weeks?|months?|mo\b|years?|times|kg|mg|ml|minutes?|天|小时|周|个|岁|次|年|月|分|斤))"
    for m in _re(cue + after).finditer(text):
        yield from _degrees(m, False, False, taken)
    bare = r"(?<![\d.$£¥/])((?:3[89]|4[01])\.\d)" + after
    for m in _re(
        bare + r"(?!\s*(?:c\b|cm|lb|斤|公斤|千克|厘米|万|块|元|mmol|g\b|bmi|kilo|inch|lbs|英寸))"
    ).finditer(text):
        yield from _degrees(m, False, False, taken)


def _degrees(m: re.Match[str], fahrenheit: bool, celsius: bool, taken: set[int]) -> Iterator[Measure]:
    value, at = float(m.group(1)), m.start(1)
    if at in taken:
        return
    if not fahrenheit and 34 <= value <= 43:
        taken.add(at)
        yield Measure("temperature_c", value, "°C", m.start(), m.end())
    elif not celsius and 93 <= value <= 110:
        taken.add(at)
        yield Measure("temperature_c", round((value - 32) / 1.8, 2), "°C", m.start(), m.end())


def _pressure(text: str) -> Iterator[Measure]:
    for m in _re(r"(?<![\d/.])(\d{2,3})\s*(?:/|over|／)\s*(\d{2,3})(?![\d/])").finditer(text):
        systolic, diastolic = float(m.group(1)), float(m.group(2))
        if 60 <= systolic <= 300 and 30 <= diastolic <= 200 and systolic > diastolic:
            yield Measure("systolic", systolic, "mmHg", m.start(), m.end())
            yield Measure("diastolic", diastolic, "mmHg", m.start(), m.end())
    for m in _re(r"(?:高压|收缩压|systolic|血压\D{0,4})\D{0,6}(\d{2,3})(?!\d|/|\.)").finditer(text):
        if 60 <= float(m.group(1)) <= 300:
            yield Measure("systolic", float(m.group(1)), "mmHg", m.start(), m.end())
    for m in _re(r"(?:低压|舒张压|diastolic)\D{0,6}(\d{2,3})(?!\d|/|\.)").finditer(text):
        if 30 <= float(m.group(1)) <= 200:
            yield Measure("diastolic", float(m.group(1)), "mmHg", m.start(), m.end())


def _oxygen(text: str) -> Iterator[Measure]:
    words = r"(?:spo2|o2|oxygen|sats?\b|saturation|oximeter|pulse ox|血氧|氧饱和度)[^\d.。]{0,28}?(?:spo2[^\d]{0,6})?(\d{2,3})(?!\d|\.\d|\s*(?:l\b|litre|liter|岁|years|mg|/))"
    for m in _re(words).finditer(text):
        if 40 <= float(m.group(1)) <= 100:
            yield Measure("oxygen", float(m.group(1)), "%", m.start(), m.end())
    for m in _re(
        r"(\d{2,3})\s*%\s*(?:on (?:room )?air|on (?:the|my|a) (?:oximeter|pulse)|sats?\b|spo2|oxygen)"
    ).finditer(text):
        if 40 <= float(m.group(1)) <= 100:
            yield Measure("oxygen", float(m.group(1)), "%", m.start(), m.end())


def _pulse(text: str) -> Iterator[Measure]:
    words = r"(?:heart ?rate|pulse|\bhr\b|heart(?:beat)? (?:is )?(?:at|going)|心率|脉搏|心跳)[^\d.。]{0,14}?(\d{2,3})(?!\d|\.\d|\s*(?:%|/|years|岁))"
    for m in _re(words).finditer(text):
        if 20 <= float(m.group(1)) <= 300:
            yield Measure("pulse", float(m.group(1)), "/min", m.start(), m.end())
    for m in _re(r"(\d{2,3})\s*(?:bpm|beats (?:per|a) min|次/分|次每分)").finditer(text):
        if 20 <= float(m.group(1)) <= 300:
            yield Measure("pulse", float(m.group(1)), "/min", m.start(), m.end())


def _glucose(text: str) -> Iterator[Measure]:
    words = (
        r"(?:sugars?|glucose|\bbg\b|\bbgl\b|\bcgm\b|glucometer|血糖)(?!\s*(?:free|drink))[^\d.。%差]{0,24}?(\d{1,3}(?:\.\d+)?)"
        r"(?!\d|\s*(?:%|years|yrs|岁|度|kg|天|次|小时|hours?|days?|minutes?|片|g\b|units?))\s*(mg/?\s?d?l?|mmol)?"
    )
    for m in _re(words).finditer(text):
        value = float(m.group(1))
        unit = m.group(2) or ""
        if unit.startswith("mg") or (not unit and "." not in m.group(1) and value >= _GLUCOSE_UNITLESS_LIMIT):
            value /= MG_DL_PER_MMOL_L
        if 0.3 <= value <= 90:
            yield Measure("glucose_mmol", round(value, 2), "mmol/L", m.start(), m.end())


def _meter_high(text: str) -> Iterator[Measure]:
    """A home meter that shows HI is above its range, 33.3 mmol/L; a bare 糖26 is a glucose."""
    shows = r"(?:meter|glucometer|血糖仪)[^.。;]{0,24}?\bhi(?:gh)?\b(?! blood pressure)"
    for m in _re(shows).finditer(text):
        yield Measure("glucose_mmol", 33.4, "mmol/L", m.start(), m.end())
    for m in _re(
        r"(?<![血尿蔗白红冰乳果葡萄])糖\s*(\d{1,2}(?:\.\d)?)(?!\d|\s*(?:g|克|片|斤|块|颗|%|岁))"
    ).finditer(text):
        if 1.5 <= float(m.group(1)) <= 40:
            yield Measure("glucose_mmol", float(m.group(1)), "mmol/L", m.start(), m.end())


def _haemoglobin(text: str) -> Iterator[Measure]:
    words = r"(?:h(?:a)?emoglobin|\bhgb|\bhb(?!a1c)|(?<!糖化)血红蛋白|血色素)(?!\s*a1c)[^\d.。%]{0,16}?(\d{1,3}(?:\.\d+)?)(?!\d|\s*%)"
    for m in _re(words).finditer(text):
        value = float(m.group(1))
        value = value / 10 if value >= 25 else value
        if 1.5 <= value <= 24:
            yield Measure("haemoglobin", round(value, 1), "g/dL", m.start(), m.end())


def _peak_flow(text: str) -> Iterator[Measure]:
    """Percent of the personal best: "peak flow 180, best 450", "peak flow at 40% of best"."""
    cue = r"(?:peak flow|pefr?|峰流速|峰值流速)"
    best = r"(?:best|usual(?:ly)?|normal(?:ly)?|max|最佳值?|最好的时候|最好|平时)"
    for m in _re(
        cue + r"[^\d。]{0,20}(\d{2,3})(?!\d|\s*%)[^\d。]{0,30}?" + best + r"[^\d。]{0,16}(\d{3})"
    ).finditer(text):
        if 50 <= float(m.group(1)) <= 900 and float(m.group(2)) >= 100:
            share = 100 * float(m.group(1)) / float(m.group(2))
            yield Measure("peak_flow", round(share, 1), "%", m.start(), m.end())
    for m in _re(cue + r"[^\d。]{0,24}(\d{2})\s*(?:%|percent)").finditer(text):
        yield Measure("peak_flow", float(m.group(1)), "%", m.start(), m.end())


def _age(text: str) -> Iterator[Measure]:
    old = _EN_NUM + r"[\s-]*(days?|d|weeks?|wks?|months?|mos?|years?|yrs?|y)[\s/-]*(?:of age|old|o\b)"
    for m in _re(r"\b" + old).finditer(text):
        unit = m.group(2) if len(m.group(2)) <= 2 and m.group(2) != "wks" else m.group(2).rstrip("s")
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[unit.rstrip("s") if unit != "s" else unit])
    for m in _re(r"\b(\d{2})\s?(?:f|m|male|female|man|woman|yo)\b(?![\w'])").finditer(text):
        if 13 <= float(m.group(1)) <= 110:
            yield _age_of(m, float(m.group(1)) * 365.25)
    for m in _re(r"\b(?:aged?|turned|turning)\s(\d{1,3})\b(?!\s*(?:days?|weeks?|months?))").finditer(text):
        yield _age_of(m, float(m.group(1)) * 365.25)
    for m in _re(
        r"\b(?:i'?m|i am|he'?s|she'?s|he is|she is|(?:dad|mum|mom|father|mother|husband|wife|gran|grandma|grandpa) is)\s(\d{1,3})\b(?!\s*(?:%|kg|lb|weeks?|wks?|months?|days?|hours?|min|w\b|/))(?=\s*(?:[,.;!?]|and|with|$|years?\b|yr|yo))"
    ).finditer(text):
        yield _age_of(m, float(m.group(1)) * 365.25)
    infant = (
        r"(?:newborn|baby|infant|bub)(?:\s(?:boy|girl|son|daughter))?(?:\s(?:is|was|at|aged?|only|just|of)|'s|,|\()*\s*(?:only |just |about )?"
        + _EN_NUM
    )
    for m in _re(infant + r"[\s-]*(days?|weeks?|wks?|months?|mos?)\b").finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).rstrip("s")], "baby")
    for m in _re(
        r"\b" + _EN_NUM + r"[\s-]*(days?|weeks?|wks?|months?|mos?)[\s-]+(?:newborn|baby|infant)\b"
    ).finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).rstrip("s")], "baby")
    for m in _re(_ZH_NUM + r"\s*(周岁|岁|个月大|个月龄|月龄|月大|周大|天大|日龄)(半)?").finditer(text):
        unit = m.group(2).removesuffix("大").removesuffix("龄")
        value = number(m.group(1)) + (0.5 if m.group(3) else 0)
        yield _age_of(m, value * _UNITS_DAYS[unit])
    birth = (
        r"(?:出生|生下来|宝宝|婴儿|娃|孩子|新生儿|小孩|儿子|女儿)(?:才|刚|刚刚|只有|今天|现在|快|有|还不到|不到)*\s*"
        + _ZH_NUM
        + r"\s*(天|日|周|个多?月)(?!前|后|没|来|了)"
    )
    for m in _re(birth).finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).replace("多", "")], "baby")
    for m in _re(
        _ZH_NUM + r"\s*(天|周|个月|个多月)的?(?:小)?(?:宝宝|孩子|婴儿|娃|宝贝|女儿|儿子|新生儿)"
    ).finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).replace("多", "")], "baby")
    if _re("奶|哭|宝宝|娃|尿布|囟|黄疸|新生|喂|满月|婴|早产|吸吮").search(text):
        for m in _re(
            r"(?:^|[，,。；、\s])(?:才|刚|他|她|只有)?\s*"
            + _ZH_NUM
            + r"\s*(天|周|个月)(?=[，,。；、的了\s]|$)"
        ).finditer(text):
            days = number(m.group(1)) * _UNITS_DAYS[m.group(2)]
            if (
                m.start() == 0 or m.end() == len(text) or m.group().strip("，,。；、 ")[0] in "才刚只"
            ) and days < 700:
                yield _age_of(m, days, "baby")
    if _re(r"(?:\d|one|two|three|[一二两三四五六七八九十])[\s-]*(?:days?|weeks?|months?|天|周|个月)").search(
        text
    ):
        return
    for m in _re(r"newborn|新生儿|刚出生|满月(?!酒)|没出月子").finditer(text):
        yield Measure("age_days", 28, "days", m.start(), m.end(), "baby")


def _age_of(m: re.Match[str], days: float, who: str = "") -> Measure:
    if not who:
        who = "baby" if days < 365 else ("child" if days < 16 * 365 else "")
    return Measure("age_days", round(days, 1), "days", m.start(), m.end(), who)


def _pregnancy(text: str) -> Iterator[Measure]:
    weeks = [
        r"(?:i'?m|i am|she'?s|she is|wife is|girlfriend is|daughter is|now)\s(?:about |nearly |almost )?(\d{1,2})\s*(?:\+\d\s*)?(?:weeks|wks)(?=\s*(?:[,.;:!?]|and|with|now|today|$))",
        r"\b(\d{1,2}|"
        + "|".join(NUMBER_WORDS)
        + r")\s*(?:\+\d\s*)?(?:w|wks?|weeks?)[\s-]*(?:\d\s*(?:d|days?)\s*)?(?:pregnant|preg|along|gestation|into my pregnancy)",
        r"pregnan(?:t|cy)[^\d.]{0,12}(\d{1,2})\s*(?:w\b|wks?|weeks?)",
        r"^\s*(?:i'?m )?(2\d|3\d|4[0-2])\s*(?:\+\d\s*)?(?:weeks|wks)(?=\s*(?:[,.;:!?]|and\b|with\b|here\b))",
        r"(?:contractions?|waters|tightenings|midwife|bump|movements?)[^.]{0,40}?\b(?:at|only|just|i'?m)\s(\d{2})\s*(?:\+\d\s*)?(?:weeks|wks)",
        r"(?:怀孕|孕期|孕|停经)(?:已经|了|快|大概|约|才)*\s*" + _ZH_NUM + r"\s*(?:多)?\s*(?:周|星期)",
    ]
    for pattern in weeks:
        for m in _re(pattern).finditer(text):
            yield Measure("pregnancy_weeks", number(m.group(1)), "weeks", m.start(), m.end())
    for m in _re(
        r"\b(\d)\s*months?\s*(?:pregnant|preg)|(?:怀孕|孕)(?:已经|了|快)*\s*" + _ZH_NUM + r"\s*个多?月"
    ).finditer(text):
        yield Measure(
            "pregnancy_weeks", round(number(m.group(1) or m.group(2)) * 4.35, 1), "weeks", m.start(), m.end()
        )
    for m in _re(r"停经\s*(?:已经|了|快)*\s*" + _ZH_NUM + r"\s*多?天").finditer(text):
        yield Measure("pregnancy_weeks", round(number(m.group(1)) / 7, 1), "weeks", m.start(), m.end())


def _duration(text: str) -> Iterator[Measure]:
    for m in _re(
        r"(?:for|past|last|over|been)\s(?:about |almost |nearly |the past |the last |around )?"
        + _EN_NUM
        + r"\s*(minute|min|hour|hr|day|week|month|year)s?\b(?! old)"
    ).finditer(text):
        yield Measure(
            "duration_hours",
            round(number(m.group(1)) * _UNITS_HOURS[m.group(2)], 2),
            "hours",
            m.start(),
            m.end(),
        )
    for m in _re(_ZH_NUM + r"\s*个?多?(分钟|小时|钟头|天|周|星期|礼拜|月|年)(?!前|后|大|龄)").finditer(text):
        yield Measure(
            "duration_hours",
            round(number(m.group(1)) * _UNITS_HOURS[m.group(2)], 2),
            "hours",
            m.start(),
            m.end(),
        )


_DIGITS = tuple("0123456789")
_ZH_UNITS = ("天", "周", "岁", "月", "年", "小时", "分钟", "星期", "礼拜", "钟头")
_FINDERS: tuple[tuple[Callable[[str], Iterator[Measure]], tuple[str, ...]], ...] = (
    (_temperature, (*_DIGITS, "度")),
    (_pressure, ("/", "over", "压", "stolic")),
    (_oxygen, ("o2", "oxygen", "sat", "oximeter", "pulse ox", "氧")),
    (_pulse, ("heart", "pulse", "hr", "bpm", "beats", "心率", "脉搏", "心跳", "次/分", "次每分")),
    (_glucose, ("sugar", "glucose", "bg", "cgm", "glucometer", "血糖")),
    (_meter_high, ("meter", "血糖仪", "糖")),
    (_peak_flow, ("peak flow", "pef", "峰流速", "峰值流速")),
    (_haemoglobin, ("globin", "hgb", "hb", "血红", "血色素")),
    (
        _age,
        (
            " old",
            "-old",
            "yo",
            "aged",
            "age",
            "turn",
            "newborn",
            "baby",
            "infant",
            "岁",
            "月",
            "周",
            "天",
            "日",
            "生",
            "i'm",
            "im ",
            "i am",
            "he's",
            "she's",
            "he is",
            "she is",
            " is ",
            "f ",
            "m ",
            "f,",
            "m,",
            "male",
            "man",
        ),
    ),
    (_pregnancy, ("pregnan", "preg", "along", "gestation", "孕", "停经", "weeks", "wks")),
    (_duration, ("for ", "past ", "last ", "over ", "been ", *_ZH_UNITS)),
)
