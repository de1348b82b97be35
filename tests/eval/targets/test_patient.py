"""A simulated patient answers what is asked, from what it knows, and nothing else."""

from __future__ import annotations

import pytest

from agent.types import Outcome
from eval.schema.source import Fact, Persona, SimulatedPatient
from eval.targets.conversation import Answer
from eval.targets.patient import converse, reply_to
from tests.eval.replies import answer

PATIENT = SimulatedPatient(
    opening="My belly hurts",
    facts=(
        Fact(say="I have been vomiting"),
        Fact(say="It began two days ago"),
        Fact(say="It moved to the lower right", asked=("where", "location")),
    ),
    absent=("diarrhea",),
)
CHINESE = SimulatedPatient(
    opening="肚子疼", facts=(Fact(say="吐了两次"), Fact(say="昨天开始的")), absent=("腹泻",)
)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Have you been vomiting?", "I have been vomiting"),
        ("Since when have you had this?", "It began two days ago"),
        ("Where is the location of the pain?", "lower right"),
        ("Do you also have diarrhea?", "No, no diarrhea."),
        ("How old are you?", "I'm 24, a woman."),
        ("Do you keep pigeons?", "I don't know."),
    ],
)
def test_english(question: str, says: str) -> None:
    assert says in reply_to((question,), PATIENT, Persona(age="24", sex="female"), "en", set())


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("从什么时候开始的？", "昨天开始的"),
        ("有没有腹泻？", "没有腹泻。"),
        ("您多大年纪？", "我24岁"),
        ("养鸽子吗？", "我不清楚。"),
    ],
)
def test_chinese(question: str, says: str) -> None:
    assert says in reply_to((question,), CHINESE, Persona(age="24"), "zh", set())


def test_the_interview_ends_when_nothing_more_is_asked_or_it_is_an_emergency() -> None:
    script = iter(
        [
            answer(questions=("Have you been vomiting?",)),
            answer(questions=("Where is it?",)),
            answer(outcome=Outcome.EMERGENCY, questions=("Since when?",)),
        ]
    )
    said: list[str] = []

    def say(text: str) -> Answer:
        said.append(text)
        return next(script)

    assert len(list(converse(say, PATIENT, None, "en"))) == 3
    assert said == ["My belly hurts", "I have been vomiting", "It moved to the lower right"]
