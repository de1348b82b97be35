"""The same said in other words: light paraphrases that a fair check must let pass."""

from __future__ import annotations

import random
import re

_SYNONYMS_EN = [("helps", "is helpful for"), ("medicines", "drugs"), ("medicine", "drug"), ("doctor", "physician"), ("people with", "patients with"), ("usually", "generally"), ("often", "frequently"), ("causes", "leads to"), ("caused by", "due to"), ("such as", "for example"), ("start", "begin"), ("show", "demonstrate"), ("showed", "demonstrated"), ("use of", "using"), ("include", "comprise"), ("includes", "involves"), ("also", "in addition"), ("important", "essential"), ("main", "principal"), ("However, ", ""), ("In addition, ", ""), ("Moreover, ", ""), ("Therefore, ", ""), ("tablets", "pills"), ("illness", "disease"), ("called", "known as"), ("need", "require"), ("about", "approximately"), ("identified", "found"), ("reported", "described"), ("suggest", "indicate"), ("associated with", "linked to"), ("treatment of", "treating"), ("tummy", "belly"), ("high blood pressure", "hypertension"), ("heart attack", "myocardial infarction"), ("because", "since"), ("many", "a lot of"), ("serious", "severe")]  # fmt: skip
_SYNONYMS_ZH = [("可能", "也许会"), ("通常", "一般"), ("一般", "通常"), ("引起", "导致"), ("导致", "引起"), ("医生", "大夫"), ("服用", "吃"), ("例如", "比如"), ("治疗", "医治"), ("常常", "经常"), ("如果", "要是"), ("尽快", "尽早"), ("注意", "留意"), ("建议", "推荐"), ("立即", "马上"), ("因此", "所以"), ("主要", "主要是"), ("疾病", "病"), ("患者", "病人"), ("病人", "患者"), ("饮食", "吃饭"), ("避免", "尽量避免"), ("症状", "表现"), ("多见于", "常见于"), ("检查一下", "检查"), ("你好，", ""), ("您好，", ""), ("的话", "")]  # fmt: skip
_HEDGES_EN = re.compile(r"\b(?:usually|often|generally|typically|sometimes|probably|largely|mainly|very|quite|also|however,|commonly) ", re.I)  # fmt: skip
_HEDGES_ZH = re.compile(r"一般|通常|往往|常常|大多|比较|也|你好，|您好，|其实|一定要|非常")


def synonym(sentence: str, chooser: random.Random) -> str:
    """One or two words for others of the same meaning."""
    table = _SYNONYMS_ZH if _chinese(sentence) else _SYNONYMS_EN
    found = [(old, new) for old, new in table if re.search(_shape(old), sentence)]
    if not found:
        return ""
    for old, new in chooser.sample(found, min(2, len(found))):
        sentence = re.sub(_shape(old), new, sentence, count=1)
    return sentence


def without_hedge(sentence: str, chooser: random.Random) -> str:
    changed = (_HEDGES_ZH if _chinese(sentence) else _HEDGES_EN).sub("", sentence, count=1)
    return changed if changed != sentence else ""


def reordered(sentence: str, chooser: random.Random) -> str:
    """The condition before or after what it is a condition of."""
    if _chinese(sentence):
        m = re.fullmatch(r"((?:如果|若|当|对于|在)[^，。；]{2,40})，([^。；]{4,80})([。；]?)", sentence)
        return f"{m[2]}，{m[1]}{m[3]}" if m else ""
    m = re.fullmatch(
        r"((?:If|When|In|After|Although|During|For|With|Because|While) [^,;]{4,90}), ([^;]{10,160}?)\.",
        sentence,
    )
    if m:
        return f"{m[2][0].upper()}{m[2][1:]} {m[1][0].lower()}{m[1][1:]}."
    m = re.fullmatch(
        r"([^,;]{15,140}?) ((?:if|when|because|although|after|before|during) [^,;]{6,90})\.", sentence
    )
    return f"{m[2][0].upper()}{m[2][1:]}, {m[1][0].lower()}{m[1][1:]}." if m else ""


def shortened(sentence: str, chooser: random.Random) -> str:
    """Without a parenthesis or the clause after the last comma."""
    shorter = re.sub(r"\s?[(（][^()（）]{2,60}[)）]", "", sentence, count=1)
    if shorter != sentence:
        return shorter
    if _chinese(sentence):
        parts = sentence.rstrip("。").split("，")
        return "，".join(parts[:-1]) + "。" if len(parts) >= 3 else ""
    m = re.fullmatch(r"(.{40,}?), (?:and|but|which|including|such as|especially) [^,]{8,}\.", sentence)
    return f"{m[1]}." if m else ""


def voice(sentence: str, chooser: random.Random) -> str:
    """Active for passive, and a fixed phrase for its plain form."""
    m = re.fullmatch(r"((?:[A-Z][\w-]+ ){1,4})is (?:usually )?caused by ([\w -]{4,60})\.", sentence)
    if m:
        return f"{m[2][0].upper()}{m[2][1:]} causes {m[1].strip()}."
    for old, new in [(r"\bis used to treat\b", "treats"), (r"\bcan be treated with\b", "is treatable with"), (r"\bit is important to\b", "you should"), (r"\bis characterized by\b", "is marked by"), (r"\bhas been shown to\b", "was shown to"), (r"\bthere is\b", "there exists"), (r"\bwas found to be\b", "was")]:  # fmt: skip
        if re.search(old, sentence):
            return re.sub(old, new, sentence, count=1)
    return ""


def _chinese(sentence: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", sentence))


def _shape(word: str) -> str:
    if not word[0].isascii():
        return re.escape(word)
    return rf"(?<!\w){re.escape(word)}" + ("" if word.endswith(" ") else r"(?!\w)")
