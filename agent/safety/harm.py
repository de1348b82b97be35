"""Requests that would harm somebody: forged papers, secret treatment, discrimination, violence, breached privacy.

Rules over word classes (``data/guards.yaml``). A trained classifier can stand beside them: anything with the
same signature as ``harmful`` may be asked next, and only ever adds refusals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from agent.safety.lexicon import Lexicon, Rule, matches, parse_rules
from agent.safety.wording import fold
from agent.tables import table


@cache
def _parts() -> tuple[Lexicon, tuple[Rule, ...], Mapping[str, frozenset[int]]]:
    """The words, the rules, and which rules a word class may begin."""
    data = table("guards", "agent.safety")
    rules = parse_rules(data["rules"])
    classes = {name for rule in rules for name in rule.steps[0]}
    begins = {name: frozenset(n for n, rule in enumerate(rules) if name in rule.steps[0]) for name in classes}
    return Lexicon(data["words"]), rules, begins


def harmful(text: str) -> Rule | None:
    """The first rule that a request breaks, or ``None``."""
    lexicon, rules, begins = _parts()
    for tags in lexicon.sentences(fold(text).text):
        for number in sorted(frozenset().union(*(begins.get(name, ()) for name in tags))):
            if matches(rules[number], tags):
                return rules[number]
    return None
