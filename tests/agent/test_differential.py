"""The order of what could explain the symptoms."""

from agent.skills.differential import Kinds, Person, Reasoner
from retrieval.handbook.outline import ConditionOutline, load_outline


def first(*present: str, person: Person | None = None, top: int = 3) -> list[str]:
    ranked = Reasoner.load().rank(present, (), person, top)
    return [one.card.id.removeprefix("condition/") for one in ranked]


def card(name: str, symptoms: dict[str, str], weights: dict[str, float] | None = None) -> ConditionOutline:
    return ConditionOutline(f"condition/{name}", "", "common", "routine", symptoms, weights or {})


def test_thirst_urination_and_weight_loss_are_diabetes_first() -> None:
    adult = Person(age_years=55)
    assert first("excessive_thirst", "night_urination", "weight_loss", person=adult)[0] == "type-2-diabetes"


def test_a_narrower_symptom_speaks_for_a_card_that_lists_the_wider_one() -> None:
    cards = [card("a", {"headache": "common", "fever": "common"}), card("b", {"cough": "common"})]
    kinds = Kinds({"high_fever": frozenset({"fever"})}, {"fever": frozenset({"high_fever"})})
    ranked = Reasoner.of(cards, kinds).rank(["high_fever"])
    assert [one.card.id for one in ranked] == ["condition/a"]


def test_a_narrower_symptom_and_its_wider_one_are_one_piece_of_evidence() -> None:
    reasoner = Reasoner.load()
    alone = reasoner.rank(["high_fever", "cough"])
    both = reasoner.rank(["fever", "high_fever", "cough"])
    assert [one.probability for one in alone] == [one.probability for one in both]


def test_who_does_not_say_she_is_pregnant_is_mostly_not() -> None:
    untold = first("headache", "nausea", person=Person(age_years=28, sex="female"))
    assert "pre-eclampsia" not in untold
    assert "primary-dysmenorrhoea" not in first("abdominal_pain", person=Person(age_years=60, sex="female"))


def test_every_kind_is_a_known_symptom() -> None:
    known = {symptom.id for symptom in load_outline().symptoms}
    kinds = Kinds.load()
    assert set(kinds.wider) | set(kinds.narrower) <= known
