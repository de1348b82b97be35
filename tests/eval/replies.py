"""Replies to judge, made by hand."""

from __future__ import annotations

from typing import Any

from agent.types import Citation, Claim, Level, Outcome, Reply, Triage
from eval.targets.conversation import Answer

PASSAGE = "Gout is a painful joint inflammation. It is not contagious."
QUOTE = "Gout is a painful joint inflammation."


def citation(**changes: Any) -> Citation:
    given: dict[str, Any] = {
        "n": 1,
        "document_id": "condition/gout",
        "passage_id": "condition/gout#what",
        "title": "Gout",
        "quote": QUOTE,
        "start": 0,
        "end": len(QUOTE),
        "passage": PASSAGE,
    }
    return Citation(**(given | changes))


def reply(text: str = QUOTE, **changes: Any) -> Reply:
    given: dict[str, Any] = {
        "outcome": Outcome.ANSWERED,
        "text": text,
        "triage": Triage(level=Level.ROUTINE),
        "claims": (Claim(text=QUOTE, citations=(1,), support=1.0),),
        "citations": (citation(),),
    }
    return Reply(**(given | changes))


def answer(text: str = QUOTE, *, typed: bool = True, **changes: Any) -> Answer:
    return Answer("?", reply(text, **changes), typed)
