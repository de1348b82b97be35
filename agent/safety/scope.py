"""Is this about health at all? Only what plainly is not gets redirected; when unsure, the search decides."""

from __future__ import annotations

from functools import cache

from agent.safety.lexicon import Lexicon
from agent.safety.wording import fold, load_data


@cache
def _lexicon() -> Lexicon:
    data = load_data("scope")
    return Lexicon({"health": data["health"], **data["topics"]})


def outside(text: str) -> str | None:
    """The topic (``weather``, ``code``, …) of a message that has nothing to do with health, or ``None``."""
    seen: set[str] = set()
    for tags in _lexicon().sentences(fold(text).text):
        seen.update(tags)
    if "health" in seen:
        return None
    return next((name for name in load_data("scope")["topics"] if name in seen), None)
