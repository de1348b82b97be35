import pytest

from retrieval.handbook.load import CardError
from retrieval.handbook.show import find_card, show
from retrieval.handbook.stats import stats
from tests.retrieval.handbook.cards import MEDICINE, TEST, VOCABULARY, both, card

CARDS = (card(), card(MEDICINE), card(TEST))


@pytest.mark.parametrize("wanted", ["condition/cold", "cold", "Head Cold", "伤风", " 感冒 "])
def test_a_card_is_found_by_any_name(wanted: str) -> None:
    assert find_card(CARDS, wanted).id == "condition/cold"


def test_an_unknown_card_names_its_neighbours() -> None:
    with pytest.raises(CardError, match="Near it: haemoglobin"):
        find_card(CARDS, "hemoglobin")


def test_a_card_is_shown_in_one_language_with_its_sources() -> None:
    english, chinese = show(CARDS[0], "en"), show(CARDS[0], "zh")
    assert "When to get help\nSee a doctor" in english
    assert "not signed by a clinician" in english
    assert "2. Acute cough. NICE, 2019. https://www.nice.org.uk/guidance/ng120" in english
    assert "什么时候就医\n一周后加重" in chinese
    assert "未经临床医生审核" in chinese
    assert "See a doctor" not in chinese


def test_long_chinese_lines_wrap_without_cutting_a_word() -> None:
    text = show(card(causes=both("Many.", "病毒" * 60 + "International"), risk_factors=()), "zh")
    assert "International" in text
    assert max(len(line) for line in text.splitlines() if "病毒病毒" in line) <= 48


def test_stats_have_the_contracts_keys_and_coverage() -> None:
    counted = stats(CARDS, VOCABULARY)
    assert {key: counted[key] for key in ("conditions", "medicines", "tests", "topics", "symptoms")} == {
        "conditions": 1,
        "medicines": 1,
        "tests": 1,
        "topics": 0,
        "symptoms": 2,
    }
    assert counted["by_system"] == {"blood": 1, "breathing": 1, "pain": 1}
    assert counted["by_age"]["infant"] == 1
    assert counted["by_language"]["zh"]["cards"] == 3
