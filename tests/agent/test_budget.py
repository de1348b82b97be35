from hypothesis import given
from hypothesis import strategies as st

from agent.budget import fit
from retrieval.passage import Hit, Passage


def hit(number: int, text: str) -> Hit:
    return Hit(Passage(id=f"d#{number}", document_id="d", title="", text=text), 1.0)


@given(st.lists(st.text(min_size=1, max_size=200), max_size=20), st.integers(0, 500))
def test_passages_are_whole_in_order_and_within_the_room(texts: list[str], room: int) -> None:
    hits = [hit(number, text) for number, text in enumerate(texts)]
    kept = fit(hits, room=room, count=len, overhead=0)
    assert [one for one in hits if one in kept] == list(kept)
    assert sum(len(one.passage.text) for one in kept) <= room


def test_a_long_passage_is_passed_over_for_a_short_one_behind_it() -> None:
    kept = fit([hit(0, "x" * 100), hit(1, "short")], room=20, count=len, overhead=0)
    assert [one.passage.text for one in kept] == ["short"]
