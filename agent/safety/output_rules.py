"""What an answer may not say, sentence by sentence, by the reader's role (``data/output_rules.yaml``).

Whoever wrote the sentence, a passage, a template or a model, the same rules hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agent.safety.wording import Pattern, compiled, fold, pattern
from agent.tables import table
from agent.types import Level, Role


@dataclass(frozen=True)
class Violation:
    rule: str
    reason: str


@dataclass(frozen=True)
class _Rule:
    id: str
    reason: str
    roles: frozenset[str]
    floor: bool
    pattern: Pattern
    unless: str


@cache
def _rules() -> tuple[_Rule, ...]:
    data = table("output_rules", "agent.safety")
    return tuple(
        _Rule(
            r["id"],
            r["reason"],
            frozenset(r["roles"]),
            r.get("floor", False),
            pattern(r, data["macros"]),
            r["unless"],
        )
        for r in data["rules"]
    )


def check_sentence(sentence: str, *, role: Role, floor: Level | None, language: str) -> Violation | None:
    """The first rule that a sentence breaks, or ``None``.

    ``floor`` is what the red-flag rules pinned; from ``URGENT`` up, reassurance is a violation. ``language`` is
    the answer's; rules of both languages are tried, because answers mix them (drug names, units).
    """
    text = fold(sentence).text.strip()
    return next(_broken(text, role, floor is not None and floor >= Level.URGENT, language), None)


def _broken(text: str, role: Role, pinned: bool, language: str) -> Iterator[Violation]:
    for rule in sorted(_rules(), key=lambda rule: rule.id.endswith("-zh") != (language == "zh")):
        if role.value not in rule.roles or rule.floor and not pinned:
            continue
        if rule.pattern.search(text) and not compiled(rule.unless).search(text):
            yield Violation(rule.id.removesuffix("-zh"), rule.reason)
