"""One fact of a sentence swapped for another: what a careless or a made-up answer does.

Written apart from the tables that grounding itself uses (``data/facts.yaml``), so that measuring with these
measures more than whether two lists agree.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence

Swap = Callable[[str, random.Random], str]

_DRUGS_EN = [
    "ibuprofen",
    "paracetamol",
    "aspirin",
    "metformin",
    "warfarin",
    "amoxicillin",
    "insulin",
    "prednisolone",
    "omeprazole",
    "simvastatin",
    "amlodipine",
    "lisinopril",
    "furosemide",
    "sertraline",
    "diazepam",
    "morphine",
    "codeine",
    "levothyroxine",
    "salbutamol",
    "digoxin",
    "heparin",
    "methotrexate",
    "tamoxifen",
    "cisplatin",
    "rituximab",
    "doxycycline",
    "fluconazole",
    "gabapentin",
    "lithium",
    "naproxen",
    "clopidogrel",
    "atenolol",
    "losartan",
    "ciprofloxacin",
    "azithromycin",
    "carbamazepine",
    "dexamethasone",
    "acyclovir",
    "imatinib",
    "infliximab",
    "adalimumab",
]
_DRUGS_ZH = [
    "布洛芬",
    "阿司匹林",
    "二甲双胍",
    "华法林",
    "阿莫西林",
    "胰岛素",
    "泼尼松",
    "奥美拉唑",
    "辛伐他汀",
    "氨氯地平",
    "呋塞米",
    "舍曲林",
    "地西泮",
    "吗啡",
    "可待因",
    "地高辛",
    "肝素",
    "甲氨蝶呤",
    "头孢克肟",
    "头孢拉定",
    "阿奇霉素",
    "左氧氟沙星",
    "卡马西平",
    "地塞米松",
    "阿昔洛韦",
    "氯吡格雷",
    "美托洛尔",
    "氯沙坦",
    "罗红霉素",
    "甲硝唑",
    "对乙酰氨基酚",
    "蒙脱石散",
    "板蓝根",
    "六味地黄丸",
    "硝苯地平",
    "红霉素",
    "青霉素",
    "氯雷他定",
    "西替利嗪",
    "曲普坦",
]
_PAIRS_EN: Mapping[str, Sequence[tuple[str, str]]] = {
    "comparative": [("more", "less"), ("higher", "lower"), ("before", "after"), ("increased", "decreased"), ("increases", "decreases"), ("increase", "decrease"), ("reduces", "raises"), ("reduced", "elevated"), ("greater", "smaller"), ("better", "worse"), ("improved", "worsened"), ("faster", "slower"), ("longer", "shorter"), ("above", "below"), ("larger", "smaller"), ("at least", "at most"), ("most", "few"), ("early", "late"), ("upregulated", "downregulated"), ("positive", "negative"), ("common", "rare"), ("high", "low"), ("often", "seldom"), ("always", "sometimes")],
    "population": [("adults", "children"), ("women", "men"), ("female", "male"), ("females", "males"), ("older people", "young people"), ("elderly", "young"), ("infants", "adults"), ("pregnant women", "older men"), ("boys", "girls"), ("babies", "teenagers"), ("adult", "child"), ("children", "elderly people"), ("pediatric", "geriatric"), ("mice", "humans"), ("newborns", "adolescents"), ("woman", "man")],
    "opposite": [("left", "right"), ("acute", "chronic"), ("upper", "lower"), ("benign", "malignant"), ("hypertension", "hypotension"), ("hyperthyroidism", "hypothyroidism"), ("bacterial", "viral"), ("agonist", "antagonist"), ("inhibits", "activates"), ("inhibitor", "activator"), ("dominant", "recessive"), ("gain", "loss"), ("with", "without"), ("safe", "dangerous"), ("effective", "ineffective"), ("type 1", "type 2")],
}  # fmt: skip
_PAIRS_ZH: Mapping[str, Sequence[tuple[str, str]]] = {
    "comparative": [("增加", "减少"), ("升高", "降低"), ("更高", "更低"), ("较高", "较低"), ("之前", "之后"), ("加重", "减轻"), ("多见", "少见"), ("常见", "罕见"), ("超过", "低于"), ("早期", "晚期"), ("偏高", "偏低"), ("扩张", "收缩"), ("最高", "最低"), ("至少", "至多"), ("以上", "以下"), ("餐前", "餐后"), ("饭前", "饭后"), ("大于", "小于"), ("改善", "恶化")],
    "population": [("成人", "儿童"), ("女性", "男性"), ("孕妇", "老年人"), ("婴儿", "成人"), ("老人", "小孩"), ("孩子", "老人"), ("宝宝", "老人"), ("女人", "男人"), ("儿童", "老年人"), ("青少年", "老年人"), ("婴幼儿", "青壮年"), ("哺乳期", "青春期"), ("男孩", "女孩"), ("妇女", "男子")],
    "opposite": [("急性", "慢性"), ("左侧", "右侧"), ("高血压", "低血压"), ("细菌", "病毒"), ("良性", "恶性"), ("甲亢", "甲减"), ("便秘", "腹泻"), ("可以", "不可以"), ("有效", "无效"), ("安全", "危险"), ("阳性", "阴性"), ("高血糖", "低血糖"), ("上肢", "下肢"), ("冷敷", "热敷"), ("上腹", "下腹"), ("内服", "外用"), ("口服", "静脉注射")],
}  # fmt: skip
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
]
_ORGANS_ZH = [
    "心脏",
    "肝脏",
    "肾脏",
    "肺部",
    "大脑",
    "胃部",
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
    "咽喉",
    "鼻子",
    "膝盖",
    "肩膀",
]
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.\-/])\d+(?:\.\d+)?(?![A-Za-z0-9]*[-/]?\d)(?=[\s%,.;:)）。，；、\-–~至到个次天周日年月岁小分毫克片mgk]|$)"
)
_SPELLED_EN = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_UNITS_EN = [("mg", "g"), ("mcg", "mg"), ("hours", "days"), ("days", "weeks"), ("weeks", "months"), ("months", "years"), ("years", "months"), ("minutes", "hours"), ("ml", "l"), ("kg", "g"), ("%", " mg"), ("percent", "per thousand"), ("mmol/L", "mg/dL"), ("year", "week"), ("hour", "week"), ("day", "month"), ("month", "day"), ("week", "year"), ("cm", "mm"), ("mm", "cm")]  # fmt: skip
_UNITS_ZH = [("毫克", "克"), ("小时", "天"), ("天", "周"), ("周", "个月"), ("个月", "年"), ("分钟", "小时"), ("毫升", "升"), ("岁", "个月"), ("年", "天"), ("mg", "g"), ("片", "盒"), ("mmol/L", "mg/dL"), ("日", "月"), ("厘米", "毫米")]  # fmt: skip
_FREQUENCY_EN = [("once a day", "four times a day"), ("twice a day", "once a week"), ("daily", "weekly"), ("a day", "a month"), ("per day", "per week"), ("every day", "every month"), ("weekly", "daily"), ("each month", "each day"), ("a week", "a day"), ("per year", "per week"), ("annually", "daily"), ("once", "four times"), ("twice", "five times"), ("every year", "every week"), ("a year", "a day"), ("every 2", "every 9")]  # fmt: skip
_FREQUENCY_ZH = [("每天", "每月"), ("每日", "每周"), ("一日", "一周"), ("每周", "每天"), ("每年", "每天"), ("每月", "每天"), ("一天", "一月"), ("每小时", "每天"), ("每次", "每天")]  # fmt: skip


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
    for old, new in [*_UNITS_EN, *_UNITS_ZH]:
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
    return _either(sentence, [*_FREQUENCY_EN], chooser, one_way=True) or _either(
        sentence, [*_FREQUENCY_ZH], chooser, one_way=True
    )


def drug(sentence: str, chooser: random.Random) -> str:
    """One medicine for another that the sentence does not name."""
    for names in (_DRUGS_EN, _DRUGS_ZH):
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
    return _either(sentence, _PAIRS_EN["comparative"], chooser) or _either(
        sentence, _PAIRS_ZH["comparative"], chooser
    )


def population(sentence: str, chooser: random.Random) -> str:
    return _either(sentence, _PAIRS_EN["population"], chooser) or _either(
        sentence, _PAIRS_ZH["population"], chooser
    )


def opposite(sentence: str, chooser: random.Random) -> str:
    return _either(sentence, _PAIRS_EN["opposite"], chooser) or _either(
        sentence, _PAIRS_ZH["opposite"], chooser
    )


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
            found += _organs(sentence, sentence, _ORGANS_ZH, chooser)
            return _put(sentence, found, chooser)
        words = list(re.finditer(r"[A-Za-z][\w-]*(?:'s)?", sentence))
        for size in (3, 2, 1):
            for first, last in zip(words, words[size - 1 :], strict=False):
                if lowered[first.start() : last.end()] in english:
                    found.append((first.start(), last.end(), chooser.choice(names_en)))
        for m in re.finditer(r"(?<!^)\b(?:[A-Z]{2,}[A-Z0-9-]*\d*|[A-Z][a-z]+\d+)\b", sentence):
            found.append(
                (
                    m.start(),
                    m.end(),
                    chooser.choice(["TP53", "IL-17", "EGFR", "HbA1c", "MYC", "CFTR", "NMDA"]),
                )
            )
        found += _organs(sentence, lowered, _ORGANS_EN, chooser)
        found = [one for one in found if one[2].lower() not in lowered]
        return _put(sentence, found, chooser)

    return swap


def _organs(
    sentence: str, folded: str, organs: Sequence[str], chooser: random.Random
) -> list[tuple[int, int, str]]:
    found = []
    for organ in organs:
        for m in re.finditer(rf"\b{organ}\b" if organ.isascii() else organ, folded):
            found.append((m.start(), m.end(), chooser.choice([o for o in organs if o not in folded])))
    return found


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
