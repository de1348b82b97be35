import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground import Evidence, without_marks
from retrieval.passage import Passage

ENGLISH = Passage(
    id="d#s",
    document_id="d",
    title="Migraine",
    text=(
        "Migraine attacks last from 4 to 72 hours. Triptans are not given to people with heart disease. "
        "Ibuprofen taken early helps many people with migraine."
    ),
    language="en",
)
CHINESE = Passage(
    id="d#s.zh",
    document_id="d",
    title="偏头痛",
    text="偏头痛发作一般持续4到72小时。有冠心病的人不能使用曲普坦类药物。早期服用布洛芬对很多人有效。",
    language="zh",
)
EVIDENCE = Evidence((ENGLISH, CHINESE))


@pytest.mark.parametrize(
    ("claim", "quoted"),
    [
        ("Migraine attacks can last 4 to 72 hours [1].", "last from 4 to 72 hours"),
        ("Ibuprofen helps many people with migraine when taken early.", "Ibuprofen taken early"),
        ("偏头痛发作可持续4到72小时[2]。", "持续4到72小时"),
    ],
)
def test_a_supported_sentence_is_tied_to_exact_words(claim: str, quoted: str) -> None:
    verdict = EVIDENCE.judge(claim)
    assert verdict.kept, verdict.reason
    assert verdict.quote is not None
    passage = verdict.quote.passage
    assert passage.text[verdict.quote.start : verdict.quote.end] == verdict.quote.text
    assert quoted in verdict.quote.text


@pytest.mark.parametrize(
    "claim",
    [
        "Migraine attacks last from 4 to 96 hours.",
        "Triptans are given to people with heart disease.",
        "Naproxen taken early helps many people with migraine.",
        "Migraine is cured by acupuncture in most people.",
        "有冠心病的人能使用曲普坦类药物。",
        "偏头痛发作一般持续4到96小时。",
    ],
)
def test_a_sentence_with_one_fact_swapped_is_not_released(claim: str) -> None:
    verdict = EVIDENCE.judge(claim)
    assert not verdict.kept
    assert verdict.reason


def test_what_the_source_denies_without_repeating_it_is_denied() -> None:
    text = "Simple painkillers taken early in a migraine attack help many people, and medicines called triptans are used when they do not."
    evidence = Evidence((Passage(id="m#t", document_id="m", title="Migraine", text=text),))
    assert evidence.judge("Triptans are used for a migraine attack when painkillers do not help.").kept
    assert not evidence.judge("Medicines called triptans are not used when they do not.").kept


def test_marks_of_the_model_are_not_trusted() -> None:
    assert without_marks(
        "It helps [7] many [1, 2]people【3】."
    ) == "It helps manypeople." or "[" not in without_marks("It helps [7] many [1, 2]people【3】.")


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict_and_a_kept_one_has_exact_offsets(claim: str) -> None:
    verdict = EVIDENCE.judge(claim)
    if verdict.kept:
        assert verdict.quote is not None
        assert verdict.quote.passage.text[verdict.quote.start : verdict.quote.end] == verdict.quote.text
    else:
        assert verdict.reason
