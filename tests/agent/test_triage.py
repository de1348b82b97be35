import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.skills.differential import Candidate
from agent.triage import Circumstances, Opinion, decide, estimate
from agent.types import Level
from retrieval.handbook.outline import ConditionOutline

LEVELS = st.sampled_from(list(Level))


@given(floor=st.none() | LEVELS, pinned=LEVELS, opinion=st.none() | LEVELS, model=st.none() | LEVELS)
def test_the_level_is_the_maximum_and_nothing_goes_below_the_floor(
    floor: Level | None, pinned: Level, opinion: Level | None, model: Level | None
) -> None:
    triage = decide(
        floor=floor,
        pinned=pinned,
        red_flags=(),
        flag_reasons=(),
        opinion=Opinion(opinion, ("because",)) if opinion is not None else None,
        model=model,
        language="en",
    )
    given_levels = [level for level in (floor, pinned, opinion, model) if level is not None]
    assert triage.level == max(given_levels)
    assert triage.level >= (triage.floor or Level.NONE)
    assert triage.reasons


def test_a_complaint_that_no_card_explains_is_not_left_at_home() -> None:
    assert estimate([], Circumstances(), "en").level == Level.ROUTINE


def card(name: str, urgency: str, prevalence: str = "common") -> ConditionOutline:
    return ConditionOutline(f"condition/{name}", "", prevalence, urgency, {}, {})


def candidate(name: str, urgency: str, probability: float, present: tuple[str, ...] = ()) -> Candidate:
    return Candidate(card(name, urgency), probability, present, ())


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_level_says_what_would_change_it(level: Level, language: str) -> None:
    triage = decide(
        floor=None,
        pinned=Level.NONE,
        red_flags=(),
        flag_reasons=(),
        opinion=Opinion(level, ("because",)),
        model=None,
        language=language,
    )
    assert triage.reasons[0] == "because"
    assert len(triage.reasons) == 2


def test_an_urgency_needs_a_share_of_the_probability() -> None:
    mild = candidate("common-cold", "self_care", 0.7)
    assert (
        estimate([mild, candidate("influenza", "urgent", 0.1)], Circumstances(), "en").level
        == Level.SELF_CARE
    )
    two = [candidate("influenza", "urgent", 0.15), candidate("pneumonia", "urgent", 0.15)]
    assert estimate([mild, *two], Circumstances(), "en").level == Level.URGENT


def test_a_danger_that_hardly_fits_is_no_urgency() -> None:
    dengue = candidate("dengue", "urgent", 0.01)
    assert estimate([dengue], Circumstances(), "en").level == Level.ROUTINE
    together = [candidate(name, "urgent", 0.05) for name in ("pneumonia", "pyelonephritis")]
    assert estimate(together, Circumstances(), "en").level == Level.URGENT


def test_a_card_alone_calls_no_emergency() -> None:
    level = estimate([candidate("stroke", "emergency", 0.9)], Circumstances(), "en").level
    assert level == Level.URGENT


@pytest.mark.parametrize(
    "circumstances",
    [
        Circumstances(duration_days=60),
        Circumstances(age_years=80),
        Circumstances(pregnant=True),
        Circumstances(worsening=True),
        Circumstances(long_term=True),
    ],
)
def test_circumstances_lift_home_care_to_an_appointment(circumstances: Circumstances) -> None:
    cold = candidate("common-cold", "self_care", 0.9)
    assert estimate([cold], circumstances, "en").level == Level.ROUTINE


def test_a_cough_is_long_sooner_than_other_complaints() -> None:
    month = Circumstances(duration_days=30)
    assert estimate([candidate("common-cold", "self_care", 0.9)], month, "en").level == Level.SELF_CARE
    cough = candidate("common-cold", "self_care", 0.9, ("cough",))
    assert estimate([cough], month, "en").level == Level.ROUTINE


def test_what_a_simple_remedy_eases_may_stay_at_home_if_often_met() -> None:
    eased = Circumstances(eased=True)
    reflux = candidate("gastro-oesophageal-reflux-disease", "routine", 0.9)
    assert estimate([reflux], eased, "en").level == Level.SELF_CARE
    rare = Candidate(card("hyperthyroidism", "routine", "rare"), 0.9, (), ())
    assert estimate([rare], eased, "en").level == Level.ROUTINE
    urgent = candidate("pneumonia", "urgent", 0.9)
    assert estimate([urgent], eased, "en").level == Level.URGENT
