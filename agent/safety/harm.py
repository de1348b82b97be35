"""Requests that would harm somebody: forged papers, secret treatment, discrimination, violence, breached privacy.

Rules over word classes (``data/guards.yaml``). A trained classifier can stand beside them: anything with the
same signature as ``harmful`` may be asked next, and only ever adds refusals.
"""

from __future__ import annotations

from functools import cache

from agent.safety.lexicon import Lexicon, Rule, matches, parse_rules
from agent.safety.wording import fold, load_data


@cache
def _parts() -> tuple[Lexicon, tuple[Rule, ...]]:
    data = load_data("guards")
    return Lexicon(data["words"]), parse_rules(data["rules"])


def harmful(text: str) -> Rule | None:
    """The first rule that a request breaks, or ``None``."""
    lexicon, rules = _parts()
    for tags in lexicon.sentences(fold(text).text):
        for rule in rules:
            if matches(rule, tags):
                return rule
    return None
