from pathlib import Path

import pytest

from retrieval.handbook.load import CardError, load_cards, load_symptoms, parse_card, read_cards
from tests.retrieval.handbook.cards import CONDITION


def test_chinese_lines_are_joined_without_blanks() -> None:
    parsed = parse_card("cold.yaml", CONDITION)
    assert parsed.card is not None
    assert parsed.card.summary.zh == "感冒是病毒引起的鼻子和喉咙的轻度感染。一般会自己好。"


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("very_common", "sometimes", "prevalence", "'sometimes'"),
        ("icd10: [J00]", "icd10: [cold]", "icd10.0", "'cold'"),
        ("  - {id: cough, frequency: common}\n", "", "symptoms", "at least 2"),
        ("systems: [breathing]", "system: [breathing]", "system", "not permitted"),
        ("year: 2019", "year: last", "sources.1.year", "'last'"),
    ],
)
def test_an_error_names_file_field_and_value(old: str, new: str, field: str, said: str) -> None:
    parsed = parse_card("cold.yaml", CONDITION.replace(old, new, 1))
    assert parsed.card is None
    assert any(error.field == field and said in error.message for error in parsed.errors)
    assert all(str(error).startswith("cold.yaml: ") for error in parsed.errors)


def test_a_key_written_twice_is_an_error() -> None:
    parsed = parse_card("cold.yaml", CONDITION + "kind: condition\n")
    assert "the key 'kind' is written twice" in str(parsed.errors[0])


def test_broken_yaml_names_the_line() -> None:
    parsed = parse_card("cold.yaml", "id: condition/cold\nname: {en: [\n")
    assert "line" in str(parsed.errors[0])


def test_a_broken_file_stops_loading_but_not_reading(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(CONDITION, encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\xff")
    files = list(read_cards(tmp_path))
    assert [file.card is not None for file in files] == [True, False]
    with pytest.raises(CardError, match="latin.yaml"):
        load_cards(tmp_path)


def test_symptom_files_are_joined(tmp_path: Path) -> None:
    entry = "- {id: cough, name: {en: Cough, zh: 咳嗽}, system: breathing}\n"
    (tmp_path / "a.yaml").write_text(entry, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(entry.replace("cough", "fever"), encoding="utf-8")
    assert [symptom.id for symptom in load_symptoms(tmp_path)] == ["cough", "fever"]
    (tmp_path / "c.yaml").write_text("- {id: Cough!}\n", encoding="utf-8")
    with pytest.raises(CardError, match=r"c\.yaml: 0\.id"):
        load_symptoms(tmp_path)


def test_the_built_in_cards_load() -> None:
    assert "condition/migraine" in {card.id for card in load_cards()}
