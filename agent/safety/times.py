"""Numbers that are times: age in days, pregnancy in weeks, duration in hours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.safety.measure import Finder, Measure, regex
from agent.safety.numbers import CHINESE_NUMBER, NUMBER_WORDS, number

_EN_NUM = r"(\d{1,3}(?:\.\d+)?|" + "|".join(NUMBER_WORDS) + ")"
_UNITS_HOURS = {
    "minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "hr": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "year": 8760.0,
    "分钟": 1 / 60, "小时": 1.0, "钟头": 1.0, "天": 24.0, "日": 24.0, "周": 168.0, "星期": 168.0, "礼拜": 168.0,
    "月": 730.0, "个月": 730.0, "年": 8760.0,
}  # fmt: skip
_UNITS_DAYS = {
    "day": 1.0, "d": 1.0, "week": 7.0, "wk": 7.0, "month": 30.4, "mo": 30.4, "year": 365.25, "yr": 365.25, "y": 365.25,
    "天": 1.0, "日": 1.0, "周": 7.0, "星期": 7.0, "礼拜": 7.0, "个月": 30.4, "月": 30.4, "岁": 365.25, "周岁": 365.25,
}  # fmt: skip


def _age(text: str) -> Iterator[Measure]:
    old = _EN_NUM + r"[\s-]*(days?|d|weeks?|wks?|months?|mos?|years?|yrs?|y)[\s/-]*(?:of age|old|o\b)"
    for m in regex(r"\b" + old).finditer(text):
        unit = m.group(2) if len(m.group(2)) <= 2 and m.group(2) != "wks" else m.group(2).rstrip("s")
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[unit.rstrip("s") if unit != "s" else unit])
    for m in regex(r"\b(\d{2})\s?(?:f|m|male|female|man|woman|yo)\b(?![\w'])").finditer(text):
        if 13 <= float(m.group(1)) <= 110:
            yield _age_of(m, float(m.group(1)) * 365.25)
    for m in regex(r"\b(?:aged?|turned|turning)\s(\d{1,3})\b(?!\s*(?:days?|weeks?|months?))").finditer(text):
        yield _age_of(m, float(m.group(1)) * 365.25)
    for m in regex(
        r"\b(?:i'?m|i am|he'?s|she'?s|he is|she is|(?:dad|mum|mom|father|mother|husband|wife|gran|grandma|grandpa) is)\s(\d{1,3})\b(?!\s*(?:%|kg|lb|weeks?|wks?|months?|days?|hours?|min|w\b|/))(?=\s*(?:[,.;!?]|and|with|$|years?\b|yr|yo))"
    ).finditer(text):
        yield _age_of(m, float(m.group(1)) * 365.25)
    infant = (
        r"(?:newborn|baby|infant|bub)(?:\s(?:boy|girl|son|daughter))?(?:\s(?:is|was|at|aged?|only|just|of)|'s|,|\()*\s*(?:only |just |about )?"
        + _EN_NUM
    )
    for m in regex(infant + r"[\s-]*(days?|weeks?|wks?|months?|mos?)\b").finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).rstrip("s")], "baby")
    for m in regex(
        r"\b" + _EN_NUM + r"[\s-]*(days?|weeks?|wks?|months?|mos?)[\s-]+(?:newborn|baby|infant)\b"
    ).finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).rstrip("s")], "baby")
    for m in regex(CHINESE_NUMBER + r"\s*(周岁|岁|个月大|个月龄|月龄|月大|周大|天大|日龄)(半)?").finditer(
        text
    ):
        unit = m.group(2).removesuffix("大").removesuffix("龄")
        value = number(m.group(1)) + (0.5 if m.group(3) else 0)
        yield _age_of(m, value * _UNITS_DAYS[unit])
    birth = (
        r"(?:出生|生下来|宝宝|婴儿|娃|孩子|新生儿|小孩|儿子|女儿)(?:才|刚|刚刚|只有|今天|现在|快|有|还不到|不到)*\s*"
        + CHINESE_NUMBER
        + r"\s*(天|日|周|个多?月)(?!前|后|没|来|了)"
    )
    for m in regex(birth).finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).replace("多", "")], "baby")
    for m in regex(
        CHINESE_NUMBER + r"\s*(天|周|个月|个多月)的?(?:小)?(?:宝宝|孩子|婴儿|娃|宝贝|女儿|儿子|新生儿)"
    ).finditer(text):
        yield _age_of(m, number(m.group(1)) * _UNITS_DAYS[m.group(2).replace("多", "")], "baby")
    if regex("奶|哭|宝宝|娃|尿布|囟|黄疸|新生|喂|满月|婴|早产|吸吮").search(text):
        for m in regex(
            r"(?:^|[，,。；、\s])(?:才|刚|他|她|只有)?\s*"
            + CHINESE_NUMBER
            + r"\s*(天|周|个月)(?=[，,。；、的了\s]|$)"
        ).finditer(text):
            days = number(m.group(1)) * _UNITS_DAYS[m.group(2)]
            if (
                m.start() == 0 or m.end() == len(text) or m.group().strip("，,。；、 ")[0] in "才刚只"
            ) and days < 700:
                yield _age_of(m, days, "baby")
    if regex(
        r"(?:\d|one|two|three|[一二两三四五六七八九十])[\s-]*(?:days?|weeks?|months?|天|周|个月)"
    ).search(text):
        return
    for m in regex(r"newborn|新生儿|刚出生|满月(?!酒)|没出月子").finditer(text):
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
        r"(?:怀孕|孕期|孕|停经)(?:已经|了|快|大概|约|才)*\s*" + CHINESE_NUMBER + r"\s*(?:多)?\s*(?:周|星期)",
    ]
    for pattern in weeks:
        for m in regex(pattern).finditer(text):
            yield Measure("pregnancy_weeks", number(m.group(1)), "weeks", m.start(), m.end())
    for m in regex(
        r"\b(\d)\s*months?\s*(?:pregnant|preg)|(?:怀孕|孕)(?:已经|了|快)*\s*" + CHINESE_NUMBER + r"\s*个多?月"
    ).finditer(text):
        yield Measure(
            "pregnancy_weeks", round(number(m.group(1) or m.group(2)) * 4.35, 1), "weeks", m.start(), m.end()
        )
    for m in regex(r"停经\s*(?:已经|了|快)*\s*" + CHINESE_NUMBER + r"\s*多?天").finditer(text):
        yield Measure("pregnancy_weeks", round(number(m.group(1)) / 7, 1), "weeks", m.start(), m.end())


def _duration(text: str) -> Iterator[Measure]:
    for m in regex(
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
    for m in regex(
        CHINESE_NUMBER + r"\s*个?多?(分钟|小时|钟头|天|周|星期|礼拜|月|年)(?!前|后|大|龄)"
    ).finditer(text):
        yield Measure(
            "duration_hours",
            round(number(m.group(1)) * _UNITS_HOURS[m.group(2)], 2),
            "hours",
            m.start(),
            m.end(),
        )


_ZH_UNITS = ("天", "周", "岁", "月", "年", "小时", "分钟", "星期", "礼拜", "钟头")
FINDERS: tuple[Finder, ...] = (
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
