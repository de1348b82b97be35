"""Which sentences make an answer: sources that disagree are both heard, and only true repeats are left out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agent.compose import choose
from retrieval.passage import Hit, Passage


def _passage(document: str, title: str, text: str) -> Passage:
    return Passage(id=f"{document}#1", document_id=document, title=title, text=text, language="en")


FOR = _passage(
    "for",
    "Dalvine for restless sleep, a trial",
    "In 300 adults dalvine shortened restless sleep by 41 minutes. Restless sleep eased in most who took dalvine. "
    "Dalvine was well borne by adults with restless sleep. Restless sleep came back after dalvine was stopped.",
)
AGAINST = _passage(
    "against",
    "Dalvine and restless sleep in a second trial",
    "A second trial of dalvine in restless sleep found no difference. The change was 3 minutes against 2 minutes.",
)
OTHER = _passage("other", "Naps", "Naps of shift workers were counted for 12 weeks in one town.")
HITS = [Hit(FOR, 3.0), Hit(AGAINST, 2.0), Hit(OTHER, 1.0)]
QUESTION = "Does dalvine help restless sleep?"


def _near(question: str, texts: Sequence[str]) -> list[float]:
    """The first trial sounds nearest, the second clearly less so."""
    return [0.95 if "first" not in text and "a trial:" in text else 0.8 for text in texts]


def _told(prefer: str) -> list[str]:
    return [quote.text for quote in choose(QUESTION, HITS, _near, prefer=prefer)]


def test_a_clinician_hears_the_source_that_disagrees_with_its_figures() -> None:
    told = _told("clinician")
    assert "A second trial of dalvine in restless sleep found no difference." in told
    assert "The change was 3 minutes against 2 minutes." in told


def test_a_source_about_something_else_is_not_heard() -> None:
    assert not any("shift workers" in sentence for sentence in _told("clinician"))


def test_for_a_patient_the_nearest_source_is_enough() -> None:
    assert all(sentence in FOR.text for sentence in _told(""))


@pytest.mark.parametrize(("figure", "count"), [("7.5%", 2), ("7.0%", 1)])
def test_the_same_words_with_another_figure_are_no_repeat(figure: str, count: int) -> None:
    sentence = "For frail elders with type 2 diabetes this statement advises an HbA1c below {}."
    hits = [
        Hit(_passage(name, "Targets in frail elders", sentence.format(value)), 1.0)
        for name, value in (("old", "7.0%"), ("new", figure))
    ]
    quotes = choose("Which HbA1c is advised in frail elders?", hits, lambda _, texts: [0.9] * len(texts))
    assert len(quotes) == count
