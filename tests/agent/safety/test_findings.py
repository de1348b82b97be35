"""What is read out of a message: concept, status, person, exact words."""

from __future__ import annotations

import pytest

from agent.safety.findings import Finding, extract


def status(text: str, concept: str) -> set[str]:
    return {f.status for f in extract([text]) if f.concept == concept}


def of(text: str, concept: str) -> list[Finding]:
    return [f for f in extract([text]) if f.concept == concept]


def test_words_are_exact_and_placed() -> None:
    said = ["Hello", "My chest HURTS and I’m sweating 😰"]
    for finding in extract(said):
        assert said[finding.turn][finding.start : finding.end] == finding.evidence
    assert {"chest_pain", "sweating"} <= {f.concept for f in extract(said)}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("she was vomitting all night", "vomiting"),
        ("brething is hard", "breathless"),
        ("he is unconcious", "unconscious"),
        ("having a siezure", "seizure"),
        ("there's an elephant on my chest", "chest_pain_crushing"),
        ("🤮 since morning", "vomiting"),
        ("喘不上气", "breathless_severe"),
        ("胸口像压了块石头", "chest_pain_crushing"),
        ("媽媽嘴歪了", "face_droop"),
        ("我 chest pain 好几个小时了", "chest_pain"),
    ],
)
def test_lay_words_slips_and_traditional_characters(text: str, concept: str) -> None:
    assert "present" in status(text, concept)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("my baby is vomiting", "baby"),
        ("my daughter is vomiting", "child"),
        ("my husband is vomiting", "other_person"),
        ("I am vomiting", "self"),
        ("我妈吐了", "other_person"),
        ("宝宝吐了", "baby"),
    ],
)
def test_whose(text: str, who: str) -> None:
    assert {f.who for f in of(text, "vomiting")} == {who}


def test_the_person_stays_until_another_is_named() -> None:
    later = [f for f in extract(["my husband is ill", "he is vomiting"]) if f.concept == "vomiting"]
    assert {f.who for f in later} == {"other_person"}
