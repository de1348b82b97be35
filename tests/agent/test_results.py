"""A result is placed only where it is certain what was measured, and told with its range and what comes next."""

from __future__ import annotations

import pytest

from agent.consult import Consultant
from agent.results import Place, place_of, result_in
from agent.types import Outcome, Turn
from retrieval.handbook.outline import Span

PLACED = [
    ("What does a TSH of 8 mean?", "test/tsh", Place.ABOVE),
    ("空腹血糖7.2是糖尿病吗？", "test/fasting-glucose", Place.ABOVE),
    ("Fasting glucose 118 mg/dL, I feel fine", "test/fasting-glucose", Place.ABOVE),
    ("fasting sugar 95", "test/fasting-glucose", Place.WITHIN),
    ("HbA1c 6.8%", "test/hba1c", Place.ABOVE),
    ("血红蛋白95 g/L", "test/haemoglobin", Place.BELOW),
    ("my haemoglobin is 9.5", "test/haemoglobin", Place.BELOW),
    ("creatinine 1.4 mg/dL", "test/creatinine", Place.ABOVE),
    ("creatinine 95", "test/creatinine", Place.BETWEEN),
    ("potassium 4.2, is that ok for a 45 year old?", "test/potassium", Place.WITHIN),
    ("CRP 40 after 3 days of fever", "test/crp", Place.ABOVE),
]
NOT_PLACED = [
    "What is a usual TSH?",
    "TSH 8 and ALT 80",
    "vitamin D 30",  # low in nmol/L, enough in ng/mL
    "INR 2.5 on warfarin",  # as it should be
    "血小板 9万",
    "What is ALT? I am 45 years old",
    "I take 500 mg of something for my potassium",
    "potassium 4200000",
]


@pytest.mark.parametrize(("text", "test", "place"), PLACED)
def test_where_a_number_lies(text: str, test: str, place: Place) -> None:
    found = result_in(text)
    assert found is not None
    assert (found.test, found.place) == (test, place)


@pytest.mark.parametrize("text", NOT_PLACED)
def test_what_is_not_certain_is_not_placed(text: str) -> None:
    assert result_in(text) is None


def test_who_somebody_is_chooses_the_range() -> None:
    text = "haemoglobin 125 g/L"
    assert [found.place for sex in ("female", "male", None) if (found := result_in(text, sex))] == [
        Place.WITHIN,
        Place.BELOW,
        Place.BETWEEN,
    ]


def test_the_ends_of_a_range_belong_to_it() -> None:
    spans = (Span(3.5, 5.3, "mmol/L", "Adults"),)
    assert [place_of(value, spans) for value in (3.4, 3.5, 5.3, 5.4)] == [
        Place.BELOW,
        Place.WITHIN,
        Place.WITHIN,
        Place.ABOVE,
    ]


def test_a_result_is_answered_with_its_range_and_what_it_means(consultant: Consultant) -> None:
    reply = consultant.ask(Turn(text="空腹血糖7.2是糖尿病吗？"))
    assert reply.outcome is Outcome.ANSWERED
    assert "7.2高于" in reply.text
    quoted = {citation.passage_id.partition("#")[2].partition(".")[0] for citation in reply.citations}
    assert {"ranges", "high", "next-steps", "seek-care"} <= {name.split("/")[0] for name in quoted}
    assert all(claim.support > 0.9 for claim in reply.claims)
    assert "低血糖" not in reply.text
