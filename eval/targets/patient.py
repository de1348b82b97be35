"""A simulated patient: knows the facts of its case and answers only what it is asked. Deterministic."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.symptoms import SymptomMatcher
from agent.types import Outcome
from eval.schema.source import Fact, Persona, SimulatedPatient
from eval.scoring.text import says
from eval.targets.conversation import Answer, Say
from retrieval.analysis import terms

_ENDS = frozenset({Outcome.EMERGENCY, Outcome.CRISIS, Outcome.REFUSED, Outcome.REDIRECTED})
"""After these a patient stops being interviewed."""
_WHO = re.compile(
    r"\bhow old\b|\byour age\b|\bage\b|\bsex\b|\bmale or female\b|多大|几岁|年龄|年纪|性别|男的?还是女",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\bhow long\b|\bwhen did\b|\bsince when\b|\bstart|\bbegin|多久|什么时候|几天|从何时|多长时间",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:since|for|ago|yesterday|today|last|days?|weeks?|months?|years?|hours?|began|started)\b|天|周|月|年|小时|昨|今|开始|以来",
    re.IGNORECASE,
)
_UNKNOWN = {"en": "I don't know.", "zh": "我不清楚。"}
_NO = {"en": "No, no {finding}.", "zh": "没有{finding}。"}
_PERSON = {"en": "I'm {age}{sex}.", "zh": "我{age}岁{sex}。"}
_SEXES = {"en": {"female": ", a woman", "male": ", a man"}, "zh": {"female": "，女", "male": "，男"}}
_COMMON = frozenset(
    terms(
        "have you any do does did is are your the what which when how much feel also there 有没有 您 你 吗 什么 怎么 是否 出现 感觉"
    )
)


def converse(say: Say, patient: SimulatedPatient, persona: Persona | None, language: str) -> Iterator[Answer]:
    """The conversation, until nothing more is asked, the case is an emergency, or its turns are used up."""
    told: set[int] = set()
    text = patient.opening
    for _ in range(patient.max_turns):
        answer = say(text)
        yield answer
        if answer.reply.outcome in _ENDS or not answer.reply.questions:
            return
        text = reply_to(answer.reply.questions, patient, persona, language, told)


def reply_to(
    questions: tuple[str, ...],
    patient: SimulatedPatient,
    persona: Persona | None,
    language: str,
    told: set[int],
) -> str:
    """What the patient answers; the numbers of the facts it gives away are added to ``told``."""
    parts: list[str] = []
    for question in questions:
        part = _answer(question, patient, persona, language, told)
        if part not in parts:
            parts.append(part)
    return ("" if language == "zh" else " ").join(parts)


def _answer(
    question: str, patient: SimulatedPatient, persona: Persona | None, language: str, told: set[int]
) -> str:
    if persona is not None and persona.age and _WHO.search(question):
        return _PERSON[language].format(age=persona.age, sex=_SEXES[language].get(persona.sex, ""))
    for number, fact in enumerate(patient.facts):
        if _answers(fact, question):
            told.add(number)
            return fact.say
    for finding in patient.absent:
        if _symptoms(finding) & _symptoms(question) or (
            not _symptoms(finding) and _shared(finding, question)
        ):
            return _NO[language].format(finding=finding)
    best = max(range(len(patient.facts)), key=lambda n: _shared(patient.facts[n].say, question), default=None)
    if best is not None and _shared(patient.facts[best].say, question):
        told.add(best)
        return patient.facts[best].say
    return patient.unknown or _UNKNOWN[language]


def _answers(fact: Fact, question: str) -> bool:
    if fact.asked:
        return says(question, fact.asked) is not None
    if _SINCE.search(question):
        return bool(_TIME.search(fact.say))
    return bool(_symptoms(fact.say) & _symptoms(question))


def _symptoms(text: str) -> frozenset[str]:
    return frozenset(mention.symptom for mention in SymptomMatcher.load().find(text))


def _shared(fact: str, question: str) -> int:
    """Content words in common."""
    return len((set(terms(fact)) & set(terms(question))) - _COMMON)
