from pathlib import Path

import pytest
import yaml

from agent.grounding.contradiction import contradictions
from agent.grounding.corpora import documents
from agent.grounding.pairs import make_pairs
from retrieval.sentences import sentences

PAIRS = yaml.safe_load(Path(__file__).with_name("contradictions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_both_hold_is_found(language: str) -> None:
    assert len(PAIRS[language]) == 30
    missed = [pair for pair in PAIRS[language] if not contradictions(pair)]
    assert len(missed) <= 3, missed


def agreeing() -> list[tuple[str, str]]:
    """A sentence and its rewording, and two sentences of one card: nothing of these contradicts."""
    reworded = [(p.original, p.claim) for p in make_pairs(None, per_corpus=40) if p.supported]
    beside = []
    for source in documents(None, per_corpus=40):
        for passage in source.passages:
            spans = sentences(passage.text, passage.language)
            beside += [
                (passage.text[a:b], passage.text[c:d])
                for (a, b), (c, d) in zip(spans, spans[1:], strict=False)
            ]
    return reworded[:100] + beside[:: max(1, len(beside) // 100)][:100]


def test_sources_that_agree_are_not_set_against_each_other() -> None:
    pairs = agreeing()
    assert len(pairs) == 200
    wrong = [(one, other) for one, other in pairs if contradictions([one, other])]
    assert len(wrong) <= 10, wrong


def test_one_document_is_not_held_against_itself() -> None:
    one, other = PAIRS["en"][3]
    assert not contradictions([one, other], ["card", "card"])
    (found,) = contradictions([one, other], ["card", "article"])
    assert (found.first, found.second) == (0, 1)
    assert ("4 g" in found.said, "2 g" in found.against) == (True, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Children take 5 mg of the medicine.", "Adults take 10 mg of the medicine."),
        ("Ibuprofen is not given in kidney disease.", "Paracetamol is given in kidney disease."),
        ("Acute hepatitis lasts 6 weeks.", "Chronic hepatitis lasts 12 months."),
        ("成人每次10毫克。", "儿童每次5毫克。"),
        ("急性胰腺炎需要住院。", "慢性胰腺炎不需要住院。"),
    ],
)
def test_other_people_other_medicines_and_other_illnesses_are_no_contradiction(one: str, other: str) -> None:
    assert not contradictions([one, other])
