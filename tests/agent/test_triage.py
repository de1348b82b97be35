from hypothesis import given
from hypothesis import strategies as st

from agent.triage import Circumstances, Opinion, decide, estimate
from agent.types import Level

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
