import pytest

from agent.spelling import corrected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wich foods shud i avoid wiht gout", "which foods"),
        ("what can triger a migrane", "trigger a migraine"),
        ("runy nose n sneezin 2 days no fevr", "runny nose n sneezing 2 days no fever"),
    ],
)
def test_a_slip_of_one_letter_is_mended(typed: str, meant: str) -> None:
    assert meant in corrected(typed)


@pytest.mark.parametrize(
    "text",
    [
        "What does a high ferrimodulin level mean?",
        "Is Metformax safe?",
        "painful knee on the stairs",
        "I'm on Losartin",
        "痛疯要忌口什么",
    ],
)
def test_what_is_known_or_a_name_or_far_from_any_word_stays(text: str) -> None:
    assert corrected(text) == text
