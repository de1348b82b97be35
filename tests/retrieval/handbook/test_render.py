import re

import pytest

from retrieval.handbook.load import load_cards
from retrieval.handbook.render import to_document, to_documents
from retrieval.handbook.wording import chinese_units, listed
from retrieval.passage import Section
from tests.retrieval.handbook.cards import CONDITION, MEDICINE, TEST, card


def sections(text: str = CONDITION) -> dict[str, Section]:
    (document,) = to_document(card(text))
    return {section.anchor: section for section in document.sections}


def test_both_languages_have_the_same_sections_with_their_own_titles() -> None:
    found = sections()
    english = [anchor for anchor in found if not anchor.endswith(".zh")]
    assert [f"{anchor}.zh" for anchor in english] == [anchor for anchor in found if anchor.endswith(".zh")]
    assert {section.title for section in found.values()} == {"Cold", "感冒"}
    assert found["seek-care"].heading == "When to get help"
    assert found["seek-care.zh"].heading == "什么时候就医"


def test_red_flags_are_sentences_after_a_lead_by_urgency() -> None:
    text = sections()["red-flags"].text
    assert text.startswith("Call an ambulance")
    assert (
        text.index("You struggle to breathe.") < text.index("See a doctor today") < text.index("A high fever")
    )
    assert "请立即呼叫救护车" in sections()["red-flags.zh"].text


def test_clinician_lines_carry_their_source_and_audience() -> None:
    section = sections()["clinician"]
    assert section.text == "Antibiotics are not indicated (NICE, 2019)."
    assert section.audience == "clinician"
    assert sections()["clinician.zh"].text == "无抗生素指征（NICE，2019）。"


def test_document_says_where_it_comes_from() -> None:
    (document,) = to_document(card())
    assert document.source == "Wenzhen handbook (NHS)"
    assert document.url == "https://www.nice.org.uk/guidance/ng120"
    assert document.evidence == "handbook"
    assert document.metadata["review"] == "none"
    assert document.metadata["synonyms"] == "Cold; 感冒; head cold; 伤风"


def test_usual_urgency_and_what_raises_it_follow_when_to_get_help() -> None:
    found = sections()
    assert "urgency" not in found
    assert "can usually be managed at home" in found["seek-care"].text
    assert found["seek-care.zh"].text.index("一般可以") > 0


def test_ranges_are_sentences_with_number_unit_and_source() -> None:
    text = sections(TEST)["ranges"].text
    assert "Haemoglobin, adult women: the usual range is 120 to 150 g/L (WHO, 2011)." in text
    assert "130.5 g/L or more" in text
    assert "120至150 g/L（WHO，2011）" in sections(TEST)["ranges.zh"].text
    assert "Causes of a low result include bleeding and lack of iron." in sections(TEST)["low"].text


@pytest.mark.parametrize(
    ("items", "english", "chinese"),
    [
        (["Flu"], "flu", "Flu"),
        (["Acute bronchitis", "COVID-19", "Lyme disease"], "acute bronchitis, COVID-19 or Lyme disease", "Acute bronchitis、COVID-19、Lyme disease"),
        (["Crohn's disease", "Guillain-Barré syndrome"], "Crohn's disease or Guillain-Barré syndrome", "Crohn's disease、Guillain-Barré syndrome"),
        (["Swelling, after a trip", "Age over 65."], "swelling, after a trip; age over 65", "Swelling, after a trip、Age over 65"),
        (["A fall or crash", "Alcohol"], "a fall or crash; alcohol", "A fall or crash、Alcohol"),
    ],
)  # fmt: skip
def test_lists_read_as_part_of_a_sentence(items: list[str], english: str, chinese: str) -> None:
    assert listed(items, "en", "or") == english
    assert listed(items, "zh") == chinese


def test_interactions_name_both_sides() -> None:
    assert (
        sections(MEDICINE)["interactions"].text
        == "Painaway should not be taken together with blood thinners: bleeding becomes more likely."
    )


@pytest.mark.parametrize("document", to_documents(load_cards()), ids=lambda document: document.id)
def test_every_section_of_every_card_reads_as_sentences(document) -> None:  # type: ignore[no-untyped-def]
    anchors = [section.anchor for section in document.sections]
    assert len(anchors) == len(set(anchors))
    for section in document.sections:
        assert section.text.endswith((".", "!", "?", "。", "！", "？", "”", "）", ")", '"'))
        assert "{" not in section.text
        assert section.heading


def test_no_unit_of_a_built_in_card_stays_english_in_chinese() -> None:
    units = {
        one.unit
        for card in load_cards()
        for one in (*getattr(card, "ranges", ()), *getattr(card, "thresholds", ()))
    }
    worded = {unit for unit in units if re.search(r"(?<![A-Za-z/])[a-z]{4,}|\s", unit) and "/" not in unit}
    assert worded <= set(chinese_units()), worded - set(chinese_units())
