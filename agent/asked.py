"""What was asked back, and what a short answer to it says.

"Any wheezing as well?" – "no": the message alone says nothing. Whoever reads what a person said reads it together
with the question that it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from agent.tables import table
from agent.types import Exchange, Turn
from prompts.phrases import phrase

LANGUAGES = ("en", "zh")
OLDEST_YEARS = 110


def questions_in(replied: str) -> tuple[str, ...]:
    """The questions that close the text of a reply, as they stand there."""
    for heading in _headings():
        _, found, after = replied.rpartition(heading)
        if found:
            lines = (line.strip() for line in after.splitlines())
            return tuple(line.removeprefix("- ") for line in lines if line.startswith("- "))
    return ()


def is_yes_or_no(question: str) -> bool:
    """Whether a yes or a no answers it in full."""
    return any(_symptom_question(language).fullmatch(question) for language in LANGUAGES)


def asked_before(history: Iterable[Exchange]) -> tuple[str, ...]:
    """Every question that was asked back in a conversation."""
    return tuple(question for exchange in history for question in questions_in(exchange.replied))


def asks(text: str) -> bool:
    """Whether a message asks something of its own."""
    return bool(re.search(table("answers")["asks"], text, re.IGNORECASE))


def completed(turn: Turn, *, denials: bool = True) -> tuple[str, ...]:
    """Every message of the conversation, oldest first, with what it says by answering the question before it.

    Without ``denials`` only what adds to the picture: for the screens, which no "no" may calm.
    """
    said: list[str] = []
    asked: tuple[str, ...] = ()
    for exchange in turn.history:
        said.append(with_answers(exchange.said, asked, denials=denials))
        asked = questions_in(exchange.replied)
    return (*said, with_answers(turn.text, asked, denials=denials))


def with_answers(text: str, asked: Sequence[str], *, denials: bool = True) -> str:
    """A message, and after it in full words what its yes, no or bare number answers of ``asked``."""
    bare = text.strip()
    for question in asked:
        bare = bare.removeprefix(question).strip()
    said = [one for question in asked if (one := _answered(question, bare, denials))]
    return " ".join((text, *said)) if said else text


def _answered(question: str, text: str, denials: bool) -> str:
    for language in LANGUAGES:
        if found := _symptom_question(language).fullmatch(question):
            if _answer("yes").match(text):
                return phrase("there_is", language, symptom=found[1])
            if denials and _answer("no").match(text):
                return phrase("there_is_no", language, symptom=found[1])
            return ""
        if question == phrase("ask_who", language):
            age = re.search(table("answers")["age"], text, re.IGNORECASE)
            return phrase("aged", language, age=age[1]) if age and int(age[1]) <= OLDEST_YEARS else ""
    return ""


def is_bare(text: str) -> bool:
    """Whether a message is only a yes, a no or a number, in whatever language the conversation is."""
    stripped = text.strip(" .,!。，！")
    found = _answer("yes").match(stripped) or _answer("no").match(stripped)
    return stripped.isdigit() or (found is not None and found.end() == len(stripped))


@cache
def _answer(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(table("answers")[kind]), re.IGNORECASE)


@cache
def _symptom_question(language: str) -> re.Pattern[str]:
    return re.compile(re.escape(phrase("ask_symptom", language, symptom="\0")).replace("\0", "(.+)"))


@cache
def _headings() -> tuple[str, ...]:
    return tuple(phrase(key, language) for key in ("ask_more", "vague") for language in LANGUAGES)
