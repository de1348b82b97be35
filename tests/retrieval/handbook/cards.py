"""Small cards for the tests below, made from one that passes."""

from __future__ import annotations

from typing import Any

from retrieval.handbook.load import parse_card
from retrieval.handbook.schema import Bilingual, Card, Names, Symptom

CONDITION = """
id: condition/cold
kind: condition
updated: "2026-01-02"
name: {en: Cold, zh: 感冒}
synonyms: {en: [head cold], zh: [伤风]}
systems: [breathing]
icd10: [J00]
prevalence: very_common
summary:
  en: A cold is a mild virus infection of the nose and throat. It goes away on its own.
  zh: >-
    感冒是病毒引起的鼻子和喉咙的轻度感染。
    一般会自己好。
symptoms:
  - {id: runny_nose, frequency: almost_always}
  - {id: cough, frequency: common}
symptoms_text: {en: The nose runs and the throat is sore for a few days., zh: 流鼻涕、嗓子疼，持续几天。}
causes: {en: Many viruses cause colds and spread by droplets and hands., zh: 多种病毒都能引起，通过飞沫和手传播。}
risk_factors: [{text: {en: Being a child, zh: 儿童}, weight: moderate}]
red_flags:
  - {text: {en: You struggle to breathe., zh: 呼吸困难。}, rule: breathing}
  - {text: {en: A high fever for more than three days., zh: 高热超过三天。}, level: urgent}
urgency: {default: self_care, raised: [{to: urgent, when: {en: It gets worse after a week., zh: 一周后加重。}}]}
tests: {en: No test is needed., zh: 不需要检查。}
treatment: {en: There is no cure. Simple remedies ease it., zh: 没有特效药，对症处理即可。}
self_care: {en: Rest and drink plenty., zh: 多休息，多喝水。}
seek_care: {en: See a doctor if you feel worse after a week., zh: 一周后加重就去看医生。}
confused_with: [condition/flu]
clinician:
  management:
    - {text: {en: Antibiotics are not indicated., zh: 无抗生素指征。}, source: 2}
sources:
  - {title: Common cold, publisher: NHS (England), year: 2023, url: ""}
  - {title: Acute cough, publisher: NICE, year: 2019, url: "https://www.nice.org.uk/guidance/ng120"}
"""

MEDICINE = """
id: medicine/painaway
kind: medicine
updated: "2026-01-02"
name: {en: Painaway, zh: 止痛灵}
brands: {en: [Achestop], zh: []}
systems: [pain]
summary: {en: Painaway eases pain., zh: 止痛灵可以缓解疼痛。}
used_for: {en: Headaches., zh: 头痛。}
how_it_works: {en: It calms nerves., zh: 使神经平静。}
common_side_effects: {en: Sickness., zh: 恶心。}
serious_side_effects: {en: Bleeding., zh: 出血。}
avoid_if: {en: You bleed easily., zh: 容易出血的人。}
interactions:
  - {with: {en: blood thinners, zh: 抗凝药}, severity: avoid, why: {en: bleeding becomes more likely., zh: 更容易出血。}}
pregnancy: {en: Ask first., zh: 先咨询医生。}
driving: {en: You may drive., zh: 可以开车。}
overdose: {en: Call for help., zh: 立即求助。}
seek_care: {en: See a doctor if pain lasts., zh: 疼痛不缓解请就医。}
clinician: {cautions: [{text: {en: Avoid in bleeding disorders., zh: 出血性疾病禁用。}, source: 1}]}
sources: [{title: Painaway, publisher: BNF, year: 2024, url: ""}]
"""

TEST = """
id: test/haemoglobin
kind: test
updated: "2026-01-02"
name: {en: Haemoglobin, zh: 血红蛋白}
systems: [blood]
summary: {en: It shows how much oxygen the blood can carry., zh: 反映血液携氧能力。}
measures: {en: The red protein of the blood., zh: 血液中的红色蛋白。}
ranges:
  - {who: {en: adult women, zh: 成年女性}, low: 120, high: 150, unit: g/L, source: 1}
  - {who: {en: adult men, zh: 成年男性}, low: 130.5, unit: g/L, source: 1}
low_means: {en: This is called anaemia., zh: 称为贫血。}
low_causes: [{text: {en: Bleeding, zh: 出血}}, {text: {en: Lack of iron, zh: 缺铁}}]
preparation: {en: None is needed., zh: 不需要准备。}
next_steps: {en: The doctor looks for the cause., zh: 医生会查找原因。}
seek_care: {en: See a doctor if you are tired., zh: 乏力请就医。}
sources: [{title: Reference, publisher: WHO, year: 2011, url: ""}]
"""


def card(text: str = CONDITION, **changes: Any) -> Card:
    """The card in ``text``, with fields replaced (unchecked, so that a test can break anything)."""
    parsed = parse_card("card.yaml", text)
    assert parsed.card is not None, parsed.errors
    return parsed.card.model_copy(update=changes)


def both(en: str, zh: str = "中文内容") -> Bilingual:
    return Bilingual(en=en, zh=zh)


def symptom(identity: str, en: str, zh: str, *lay_en: str) -> Symptom:
    return Symptom(id=identity, name=Bilingual(en=en, zh=zh), lay=Names(en=lay_en), system="breathing")


VOCABULARY = (symptom("runny_nose", "Runny nose", "流鼻涕"), symptom("cough", "Cough", "咳嗽"))
