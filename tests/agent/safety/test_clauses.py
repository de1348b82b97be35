"""Denied, past, supposed, somebody else's: the words around a symptom."""

from __future__ import annotations

import pytest

from agent.safety.findings import extract


def statuses(text: str, concept: str) -> set[str]:
    return {f.status for f in extract([text]) if f.concept == concept}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("no chest pain, just a runny nose", "chest_pain"),
        ("I don't have chest pain or a cough", "cough"),
        ("she denies chest pain, cough, vomiting", "vomiting"),
        ("No fever, cough or vomiting.", "vomiting"),
        ("without any vomiting", "vomiting"),
        ("neither fever nor vomiting", "vomiting"),
        ("my chest doesn't hurt", "chest_pain"),
        ("I haven't vomited", "vomiting"),
        ("没有胸痛", "chest_pain"),
        ("没有发烧、咳嗽、呕吐", "vomiting"),
        ("不咳嗽也不发烧", "fever"),
        ("否认胸痛", "chest_pain"),
        ("无胸痛", "chest_pain"),
        ("胸口不疼", "chest_pain"),
    ],
)
def test_denied(text: str, concept: str) -> None:
    assert statuses(text, concept) == {"denied"}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("no fever but I have chest pain", "chest_pain"),
        ("no fever, I have chest pain", "chest_pain"),
        ("no fever, crushing chest pain", "chest_pain"),
        ("not sure why my chest hurts", "chest_pain"),
        ("no relief, chest pain for an hour", "chest_pain"),
        ("I don't know what to do, chest pain", "chest_pain"),
        ("can't breathe", "breathless_severe"),
        ("没有发烧，但是胸痛", "chest_pain"),
        ("不发烧，胸痛", "chest_pain"),
        ("不知道为什么胸痛", "chest_pain"),
        ("胸痛一直没有缓解", "chest_pain"),
        ("喘不上气", "breathless_severe"),
        ("I had chest pain an hour ago", "chest_pain"),
        ("chest pain this morning", "chest_pain"),
        ("chest pain, is it a heart attack?", "chest_pain"),
        ("wondering if my chest pain is serious", "chest_pain"),
        ("chest pain started 3 months ago and it's worse now", "chest_pain"),
    ],
)
def test_present(text: str, concept: str) -> None:
    assert "present" in statuses(text, concept)


@pytest.mark.parametrize(
    "text",
    [
        "I had chest pain last year",
        "I used to get chest pain",
        "chest pain back in 2019",
        "去年有过胸痛",
        "以前胸痛过",
    ],
)
def test_past(text: str) -> None:
    assert statuses(text, "chest_pain") == {"past"}


@pytest.mark.parametrize(
    "text",
    [
        "what causes chest pain?",
        "can stress cause chest pain?",
        "if someone has chest pain, what do I do?",
        "is chest pain a symptom of reflux?",
        "my homework is about chest pain",
        "In my novel the hero has chest pain.",
        "胸痛有哪些原因？",
        "如果胸痛怎么办？",
        "小说里主角胸痛",
    ],
)
def test_hypothetical(text: str) -> None:
    assert statuses(text, "chest_pain") == {"hypothetical"}


@pytest.mark.parametrize(
    "text",
    [
        "my father died after chest pain",
        "we have a family history of chest pain",
        "我爸胸痛后去世了",
        "家族史有胸痛",
    ],
)
def test_somebody_elses(text: str) -> None:
    assert statuses(text, "chest_pain") == {"other"}
