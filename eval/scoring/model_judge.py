"""A language model as judge of statements about a reply: optional, repeated, and with its agreement reported.

A vote that cannot be read is no vote. Where fewer than half of the votes can be read, the statement is not
scored; it is never counted as failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agent.settings import Settings
from eval.scoring.expected import Judge
from eval.scoring.score import Score
from eval.targets.conversation import Answer

_PROMPT = {
    "en": (
        "You check one statement about a reply. Answer with YES if the statement is true of the reply, else NO.\n\n"
        "Message:\n{said}\n\nReply:\n{reply}\n\nStatement: {statement}\n\nIs the statement true of the reply? Answer YES or NO:"
    ),
    "zh": (
        "请核对关于一段回复的一条说法。如果这条说法符合回复，回答“是”，否则回答“否”。\n\n"
        "来信：\n{said}\n\n回复：\n{reply}\n\n说法：{statement}\n\n这条说法符合回复吗？只回答“是”或“否”："
    ),
}
_YES = re.compile(r"^\W*(?:yes\b|true\b|是|对|符合)", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no\b|false\b|否|不)", re.IGNORECASE)

Ask = Callable[[str, int], str]
"""A prompt and the number of the vote in, the model's words out."""


def read_vote(words: str) -> bool | None:
    """Yes, no, or nothing that could be read."""
    if _YES.search(words):
        return True
    return False if _NO.search(words) else None


def judge_with(ask: Ask, votes: int) -> Judge:
    """A judge that asks so many times and goes with the majority."""

    def judge(statement: str, answer: Answer) -> Score:
        prompt = _PROMPT[answer.reply.language if answer.reply.language in _PROMPT else "en"].format(
            said=answer.said, reply=answer.reply.text, statement=statement
        )
        return counted(statement, [read_vote(ask(prompt, number)) for number in range(votes)])

    return judge


def counted(statement: str, votes: Sequence[bool | None]) -> Score:
    """The majority; ``value`` is the share of votes in favour, and a tie or too few readable votes are no score."""
    read = [vote for vote in votes if vote is not None]
    told = f"{statement!r}: {sum(read)} yes, {len(read) - sum(read)} no, {len(votes) - len(read)} unreadable"
    if len(read) * 2 <= len(votes) or sum(read) * 2 == len(read):
        return Score("rubric", None, told)
    return Score("rubric", sum(read) * 2 > len(read), told, sum(read) / len(read))


@contextmanager
def open_judge(settings: Settings, model: str, votes: int) -> Iterator[Judge]:
    """A judge with the model named as in ``WENZHEN_LLM``; the model is closed at the end.

    Raises:
        NotReadyError: the model is not there.
    """
    from agent.errors import NotReadyError
    from agent.llm.choose import load_chat_model
    from agent.llm.stream import stream_text

    chat = load_chat_model(settings.model_copy(update={"llm": model}))
    if chat is None:
        raise NotReadyError(f"There is no model {model!r} to judge with.")

    def ask(prompt: str, vote: int) -> str:
        # The first vote is the model's plain answer; the others are drawn, or they would only repeat it.
        heat = {} if vote == 0 else {"temperature": 0.7, "seed": vote}
        return "".join(stream_text(chat.model, [("user", prompt)], 8, **heat))

    try:
        yield judge_with(ask, votes)
    finally:
        chat.close()
