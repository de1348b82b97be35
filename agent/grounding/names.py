"""Names that a claim may not bring in: medicines, diseases, organs, genes, places; whatever the source does not name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agent.grounding.slots import tables
from agent.grounding.text import fold

_SUFFIX = re.compile(
    r"\b[a-z]+(?:mycin|cillin|azole|statin|pril|sartan|olol|oxacin|triptan|profen|dipine|gliptin|gliflozin|mab|vir|tinib|"
    r"platin|taxel|zepam|zolam|codone|phylline|semide|thiazide|metformin|parin|xaban|gatran|sone|solone|terol|setron|"
    r"itis|osis|emia|aemia|oma|pathy|ectomy|algia|plasia|trophy|uria|penia|cele|rrhoea|rrhea|rrhage|sclerosis|stenosis)s?\b"
)
_CAPITAL = re.compile(
    r"(?<![.!?:]\s)(?<!^)(?<![\w-])([A-Z][a-z]{3,}|[A-Za-z]*[A-Z]{2,}[A-Za-z0-9]*(?:-[A-Z0-9]+)*|[A-Za-z]+-?\d+[A-Za-z0-9]*)(?![\w])"
)
_FIRST = re.compile(r"^[A-Z]{2,}[A-Z0-9-]*\b")
_ZH_SUFFIX = re.compile(
    r"[\u4e00-\u9fff]{2}(?:西林|霉素|沙星|沙坦|普利|他汀|洛尔|地平|拉唑|替丁|洛芬|曲坦|双胍|列汀|列净|单抗|替尼|泼尼|可因|西泮)"
)
_ORGANS_EN = [
    "heart",
    "liver",
    "kidney",
    "lung",
    "brain",
    "stomach",
    "skin",
    "bone",
    "eye",
    "ear",
    "bladder",
    "pancreas",
    "spleen",
    "thyroid",
    "prostate",
    "breast",
    "throat",
    "nose",
    "knee",
    "shoulder",
    "hip",
    "ankle",
    "wrist",
    "neck",
    "tongue",
    "gum",
    "tooth",
    "colon",
    "rectum",
    "uterus",
    "ovary",
    "cervix",
    "testis",
    "nerve",
    "muscle",
    "joint",
    "spine",
    "chest",
    "groin",
    "foot",
    "hand",
    "arm",
    "leg",
]
_ORGANS_ZH = [
    "心脏",
    "肝脏",
    "肾脏",
    "肺部",
    "大脑",
    "胃",
    "皮肤",
    "骨骼",
    "眼睛",
    "耳朵",
    "膀胱",
    "胰腺",
    "脾脏",
    "甲状腺",
    "前列腺",
    "乳房",
    "乳腺",
    "咽喉",
    "鼻子",
    "膝盖",
    "肩膀",
    "子宫",
    "卵巢",
    "肠道",
    "胆囊",
    "食管",
    "口腔",
    "牙齿",
    "颈椎",
    "腰椎",
    "胸部",
    "腹部",
]
_RELATED = {"heart": "cardi", "liver": "hepat", "kidney": "ren|nephr", "lung": "pulmon|respir", "brain": "cereb|neuro|enceph", "stomach": "gastr|abdom|belly", "skin": "cutan|derm", "bone": "oste|skelet", "eye": "ocul|ophth|vis", "ear": "ot|hear", "breast": "mamm", "nose": "nas|rhin", "throat": "phar", "bladder": "cyst|urin", "tooth": "teeth|dent", "foot": "feet", "muscle": "muscul|my"}  # fmt: skip
_ZH_RELATED = {"心脏": "心", "肝脏": "肝", "肾脏": "肾", "肺部": "肺", "大脑": "脑", "眼睛": "眼|目|视", "耳朵": "耳", "骨骼": "骨", "鼻子": "鼻", "膝盖": "膝", "肩膀": "肩", "皮肤": "皮|肤", "咽喉": "咽|喉", "脾脏": "脾", "肠道": "肠", "胸部": "胸", "腹部": "腹|肚", "乳房": "乳", "口腔": "口", "牙齿": "牙", "膀胱": "膀胱|尿", "胃": "胃"}  # fmt: skip
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*")
_ORGAN = re.compile(rf"\b(?:{'|'.join(_ORGANS_EN)})\b")
_ZH_ORGAN = re.compile("|".join(_ORGANS_ZH))


@cache
def _also() -> dict[str, frozenset[str]]:
    """Names of the handbook's conditions, medicines, tests and symptoms, and what else each is called."""
    from retrieval.handbook.outline import load_outline

    outline = load_outline()
    also: dict[str, set[str]] = {}
    called = [(one.en, one.zh, *one.other_en, *one.other_zh) for one in (*outline.cards, *outline.symptoms)]
    for group in (*called, *tables()["medicines"]):
        names = {fold(n) for n in group if len(n) > 1}
        for name in names:
            if (not name.isascii() or len(name) > 3) and not name.startswith(("a ", "the ", "an ")):
                also.setdefault(name, set()).update(names)
    return {name: frozenset(names) for name, names in also.items()}


def known_names(folded: str) -> Iterator[tuple[int, str]]:
    """Longest names of the handbook in a folded text with their places, from left to right."""
    also = _also()
    if _HAN.search(folded):
        at = 0
        while at < len(folded):
            size = next(
                (n for n in range(min(12, len(folded) - at), 1, -1) if folded[at : at + n] in also), 0
            )
            if size and _HAN.match(folded[at]):
                yield at, folded[at : at + size]
            at += size or 1
        return
    words = list(_WORD.finditer(folded))
    at = 0
    while at < len(words):
        for size in range(min(5, len(words) - at), 0, -1):
            name = folded[words[at].start() : words[at + size - 1].end()]
            if name in also or name.rstrip("s") in also:
                yield words[at].start(), name
                break
        else:
            size = 1
        at += size


def other_names(name: str) -> frozenset[str]:
    """What else the handbook calls it, itself included; empty for an unknown name."""
    return _also().get(name) or _also().get(name.rstrip("s"), frozenset())


def strange_name(claim: str, source: str) -> str:
    """The first name of ``claim`` that ``source`` (quote and title) has under none of its names; else empty."""
    folded, known = fold(claim), fold(source)
    for match in _CAPITAL.finditer(claim):
        if not _has(fold(match.group()), known):
            return match.group()
    if (first := _FIRST.match(claim)) and not _has(fold(first.group()), known):
        return first.group()
    for _, name in known_names(folded):
        others = other_names(name)
        if not _has(name, known) and not any(other in known for other in others):
            return name
    for match in _SUFFIX.finditer(folded):
        if not _has(match.group(), known):
            return match.group()
    for match in _ZH_SUFFIX.finditer(folded):
        if match.group()[-3:] not in known:
            return match.group()
    for match in _ORGAN.finditer(folded):
        if not re.search(rf"\b(?:{match.group()}|{_RELATED.get(match.group(), match.group())})", known):
            return match.group()
    for match in _ZH_ORGAN.finditer(folded):
        if not re.search(_ZH_RELATED.get(match.group(), match.group()), known):
            return match.group()
    return ""


def _has(name: str, known: str) -> bool:
    """A name counts as there in another ending (``migraines``), with or without its hyphen, or word by word."""
    if name in known:
        return True
    flat = known.replace("-", "").replace(" ", "")
    bare = name.replace("-", "").replace(" ", "")
    if bare in flat:
        return True
    if name.isascii() and len(bare) > 5:
        if bare[:-1] in flat or bare.removesuffix("es") in flat:
            return True
        stem = bare[: max(5, len(bare) - 3)]
        if " " not in name and stem in flat:
            return True
        return " " in name and all(word[: max(4, len(word) - 2)] in known for word in name.split())
    return not name.isascii() and len(name) > 2 and all(c in known for c in name)
