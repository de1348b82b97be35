"""Numbers with a meaning: temperature, blood pressure, oxygen, pulse, glucose, haemoglobin, age, pregnancy, duration.

Values are normalised: °C, mmHg, %, beats a minute, mmol/L (glucose), g/dL (haemoglobin), days (age), weeks
(pregnancy), hours (duration). A number without its word or unit is left alone: better no value than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.safety import times
from agent.safety.measure import Finder, Measure, regex
from agent.safety.numbers import CHINESE_NUMBER, number

MG_DL_PER_MMOL_L = 18.016
"""Glucose: 1 mmol/L = 18.016 mg/dL (molar mass 180.16 g/mol)."""
_GLUCOSE_UNITLESS_LIMIT = 35.0
"""Without a unit, a whole number from 35 is read as mg/dL: home meters in mmol/L show decimals and end at 33.3."""

_NUM = r"(\d{1,3}(?:\.\d+)?)"


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


def _temperature(text: str) -> Iterator[Measure]:
    taken: set[int] = set()
    degrees = (
        _NUM
        + r"(?:\s*(?:°|℃|℉|deg(?:ree)?s?)?\s*(?:(c|celsius|centigrade|f|fahrenheit)\b)|\s*(°|℃|℉|deg(?:ree)?s?))"
    )
    for m in regex(degrees).finditer(text):
        fahrenheit = "℉" in m.group() or (m.group(2) or "").startswith("f")
        celsius = "℃" in m.group() or (m.group(2) or "").startswith("c")
        yield from _degrees(m, fahrenheit, celsius, taken)
    for m in regex(CHINESE_NUMBER + r"\s*(?:摄氏)?度\s*([一二三四五六七八九半\d](?!\d|个|天|月))?").finditer(
        text
    ):
        value = number(m.group(1)) + (
            0.5 if m.group(2) == "半" else number(m.group(2)) / 10 if m.group(2) else 0
        )
        if 34 <= value <= 43 and m.start() not in taken:
            taken.add(m.start())
            yield Measure("temperature_c", round(value, 1), "°C", m.start(), m.end())
    cue = r"(?:temp(?:erature)?|fever(?:ish)?|tmax|体温|发烧|发热|高烧|高热|低烧|烧到|烧)\D{0,18}?" + _NUM
    after = r"(?!\d|[.]\d|\s*(?:%|/|days?|d\b|hours?|hrs?|h\b|weeks?|months?|mo\b|years?|times|kg|mg|ml|minutes?|天|小时|周|个|岁|次|年|月|分|斤))"
    for m in regex(cue + after).finditer(text):
        yield from _degrees(m, False, False, taken)
    bare = r"(?<![\d.$£¥/])((?:3[89]|4[01])\.\d)" + after
    for m in regex(
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
    for m in regex(r"(?<![\d/.])(\d{2,3})\s*(?:/|over|／)\s*(\d{2,3})(?![\d/])").finditer(text):
        systolic, diastolic = float(m.group(1)), float(m.group(2))
        if 60 <= systolic <= 300 and 30 <= diastolic <= 200 and systolic > diastolic:
            yield Measure("systolic", systolic, "mmHg", m.start(), m.end())
            yield Measure("diastolic", diastolic, "mmHg", m.start(), m.end())
    for m in regex(r"(?:高压|收缩压|systolic|血压\D{0,4})\D{0,6}(\d{2,3})(?!\d|/|\.)").finditer(text):
        if 60 <= float(m.group(1)) <= 300:
            yield Measure("systolic", float(m.group(1)), "mmHg", m.start(), m.end())
    for m in regex(r"(?:低压|舒张压|diastolic)\D{0,6}(\d{2,3})(?!\d|/|\.)").finditer(text):
        if 30 <= float(m.group(1)) <= 200:
            yield Measure("diastolic", float(m.group(1)), "mmHg", m.start(), m.end())


def _oxygen(text: str) -> Iterator[Measure]:
    words = r"(?:spo2|o2|oxygen|sats?\b|saturation|oximeter|pulse ox|血氧|氧饱和度)[^\d.。]{0,28}?(?:spo2[^\d]{0,6})?(\d{2,3})(?!\d|\.\d|\s*(?:l\b|litre|liter|岁|years|mg|/))"
    for m in regex(words).finditer(text):
        if 40 <= float(m.group(1)) <= 100:
            yield Measure("oxygen", float(m.group(1)), "%", m.start(), m.end())
    for m in regex(
        r"(\d{2,3})\s*%\s*(?:on (?:room )?air|on (?:the|my|a) (?:oximeter|pulse)|sats?\b|spo2|oxygen)"
    ).finditer(text):
        if 40 <= float(m.group(1)) <= 100:
            yield Measure("oxygen", float(m.group(1)), "%", m.start(), m.end())


def _pulse(text: str) -> Iterator[Measure]:
    words = r"(?:heart ?rate|pulse|\bhr\b|heart(?:beat)? (?:is )?(?:at|going)|心率|脉搏|心跳)[^\d.。]{0,14}?(\d{2,3})(?!\d|\.\d|\s*(?:%|/|years|岁))"
    for m in regex(words).finditer(text):
        if 20 <= float(m.group(1)) <= 300:
            yield Measure("pulse", float(m.group(1)), "/min", m.start(), m.end())
    for m in regex(r"(\d{2,3})\s*(?:bpm|beats (?:per|a) min|次/分|次每分)").finditer(text):
        if 20 <= float(m.group(1)) <= 300:
            yield Measure("pulse", float(m.group(1)), "/min", m.start(), m.end())


def _glucose(text: str) -> Iterator[Measure]:
    words = (
        r"(?:sugars?|glucose|\bbg\b|\bbgl\b|\bcgm\b|glucometer|血糖)(?!\s*(?:free|drink))[^\d.。%差]{0,24}?(\d{1,3}(?:\.\d+)?)"
        r"(?!\d|\s*(?:%|years|yrs|岁|度|kg|天|次|小时|hours?|days?|minutes?|片|g\b|units?))\s*(mg/?\s?d?l?|mmol)?"
    )
    for m in regex(words).finditer(text):
        value = float(m.group(1))
        unit = m.group(2) or ""
        if unit.startswith("mg") or (not unit and "." not in m.group(1) and value >= _GLUCOSE_UNITLESS_LIMIT):
            value /= MG_DL_PER_MMOL_L
        if 0.3 <= value <= 90:
            yield Measure("glucose_mmol", round(value, 2), "mmol/L", m.start(), m.end())


def _meter_high(text: str) -> Iterator[Measure]:
    """A home meter that shows HI is above its range, 33.3 mmol/L; a bare 糖26 is a glucose."""
    shows = r"(?:meter|glucometer|血糖仪)[^.。;]{0,24}?\bhi(?:gh)?\b(?! blood pressure)"
    for m in regex(shows).finditer(text):
        yield Measure("glucose_mmol", 33.4, "mmol/L", m.start(), m.end())
    for m in regex(
        r"(?<![血尿蔗白红冰乳果葡萄])糖\s*(\d{1,2}(?:\.\d)?)(?!\d|\s*(?:g|克|片|斤|块|颗|%|岁))"
    ).finditer(text):
        if 1.5 <= float(m.group(1)) <= 40:
            yield Measure("glucose_mmol", float(m.group(1)), "mmol/L", m.start(), m.end())


def _haemoglobin(text: str) -> Iterator[Measure]:
    words = r"(?:h(?:a)?emoglobin|\bhgb|\bhb(?!a1c)|(?<!糖化)血红蛋白|血色素)(?!\s*a1c)[^\d.。%]{0,16}?(\d{1,3}(?:\.\d+)?)(?!\d|\s*%)"
    for m in regex(words).finditer(text):
        value = float(m.group(1))
        value = value / 10 if value >= 25 else value
        if 1.5 <= value <= 24:
            yield Measure("haemoglobin", round(value, 1), "g/dL", m.start(), m.end())


def _peak_flow(text: str) -> Iterator[Measure]:
    """Percent of the personal best: "peak flow 180, best 450", "peak flow at 40% of best"."""
    cue = r"(?:peak flow|pefr?|峰流速|峰值流速)"
    best = r"(?:best|usual(?:ly)?|normal(?:ly)?|max|最佳值?|最好的时候|最好|平时)"
    for m in regex(
        cue + r"[^\d。]{0,20}(\d{2,3})(?!\d|\s*%)[^\d。]{0,30}?" + best + r"[^\d。]{0,16}(\d{3})"
    ).finditer(text):
        if 50 <= float(m.group(1)) <= 900 and float(m.group(2)) >= 100:
            share = 100 * float(m.group(1)) / float(m.group(2))
            yield Measure("peak_flow", round(share, 1), "%", m.start(), m.end())
    for m in regex(cue + r"[^\d。]{0,24}(\d{2})\s*(?:%|percent)").finditer(text):
        yield Measure("peak_flow", float(m.group(1)), "%", m.start(), m.end())


_DIGITS = tuple("0123456789")
_FINDERS: tuple[Finder, ...] = (
    (_temperature, (*_DIGITS, "度")),
    (_pressure, ("/", "over", "压", "stolic")),
    (_oxygen, ("o2", "oxygen", "sat", "oximeter", "pulse ox", "氧")),
    (_pulse, ("heart", "pulse", "hr", "bpm", "beats", "心率", "脉搏", "心跳", "次/分", "次每分")),
    (_glucose, ("sugar", "glucose", "bg", "cgm", "glucometer", "血糖")),
    (_meter_high, ("meter", "血糖仪", "糖")),
    (_peak_flow, ("peak flow", "pef", "峰流速", "峰值流速")),
    (_haemoglobin, ("globin", "hgb", "hb", "血红", "血色素")),
    *times.FINDERS,
)
