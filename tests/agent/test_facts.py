import pytest

from agent.facts import disagreement, facts_of


@pytest.mark.parametrize(
    ("text", "numbers", "units"),
    [
        ("Take 1,500 mg a day", {"1500"}, {"mg"}),
        ("an HbA1c of 6.50% or more", {"6.5"}, {"%"}),
        ("It lasts three days in two weeks", {"3", "2"}, {"day", "week"}),
        ("收缩压不低于140 mmHg", {"140"}, {"mmhg"}),
        ("持续两周，每次5毫克", {"2", "5"}, {"周", "mg"}),
        ("Type B is common", set(), set()),
    ],
)
def test_numbers_and_units_are_found_in_both_languages(text: str, numbers: set[str], units: set[str]) -> None:
    facts = facts_of(text)
    assert facts.numbers == numbers
    assert units <= facts.units


@pytest.mark.parametrize(
    ("claim", "source", "word"),
    [
        ("It lasts 4 to 72 hours.", "Attacks last 4 to 48 hours.", "72"),
        ("Give 5 mg.", "The dose is 5 mcg.", "mg"),
        ("It is safe in pregnancy.", "It is not safe in pregnancy.", "negation"),
        ("孕妇可以使用。", "孕妇禁用。", "negation"),
        ("病程约三天。", "病程约七天。", "三天"),
    ],
)
def test_a_swapped_number_unit_or_negation_is_caught(claim: str, source: str, word: str) -> None:
    assert word in disagreement(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Attacks last 4 to 72 hours.", "An attack lasts from 4 to 72 hours and often throbs."),
        ("腹部不适很常见。", "患者常有腹部不适。"),
        ("没有症状时不需要治疗。", "无症状者不必治疗。"),
        ("It differs from a cold.", "A cold and this illness are different."),
    ],
)
def test_the_same_facts_in_other_words_agree(claim: str, source: str) -> None:
    assert disagreement(claim, source) == ""
