"""Is this about health at all? Only what plainly is not gets redirected; when unsure, the search decides.

A follow-up belongs to its conversation: after a knee operation, "and tennis?" is a question about the knee.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from agent.safety.lexicon import Lexicon
from agent.safety.wording import fold
from agent.tables import table
from agent.topics import names_a_card


@cache
def _lexicon() -> Lexicon:
    data = table("scope", "agent.safety")
    return Lexicon({"health": data["health"], **data["topics"]})


def outside(text: str) -> str | None:
    """The topic (``weather``, ``code``, …) of a message that has nothing to do with health, or ``None``."""
    if mentions_health(text):
        return None
    seen = _classes(text)
    topic = next((name for name in table("scope", "agent.safety")["topics"] if name in seen), None)
    # "Tennis elbow" and "compression stockings" are ours, whatever else their words may mean.
    return None if topic and names_a_card(text, "condition", "medicine", "test") else topic


def follows(topic: str, history: Sequence[str]) -> bool:
    """Whether a message of this topic may be a follow-up: the last thing said was about health, and people who talk
    of their health come to such topics (sport, a flight), not to others (code, poems)."""
    if topic not in table("scope", "agent.safety")["may_follow"] or not history:
        return False
    return mentions_health(history[-1])


def mentions_health(text: str) -> bool:
    """Whether any word of a text has to do with health."""
    words = fold(text).text
    for other in table("scope", "agent.safety")["not_health"]:
        words = words.replace(other, " ")
    return "health" in _classes(words)


@lru_cache(maxsize=256)
def _classes(text: str) -> frozenset[str]:
    """The classes of all words of a text; several guards ask about the same one."""
    return frozenset(name for tags in _lexicon().sentences(fold(text).text) for name in tags)
