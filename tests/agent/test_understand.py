import pytest

from agent.safety.findings import extract
from agent.understand import Understanding, understand


def read(*said: str) -> Understanding:
    return understand(said, extract(said))


def test_a_question_that_goes_on_about_a_medicine_tells_of_nobody() -> None:
    assert not read("What is amlodipine for?", "Does it make the ankles swell?").complaint
    assert not read("氨氯地平是治什么的？", "它会让脚踝肿吗？").complaint
    assert not read("What is metformin for?", "And with alcohol?").complaint


def test_one_s_own_symptom_in_such_a_question_is_one() -> None:
    assert read("What is amlodipine for?", "My ankles are swollen, is it that?").complaint
    assert read("氨氯地平是治什么的？", "我脚踝肿了，是因为它吗？").complaint


def test_a_cold_is_no_feeling_of_cold() -> None:
    assert "feeling_cold" not in read("How do I tell flu from a cold?").present
    assert "feeling_cold" in read("I feel cold all the time").present


def test_a_reading_tells_of_fever() -> None:
    assert "fever" in read("My 7-year-old has 38.2 with a cold, eating and playing").present
    assert "fever" not in read("My 7-year-old has 37.2, eating and playing").present


def test_slips_and_traditional_characters_are_read() -> None:
    assert "runny_nose" in read("runy nose for two days").present
    assert "headache" in read("我頭痛兩天了").present


def test_chinese_adverbs_do_not_hide_tiredness() -> None:
    assert read("我老是累").present == ("fatigue",)


def test_who_has_one_of_two_opposites_has_not_the_other() -> None:
    assert "weight_loss" in read("I have gained weight and I'm tired").denied


def test_a_denial_between_the_words_of_a_symptom_is_heard() -> None:
    assert read("My throat doesn't hurt").denied == ("sore_throat",)
    assert "knee_pain" in read("膝盖不疼，就是走路多了累").denied
    assert "back_pain" in read("My back pain never goes away").present


def test_no_change_denies_where_a_symptom_follows() -> None:
    assert "change_in_bowel_habit" in read("No changes in bowel habits").denied
    assert "vertigo" in read("She has a 3-week history of vertigo").present


@pytest.mark.parametrize(
    "text", ["高血压的人能喝咖啡吗？", "高血压患者可以吃咸菜吗？", "Can people with a headache drink coffee?"]
)
def test_a_question_about_everybody_who_has_it_tells_of_nobody(text: str) -> None:
    assert not understand([text], extract([text])).present


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("I twisted my ankle yesterday", 1.0),
        ("my throat hurts since this morning", 0.5),
        ("昨晚开始肚子疼", 1.0),
        ("上周开始咳嗽", 7.0),
        ("headache for 3 days, worse today", 3.0),
    ],
)
def test_since_when_is_read_without_a_number_too(text: str, days: float) -> None:
    assert understand([text], extract([text])).circumstances.duration_days == days


@pytest.mark.parametrize(
    "text", ["My period is two weeks late and the test is negative", "例假推迟两周了，验孕试纸阴性"]
)
def test_a_negative_test_denies_no_symptom(text: str) -> None:
    assert "missed_period" in understand([text], extract([text])).present


def test_who_coughs_dry_coughs_nothing_up() -> None:
    text = "I have had a dry cough for three weeks"
    assert "productive_cough" in understand([text], extract([text])).denied


@pytest.mark.parametrize(
    ("text", "young"),
    [
        ("宝宝每天傍晚哭闹是肠绞痛吗？", True),
        ("My son has a fever and an earache", True),
        ("feeling low for months after my baby was born", False),
        ("I have a sore breast and my baby is hungry", False),
        ("生完宝宝一直情绪低落", False),
    ],
)
def test_who_is_told_of_as_a_child_is_one(text: str, young: bool) -> None:
    understanding = understand([text], extract([text]))
    assert ((understanding.person.age_years or 40) < 16) is young
    assert understanding.circumstances.age_years is None
