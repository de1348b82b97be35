"""Everyday wordings: what is read out of them, and what must not be."""

import pytest

from agent.symptoms import SymptomMatcher
from agent.wordings import Wordings
from retrieval.handbook.outline import load_outline


def found(text: str) -> set[str]:
    return {mention.symptom for mention in SymptomMatcher.load().find(text)}


@pytest.mark.parametrize(
    ("said", "symptoms"),
    [
        ("这阵子老是口渴，夜里要起来好几次小便，人也瘦了", {"excessive_thirst", "night_urination", "weight_loss"}),
        ("so thirsty, up several times a night to pee, losing weight", {"excessive_thirst", "night_urination", "weight_loss"}),
        ("半夜跑三四趟厕所，裤腰都松了", {"night_urination", "weight_loss"}),
        ("dropped two belt holes and I'm peeing all the time", {"weight_loss", "frequent_urination"}),
        ("腰总是隐隐约约地疼", {"low_back_pain"}),
        ("my lower back has been aching", {"low_back_pain", "back_pain"}),
        ("胳膊和腿都很酸", {"arm_pain", "leg_pain"}),
        ("膝盖一弯就疼", {"knee_pain"}),
        ("my neck keeps hurting", {"neck_pain"}),
        ("鼻子总是堵，耳朵里嗡嗡响", {"blocked_nose", "tinnitus"}),
        ("my eyes are itchy and dry", {"itchy_eyes", "dry_eyes"}),
        ("脚也有点麻", {"numbness"}),
    ],
)  # fmt: skip
def test_what_people_say_is_read(said: str, symptoms: set[str]) -> None:
    assert found(said) == symptoms


@pytest.mark.parametrize(
    ("said", "symptom"),
    [
        ("I lost my keys", "numbness"),
        ("red spots on my arm", "vaginal_bleeding"),
        ("my nose is running", "diarrhoea"),
        ("skin irritation on my hands", "irritability"),
        ("high fever and mild headache", "low_grade_fever"),
        ("my baby is six months old", "recent_childbirth"),
        ("terrible weather today", "malaise"),
        ("itchy eyes", "itchy_skin"),
        ("手术后第三天疼", "hand_pain"),
        ("骨头汤喝了胃疼", "headache"),
        ("耳机会影响听力吗", "tinnitus"),
        ("水痘多久能好", "spots_pimples"),
        ("会不会是疥疮", "crusty_sores"),
        ("麻烦医生看看我的手", "numbness"),
        ("头孢可以和酸奶一起吃吗", "headache"),
    ],
)
def test_what_only_sounds_like_a_symptom_is_none(said: str, symptom: str) -> None:
    assert symptom not in found(said)


def test_every_wording_is_of_a_known_symptom() -> None:
    known = {symptom.id for symptom in load_outline().symptoms}
    wordings = Wordings.load()
    assert {symptom for symptom, _ in (*wordings.english, *wordings.chinese)} <= known
    assert {symptom for part in wordings.parts for _, symptom in part.symptoms} <= known
