"""What a conversation says: who is ill, which symptoms are there or denied, since when, and what is asked.

Built on the same reading (negation, whose, when) as the red-flag screen, plus the handbook's symptom vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from agent.safety.clauses import Match, Status
from agent.safety.findings import Finding, Message, read_message
from agent.skills.differential import Person
from agent.spelling import corrected
from agent.symptoms import Mention, SymptomMatcher
from agent.tables import table
from agent.topics import names_a_card
from agent.triage import Circumstances

_FEVER_C = 38.0
"""A temperature from which a reading alone tells of fever (NICE NG143, 2019)."""
_HERE: frozenset[Status] = frozenset({"present"})
_WORSE = re.compile(
    r"\b(?:getting|gets|got|becoming|feels?|is|much)\s+(?:\w+\s+)?worse\b(?!\s+(?:when|whenever|after|with|if|at\s+night|in\s+the|on|while|as\s+soon))|worsening|spreading|加重|越来越(?:重|严重|疼|痛|厉害|差)|恶化|更(?:重|严重|疼|痛|厉害)了",
    re.IGNORECASE,
)
_EASED = re.compile(
    r"\b(?:tums|antacids?|tylenol|acetaminophen|paracetamol|ibuprofen|advil|otc|over.the.counter|rest(?:ing)?|lying down|lie down|stretching|antihistamines?)\b[^.;!?]{0,24}\b(?:helps?|helped|works?|eases?|relieves?|settles?|goes)\b"
    r"|\b(?:better|improve[sd]?|eased?|relieved?|helped|gone|goes)\b[^.;!?]{0,24}\b(?:tums|antacids?|tylenol|acetaminophen|paracetamol|ibuprofen|advil|over.the.counter|rest|lie down|lying down|antihistamines?)\b"
    r"|(?:休息|歇|胃药|止痛药|布洛芬|对乙酰氨基酚|抗过敏药|热敷|喝水)[^。；！？]{0,8}(?:就好|缓解|好转|好些|好多了|管用|有用)",
    re.IGNORECASE,
)
_LONG_TERM = frozenset(
    [
        "diabetes",
        "immunosuppressed",
        "copd_or_lung_disease",
        "heart_failure",
        "dialysis",
        "chemo_or_neutropenia",
        "transplanted",
        "anticoagulant",
        "sickle",
        "haemophilia",
        "no_spleen_ago",
        "adrenal_known",
    ]
)
"""Concepts of the red-flag rules that make a small illness less harmless."""
_UNWELL = re.compile(
    r"\b(?:i|i'm|im|he|she|he's|she's)\s+(?:am\s+|is\s+|have\s+been\s+|just\s+|really\s+|so\s+)*(?:feel(?:s|ing)?\s+)?(?:really\s+|so\s+|very\s+|quite\s+)?"
    r"(?:awful|terrible|unwell|sick|ill|rough|poorly|lousy|not\s+(?:well|right|good))\b|\b(?:don['’]?t|do\s+not|doesn['’]?t|does\s+not|not)\s+feel(?:ing)?\s+(?:very\s+|so\s+|too\s+|at\s+all\s+)?(?:well|good|right|great)\b|(?:浑身|身体|身上|很|有点)?(?:不(?:太|大|怎么)?舒服|难受)|生病了",
    re.IGNORECASE,
)
"""Says that somebody is ill without saying how."""
_FEMALE = re.compile(
    r"\b\d{1,3}\s*(?:yo\s*)?f\b|\bfemale\b|\bwoman\b|\bgirl\b|\bwife\b|\bmother\b|\bmom\b|\bmum\b|\bdaughter\b|\bmy periods?\b|女(?:性|孩|儿|士)?[，,。\s\d]|妻子|老婆|妈妈|母亲|我妈|月经",
    re.IGNORECASE,
)
_MALE = re.compile(
    r"\b\d{1,3}\s*(?:yo\s*)?m\b|\bmale\b|\bman\b|\bguy\b|\bboy\b|\bhusband\b|\bfather\b|\bdad\b|\bson\b|\bprostate\b|男(?:性|孩|士)?[，,。\s\d]|丈夫|老公|爸爸|父亲|我爸|儿子|前列腺",
    re.IGNORECASE,
)
_DAYS = {
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.0,
    "year": 365.0,
    "小时": 1 / 24,
    "天": 1.0,
    "日": 1.0,
    "周": 7.0,
    "星期": 7.0,
    "个月": 30.0,
    "月": 30.0,
    "年": 365.0,
}
_FOR = re.compile(
    r"(?:for|past|last|since|over|about|around|these)?\s*(?:the\s+)?(?:past|last|about|around|like|over)?\s*(\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|few|couple(?:\s+of)?|several)\s+(hour|day|week|month|year)s?\b(?!\s*old)"
    r"|(\d+(?:\.\d+)?|一|两|二|三|四|五|六|七|八|九|十|几|半)\s*(?:多)?\s*(?:个)?(小时|天|日|周|星期|个月|月|年)(?!前去世|岁)",
    re.IGNORECASE,
)
_SINCE_DAYS = (
    (
        re.compile(
            r"\b(?:today|this (?:morning|afternoon|evening)|just now|tonight)\b|今天|今早|今晨|刚才|刚刚|今晚",
            re.IGNORECASE,
        ),
        0.5,
    ),
    (re.compile(r"\b(?:yesterday|last night|overnight)\b|昨天|昨晚|昨夜|昨日", re.IGNORECASE), 1.0),
    (
        re.compile(
            r"\b(?:since|on|last) (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|前天|前晚|这几天|这两天",
            re.IGNORECASE,
        ),
        3.0,
    ),
    (re.compile(r"\blast week\b|上周|上个?星期|上个?礼拜", re.IGNORECASE), 7.0),
    (re.compile(r"\blast month\b|上个?月", re.IGNORECASE), 30.0),
)
"""Since when, in words without a number."""
_COUNT = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "few": 3, "couple": 2, "couple of": 2, "several": 4, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "几": 3, "半": 0.5}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understanding:
    """The state of the complaint after all messages so far."""

    present: tuple[str, ...]
    """Symptom ids that someone has now."""
    denied: tuple[str, ...]
    person: Person
    circumstances: Circumstances
    complaint: bool
    """Whether a person's own trouble is described, rather than a matter of knowledge asked about."""
    specific: bool = True
    """Whether a symptom was named that something can be concluded from."""


def understand(said: Sequence[str], findings: Sequence[Finding]) -> Understanding:
    """Read every message so far; what a later message denies is no longer there.

    Args:
        said: the person's messages, oldest first.
        findings: what the red-flag screen's reader found in the same messages.
    """
    state: dict[str, bool] = {}
    for number, text in enumerate(said):
        asked = not any(state.values()) and (_asks_about_it(text, said[:number]) or _asks_of_people(text))
        for symptom, status in symptom_statuses(corrected(text)):
            if status in _HERE and asked:
                continue
            if status in _HERE:
                state[symptom] = True
            elif status == "denied":
                state[symptom] = False
    if any(
        f.concept == "temperature_c" and f.status in _HERE and (f.value or 0) >= _FEVER_C for f in findings
    ):
        state["fever"] = True
    for pair in _ids("opposites"):
        one, other = pair.split("/")
        for here, gone in ((one, other), (other, one)):
            if state.get(here) and gone not in state:
                state[gone] = False
    whole = "\n".join(said)
    age = _latest(findings, "age_years") or _from_days(_latest(findings, "age_days"))
    pregnant = any(finding.concept.startswith("pregnan") and finding.status in _HERE for finding in findings)
    present = tuple(symptom for symptom, here in state.items() if here)
    return Understanding(
        present=present,
        denied=tuple(symptom for symptom, here in state.items() if not here),
        person=Person(
            age_years=_age_group(findings, whole) if age is None else age, sex=_sex(whole), pregnant=pregnant
        ),
        circumstances=Circumstances(
            age_years=age,
            pregnant=pregnant,
            duration_days=_duration_days(whole),
            worsening=bool(_WORSE.search(whole)),
            eased=bool(_EASED.search(whole)),
            long_term=any(f.concept in _LONG_TERM and f.status in _HERE for f in findings),
        ),
        complaint=any(symptom not in _ids("contexts") for symptom in present)
        or bool(_UNWELL.search(said[-1])),
        specific=any(symptom not in _ids("contexts") | _ids("unspecific") for symptom in present),
    )


_QUESTION = re.compile(r"[?？]\s*$|[吗呢]\s*$")
_OWN = re.compile(
    r"\b(?:my|i|i'm|i've|me|he|she|his|her)\b(?!\s+(?:take|use|drink|eat|drive|have\s+it))|我|他|她|孩子",
    re.IGNORECASE,
)
_LONGEST_ASIDE = 40
"""Characters of a follow-up that only asks on."""


def _asks_about_it(text: str, before: Sequence[str]) -> bool:
    """Whether a short question goes on about a card named before: after "What is amlodipine for?" the message
    "Does it make the ankles swell?" tells of nobody's ankles."""
    short = len(text) <= _LONGEST_ASIDE and bool(_QUESTION.search(text)) and not _OWN.search(text)
    return short and any(names_a_card(said) for said in before)


_OF_PEOPLE = re.compile(
    r"(?:的人|患者|病人|的)(?:能不能|可不可以|能否|是否|能|可以|应该|应|该|要不要|要|适合|宜)|"
    r"\b(?:people|patients|someone|somebody|anyone|those)\s+with\b",
    re.IGNORECASE,
)
_ONESELF = re.compile(r"\b(?:my|i|i'm|i've|me|he|she|his|her)\b|[我他她]", re.IGNORECASE)


def _asks_of_people(text: str) -> bool:
    """ "高血压的人能喝咖啡吗？" asks about everybody who has it, and tells of nobody."""
    return bool(_QUESTION.search(text)) and bool(_OF_PEOPLE.search(text)) and not _ONESELF.search(text)


@cache
def _ids(group: str) -> frozenset[str]:
    return frozenset(table("contexts")[group].split())


def symptom_statuses(text: str) -> list[tuple[str, Status]]:
    """Every symptom of the vocabulary named in one message, with what the words around it say."""
    return list(_symptom_statuses(text))


@lru_cache(maxsize=512)
def _symptom_statuses(text: str) -> tuple[tuple[str, Status], ...]:
    mentions = SymptomMatcher.load().find(text)
    if not mentions:
        return ()
    message = read_message(text)
    found = [(mention, _match(message, mention)) for mention in mentions]
    return tuple(
        (mention.symptom, _status(message, mention, message.reading.status(match)))
        for mention, match in found
        if match
    )


_NONE_OF = re.compile(
    r"\b(?:no|denies|without)\s+(?:(?:any|new|recent|known|significant|obvious|other)\s+)*$", re.IGNORECASE
)
"""Right before a symptom it denies it, also where "no change" elsewhere denies nothing ("no changes in bowel habits")."""
_STILL = re.compile(
    r"(?:\d+|an?|one|two|three|four|five|six|several|few)[\s-]+(?:hour|day|week|month|year)s?['’]?[\s-]+history\s+of\b"
    r"[^.;!?]*$",
    re.IGNORECASE,
)
""" "A three-week history of vertigo" is not over; "a history of migraine" may be."""


def _status(message: Message, mention: Mention, status: Status) -> Status:
    before = message.text[: mention.start]
    if status == "present" and _NONE_OF.search(before[-60:]):
        return "denied"
    if status == "past" and _STILL.search(before):
        return "present"
    return status


def _match(message: Message, mention: Mention) -> Match | None:
    """The tokens of a mention; its parts are the words that name it, so that a "doesn't" between them is heard."""
    whole = message.match(mention.start, mention.end)
    parts = [message.match(start, end) for start, end in mention.words]
    if whole is None or len(parts) < 2 or not all(parts):
        return whole
    return whole._replace(parts=tuple((part.start, part.end) for part in parts if part))


def _latest(findings: Sequence[Finding], measure: str) -> float | None:
    values = [
        finding.value for finding in findings if finding.concept == measure and finding.value is not None
    ]
    return values[-1] if values else None


_GROUPS = {"baby": 0.5, "child": 6.0}
"""Years that stand for "my baby" and "my son" where no age is told, for what is likely and what is not."""


_ONE_OF_AGE = re.compile(
    r"\b(?:i|i'm|i've|i'd|me|myself|after|since|birth|born|gave|breast\w*|nurs\w+|postnatal|postpartum)\b"
    r"|我(?!家|的?(?:宝|孩|儿|女|娃|小))|产后|生完|生了|哺乳|喂奶|月子",
    re.IGNORECASE,
)
"""Who says so may be the one who is ill ("low for months after my baby was born")."""


def _age_group(findings: Sequence[Finding], text: str) -> float | None:
    """A typical age, where everything that is told is told of a baby or a child."""
    if _ONE_OF_AGE.search(text):
        return None
    told_of = {f.who for f in findings if f.status in _HERE and f.concept not in _GROUPS}
    return min((_GROUPS[who] for who in told_of), default=None) if told_of <= set(_GROUPS) else None


def _from_days(days: float | None) -> float | None:
    return None if days is None else days / 365.25


def _sex(text: str) -> str | None:
    female, male = bool(_FEMALE.search(text)), bool(_MALE.search(text))
    if female == male:
        return None
    return "female" if female else "male"


def _duration_days(text: str) -> float | None:
    """The longest time named, in days: how long it has been going on, as far as words tell."""
    longest: float | None = max((days for word, days in _SINCE_DAYS if word.search(text)), default=None)
    for match in _FOR.finditer(text):
        count, unit = (match.group(1), match.group(2)) if match.group(1) else (match.group(3), match.group(4))
        lowered = count.lower()
        number = float(_COUNT[lowered]) if lowered in _COUNT else float(lowered)
        days = number * _DAYS[unit.lower()]
        longest = days if longest is None else max(longest, days)
    return longest
