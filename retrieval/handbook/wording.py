"""The fixed words around a card's own text, in both languages, and how pieces become sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from retrieval.handbook.schema import Bilingual, Source

LANGUAGES = ("en", "zh")


def _both(en: str, zh: str) -> Bilingual:
    return Bilingual(en=en, zh=zh)


HEADINGS = MappingProxyType(
    {
        "summary": _both("Overview", "概述"),
        "symptoms": _both("Symptoms", "症状"),
        "causes": _both("Causes and who is at risk", "病因和高危人群"),
        "red-flags": _both("Warning signs", "危险信号"),
        "tests": _both("How it is diagnosed", "检查和诊断"),
        "treatment": _both("Treatment", "治疗"),
        "self-care": _both("What you can do yourself", "自我护理"),
        "seek-care": _both("When to get help", "什么时候就医"),
        "clinician": _both("For clinicians", "临床参考"),
        "used-for": _both("What it is used for", "用途"),
        "how-it-works": _both("How it works", "作用原理"),
        "side-effects": _both("Common side effects", "常见副作用"),
        "serious-side-effects": _both("Serious side effects", "严重副作用"),
        "avoid-if": _both("Who should not take it without advice", "哪些人不宜自行使用"),
        "interactions": _both("Interactions", "相互作用"),
        "pregnancy": _both("Pregnancy and breastfeeding", "孕期和哺乳期"),
        "driving": _both("Driving", "驾驶"),
        "overdose": _both("Taking too much", "用药过量"),
        "missed-dose": _both("A missed dose", "漏服"),
        "measures": _both("What it measures", "检查什么"),
        "ranges": _both("Usual ranges", "参考范围"),
        "low": _both("What a low result means", "结果偏低说明什么"),
        "high": _both("What a high result means", "结果偏高说明什么"),
        "preparation": _both("How to prepare", "检查前准备"),
        "next-steps": _both("What happens next", "下一步"),
        "thresholds": _both("Numbers to know", "关键数值"),
    }
)

RED_FLAG_LEAD = MappingProxyType(
    {
        "emergency": _both(
            "Call an ambulance or go to an emergency department now for any of these warning signs.",
            "出现以下任何一种危险信号，请立即呼叫救护车或去急诊。",
        ),
        "urgent": _both(
            "See a doctor today for any of these warning signs.",
            "出现以下任何一种情况，请当天就去看医生。",
        ),
    }
)

USUAL_URGENCY = MappingProxyType(
    {
        "emergency": _both(
            "{name} should be treated as an emergency: call an ambulance or go to an emergency department now.",
            "{name}属于急症，请立即呼叫救护车或去急诊。",
        ),
        "urgent": _both(
            "{name} should be seen by a doctor today or within 24 hours.",
            "{name}需要当天或24小时内去看医生。",
        ),
        "routine": _both(
            "{name} can usually wait for an appointment with a doctor within days to weeks.",
            "{name}一般可以在几天到几周内预约看医生。",
        ),
        "self_care": _both(
            "{name} can usually be managed at home.",
            "{name}一般可以在家自行处理。",
        ),
        "none": _both(
            "{name} can usually be left alone when nothing else is wrong.",
            "如果没有其他不适，{name}一般不需要特别处理。",
        ),
    }
)

RAISED = MappingProxyType(
    {
        "emergency": _both("This becomes an emergency in the following case: {when}", "遇到下面的情况属于急症，请立即就医：{when}"),
        "urgent": _both("See a doctor today in the following case: {when}", "遇到下面的情况，请当天去看医生：{when}"),
        "routine": _both("Book a visit to a doctor in the following case: {when}", "遇到下面的情况，请预约看医生：{when}"),
    }
)  # fmt: skip

INTERACTION = MappingProxyType(
    {
        "avoid": _both("{name} should not be taken together with {other}: {why}", "应避免{name}与{other}同时使用：{why}"),
        "serious": _both("{name} has a serious interaction with {other}: {why}", "{name}与{other}之间有严重的相互作用：{why}"),
        "moderate": _both("{name} needs care together with {other}: {why}", "{name}与{other}同时使用要小心：{why}"),
        "minor": _both("{name} has a minor interaction with {other}: {why}", "{name}与{other}之间有轻微的相互作用：{why}"),
    }
)  # fmt: skip

# Names of people and places keep their capital inside a sentence; those with an 's or a second capital are
# told by their form.
_PROPER = frozenset(
    [
        "Achilles",
        "Addison",
        "African",
        "Afro",
        "Alzheimer",
        "American",
        "Arab",
        "Ashkenazi",
        "Asian",
        "Asperger",
        "Barrett",
        "Bell",
        "Black",
        "Caribbean",
        "Chagas",
        "Chinese",
        "Christmas",
        "Crohn",
        "Cushing",
        "Down",
        "Dravet",
        "Dupuytren",
        "East",
        "Eastern",
        "Ebola",
        "European",
        "Fabry",
        "Gaucher",
        "German",
        "Graves",
        "Hashimoto",
        "Hispanic",
        "Hodgkin",
        "Huntington",
        "Indian",
        "Indigenous",
        "Japanese",
        "Jewish",
        "Kaposi",
        "Kawasaki",
        "Klinefelter",
        "Latino",
        "Legionnaires'",
        "Lewy",
        "Lyme",
        "Marfan",
        "Mediterranean",
        "Meniere",
        "Middle",
        "Northern",
        "Osgood",
        "Paget",
        "Parkinson",
        "Perthes",
        "Peyronie",
        "Polynesian",
        "Prader",
        "Ramsay",
        "Raynaud",
        "Rett",
        "Reye",
        "Romani",
        "Scandinavian",
        "Scheuermann",
        "Sjogren",
        "South",
        "Southern",
        "Stevens",
        "Still",
        "Tay",
        "Tourette",
        "Turner",
        "Wernicke",
        "West",
        "Western",
        "Wilson",
        "Zika",
    ]
)
_ENDS = (".", "!", "?", "。", "！", "？", "”", '"', "）", ")")


def sentence(text: str, language: str) -> str:
    """``text`` with a full stop where it has no end of its own."""
    return text if text.endswith(_ENDS) else text + ("." if language == "en" else "。")


def join(sentences: Iterable[str], language: str) -> str:
    """Sentences one after the other, as that language sets them."""
    return (" " if language == "en" else "").join(sentences)


def listed(items: Iterable[str], language: str, last: str = "and") -> str:
    """Items in one line: ``a, b and c``, or with semicolons where an item holds a comma or an "or" of its own."""
    names = [item.rstrip(".。") for item in items]
    if language != "en":
        return ("；" if any("、" in name or "，" in name for name in names) else "、").join(names)
    names = [inside(name) for name in names]
    if any(re.search(r",| or | and ", name) for name in names[:-1]) or ("," in names[-1] and len(names) > 1):
        return "; ".join(names)
    return f" {last} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def inside(text: str) -> str:
    """``text`` as it stands inside an English sentence: its first capital only where it is a name."""
    first = re.split(r"[ ,(/]", text, maxsplit=1)[0]
    plain = (first == "A" or first[1:].islower()) and not first.endswith("'s") and first not in _PROPER
    return text[:1].lower() + text[1:] if plain else text


def number(value: float) -> str:
    """A number as people write it: ``120``, ``3.5``, never ``120.0``."""
    return f"{value:.10g}"


def cite(source: Source | None, language: str) -> str:
    """Publisher and year in brackets, ``(NICE, 2021)``; empty for a source that is not listed."""
    if source is None:
        return ""
    publisher = re.split(r"[ ]?[（(]", source.publisher)[0]
    return f"({publisher}, {source.year})" if language == "en" else f"（{publisher}，{source.year}）"


def anchor_of(heading: str) -> str:
    """A stable anchor from an English heading: ``Eating well`` gives ``eating-well``."""
    return "-".join(re.findall(r"[a-z0-9]+", heading.lower()))


@cache
def chinese_units() -> Mapping[str, str]:
    """Units with words in them, as Chinese has them."""
    read: Mapping[str, str] = yaml.load(
        Path(__file__).with_name("units.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    return read
