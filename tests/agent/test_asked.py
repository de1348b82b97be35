"""Short answers to what was asked back: they count, nobody is asked twice, and no "no" calms a screen."""

from __future__ import annotations

import pytest

from agent.asked import asks, completed, is_bare, questions_in, with_answers
from agent.consult import Consultant
from agent.types import Exchange, Level, Turn
from prompts.phrases import phrase

EN, ZH = "Any wheezing as well?", "有没有喘鸣？"
WHO, WHO_ZH = phrase("ask_who", "en"), phrase("ask_who", "zh")


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        (EN, "yes", "There is also wheezing"),
        (EN, "Yeah, at night mostly", "There is also wheezing"),
        (EN, "a bit", "There is also wheezing"),
        (EN, "no", "There is no wheezing"),
        (EN, "Nope, nothing like that", "There is no wheezing"),
        (EN, "not really", "There is no wheezing"),
        (EN, f"{EN} no", "There is no wheezing"),
        (ZH, "有", "另外有喘鸣"),
        (ZH, "有一点", "另外有喘鸣"),
        (ZH, "没有", "没有喘鸣"),
        (ZH, "没有，就是干咳", "没有喘鸣"),
        (WHO, "45", "Age 45 years"),
        (WHO, "I'm 45, no illnesses", "Age 45 years"),
        (WHO_ZH, "45", "45岁"),
    ],
)
def test_a_short_answer_says_what_was_asked(question: str, text: str, said: str) -> None:
    assert said in with_answers(text, [question])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (EN, "no fever, but I am very tired"),
        (EN, "no idea"),
        (EN, "I don't know"),
        (EN, "yesterday it began"),
        (EN, "maybe"),
        (EN, "What is wheezing?"),
        (ZH, "没有好转"),
        (ZH, "有什么药可以吃？"),
        (ZH, "不知道"),
        (ZH, "有点发烧"),
        (WHO, "for 3 days"),
        (WHO, "38.5 this morning"),
        (WHO, "BP 150/90"),
        (WHO_ZH, "3天了"),
        (WHO_ZH, "体温38度"),
        ("", "yes"),
    ],
)
def test_what_says_something_of_its_own_answers_nothing(question: str, text: str) -> None:
    assert with_answers(text, [question]) == text


def test_the_questions_of_a_reply_are_read_from_its_text() -> None:
    for language in ("en", "zh"):
        for heading in ("ask_more", "vague"):
            replied = f"Rest.\n- drink\n\n{phrase(heading, language)}\n- {EN}\n- {WHO}"
            assert questions_in(replied) == (EN, WHO)
    assert questions_in("Rest.\n- drink") == ()


def test_no_answer_is_added_for_the_screens_but_a_yes_is() -> None:
    replied = f"{phrase('ask_more', 'en')}\n- {EN}"
    for said, both, raising in (("no", 1, 0), ("yes", 1, 1)):
        turn = Turn(text=said, history=(Exchange(said="I cough", replied=replied),))
        assert ("wheezing" in completed(turn)[-1]) == both
        assert ("wheezing" in completed(turn, denials=False)[-1]) == raising


@pytest.mark.parametrize("text", ["no", "Yes!", "没有。", "是的", "45"])
def test_a_bare_answer_has_no_language_of_its_own(text: str) -> None:
    assert is_bare(text)
    assert not asks(text)


def test_an_interview_goes_forward(consultant: Consultant) -> None:
    """Nobody is asked the same twice, a "no" is heard, and what stays as it was is not told again at length."""
    replies = consultant.talk(["I have a headache", "no", "since yesterday", "45"])
    asked = [question for reply in replies for question in reply.questions]
    assert len(asked) >= 3
    assert len(set(asked)) == len(asked)
    assert all(reply.citations for reply in replies)
    assert min(len(reply.text) for reply in replies[1:]) < len(replies[0].text) / 2


def test_a_yes_to_a_danger_sign_raises_the_urgency(consultant: Consultant) -> None:
    replied = f"{phrase('ask_more', 'en')}\n- Any coughing up blood as well?"
    history = (Exchange(said="I have had a cough for a week", replied=replied),)
    calm = consultant.ask(Turn(text="no", history=history))
    raised = consultant.ask(Turn(text="yes", history=history))
    assert calm.triage.level < Level.URGENT <= raised.triage.level
    assert all(flag.evidence in ("yes", "I have had a cough for a week") for flag in raised.triage.red_flags)


def test_a_bare_answer_is_answered_in_the_language_of_the_conversation(consultant: Consultant) -> None:
    replies = consultant.talk(["我头疼", "no", "45"])
    assert {reply.language for reply in replies} == {"zh"}
