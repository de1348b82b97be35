"""Turn a follow-up into a full question, so that it can be searched for.

Deterministic: the same words in the same conversation always give the same query. The person's own
words are kept and shown; only the search sees the rewritten form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.characters import simplified
from agent.introductions import without_introductions
from agent.safety.measurements import find
from agent.spelling import corrected
from agent.topics import reading_names, timeless
from agent.types import Exchange

_LEANS_ON_EARLIER = re.compile(
    r"^\s*(?:and|but|so|also|what about|how about|then|or)\b"
    r"|\b(?:it|its|this|that|these|those|they|them|their|he|she|him|her|his|the same|the other|the first|the second)\b"
    r"|^(?:那|那么|还有|另外|然后|但是|可是|所以|如果是)"
    r"|(?:它|这个|那个|这种|那种|这些|那些|这病|这药|该病|上面|刚才|前面|他|她)",
    re.IGNORECASE,
)
_SHORT_EN_WORDS = 7
_SHORT_ZH_CHARS = 12
_TOPIC_LIMIT = 300
"""Characters of the earlier question that are carried along."""


def full_question(text: str, history: Sequence[Exchange], *, own_topic: bool) -> str:
    """``text`` itself, or ``text`` with the topic it leans on.

    A follow-up points back with a pronoun or an opening such as "what about", or is short and names no
    condition, medicine or symptom of its own (``own_topic``). The topic is the query of the last exchange
    that searched for something.
    """
    topic = next(
        (exchange.query or exchange.said for exchange in reversed(history) if exchange.said.strip()), ""
    )
    if not topic or not leans_on_earlier(text, own_topic=own_topic):
        return text
    root = topic.split(" ↩ ")[-1][:_TOPIC_LIMIT]
    return f"{text.strip()} ↩ {root}"


def leans_on_earlier(text: str, *, own_topic: bool) -> bool:
    """Whether the words alone do not say what they are about."""
    stripped = text.strip()
    if _LEANS_ON_EARLIER.search(stripped):
        return True
    if own_topic:
        return False
    words = re.findall(r"[A-Za-z]+", stripped)
    han = re.findall(r"[\u4e00-\u9fff]", stripped)
    return len(han) <= _SHORT_ZH_CHARS if len(han) > len(words) else len(words) <= _SHORT_EN_WORDS


def for_search(query: str) -> str:
    """The query as the index should see it: the topic first, then what is asked of it, and not who is asking."""
    asked, _, topic = (without_introductions(part) for part in query.partition(" ↩ "))
    whole = corrected(f"{topic} {asked}".strip() if topic else asked)
    return f"{timeless(simplified(whole))} {_measured(whole)}".strip()


_BARE_CHARS = 80
"""A longer message says by itself what its numbers are about."""


def _measured(text: str) -> str:
    """What a bare reading is a reading of ("measured 145/92"), where its name is not said."""
    if len(text) > _BARE_CHARS or not any(map(str.isdigit, text)):
        return ""
    language = 1 if re.search(r"[\u4e00-\u9fff]", text) else 0
    read = (reading_names(measured.name) for measured in find(text.lower()))
    names = dict.fromkeys(names[language] for names in read if names)
    return " ".join(name for name in names if name not in text.lower())
