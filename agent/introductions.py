"""Take out of a message what only says who is asking, so that everybody's question is searched for alike.

"My name is … . Which foods should I avoid with gout?" turns on gout. Left in, a name that no source holds weighs more
than anything else in the message, and the answer would depend on what a person is called or where they live.
"""

from __future__ import annotations

import re
from functools import cache

from agent.symptoms import SymptomMatcher
from agent.tables import table
from agent.topics import names_a_card

_SENTENCE = re.compile(r"[^.!?;。！？；\n]+[.!?;。！？；\n]*\s*")
_END = " \t\r\n.!?;。！？；,，"


def without_introductions(text: str, *, keep_ages: bool = False) -> str:
    """``text`` without its sentences of introduction and courtesy; ``text`` itself where nothing else is left.

    ``keep_ages``: what holds a number stays; for a search an age is noise, for a danger it is not.
    """
    sentences = _SENTENCE.findall(text)
    kept = [
        sentence
        for sentence in sentences
        if (keep_ages and any(c.isdigit() for c in sentence)) or not introduces(sentence)
    ]
    return "".join(kept).strip() if kept and len(kept) < len(sentences) else text


def introduces(sentence: str) -> bool:
    """Whether a sentence says who is asking, or is polite, and nothing of medicine."""
    bare = sentence.strip(_END)
    if not any(pattern.fullmatch(bare) for pattern in _patterns()):
        return False
    return not SymptomMatcher.load().find(bare) and not names_a_card(bare)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    told = table("introductions")
    return tuple(
        re.compile(pattern, re.IGNORECASE) for language in ("en", "zh") for pattern in told[language]
    )
