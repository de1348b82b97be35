"""The small language of a rule's ``when``: concepts, numbers, and, or, not, ``2 of (a, b, c)``.

chest_pain and (sweating or spreads_to_arm) and not chest_wall
age_days < 90 and temperature_c >= 38
2 of (confused, mottled_cold, rigors)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence

from agent.safety.findings import Finding

Present = Mapping[str, Sequence[Finding]]
"""What is there: the present findings by concept."""
Condition = Callable[[Present], tuple[Finding, ...] | None]
"""The findings that make it true, or ``None`` where it is false."""

_TOKEN = re.compile(r"\s*(\(|\)|,|<=|>=|<|>|\d+(?:\.\d+)?|[a-z][a-z_0-9]*)")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_KEYWORDS = frozenset({"and", "or", "not", "of"})


def names(text: str) -> frozenset[str]:
    """The concepts and measures that a condition speaks of."""
    return frozenset(re.findall(r"[a-z][a-z_0-9]*", text)) - _KEYWORDS


def parse(text: str) -> Condition:
    """Raises ``ValueError`` with the place where the condition stops making sense."""
    parser = _Parser(text)
    condition = parser.either()
    if parser.peek():
        raise ValueError(f"unexpected {parser.peek()!r} in condition: {text}")
    return condition


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        at, text = 0, text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"cannot read {text[at : at + 12]!r} in condition: {text}")
            self._tokens.append(match.group(1))
            at = match.end()
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise ValueError(f"expected {expected or 'a name'!r}, found {token!r} in condition: {self._text}")
        self._at += 1
        return token

    def either(self) -> Condition:
        parts = [self._both()]
        while self.peek() == "or":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else _at_least(1, parts)

    def _both(self) -> Condition:
        parts = [self._single()]
        while self.peek() == "and":
            self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else _all(parts)

    def _single(self) -> Condition:
        token = self._take()
        if token == "not":
            return _not(self._single())
        if token == "(":
            inside = self.either()
            self._take(")")
            return inside
        if token[0].isdigit():
            return self._count(int(float(token)))
        if token in _KEYWORDS or not token[0].isalpha():
            raise ValueError(f"unexpected {token!r} in condition: {self._text}")
        if self.peek() in _COMPARE:
            return _number(token, _COMPARE[self._take()], float(self._take()))
        return _present(token)

    def _count(self, needed: int) -> Condition:
        self._take("of")
        self._take("(")
        parts = [self.either()]
        while self.peek() == ",":
            self._take()
            parts.append(self.either())
        self._take(")")
        if not 1 <= needed <= len(parts):
            raise ValueError(f"{needed} of {len(parts)} cannot be met in condition: {self._text}")
        return _at_least(needed, parts)


def _present(name: str) -> Condition:
    return lambda present: tuple(present[name]) if present.get(name) else None


def _number(name: str, compare: Callable[[float, float], bool], limit: float) -> Condition:
    def holds(present: Present) -> tuple[Finding, ...] | None:
        met = tuple(f for f in present.get(name, ()) if f.value is not None and compare(f.value, limit))
        return met or None

    return holds


def _not(condition: Condition) -> Condition:
    return lambda present: () if condition(present) is None else None


def _all(parts: Sequence[Condition]) -> Condition:
    """Asked of every rule at every turn, so it stops at the first that is false."""

    def holds(present: Present) -> tuple[Finding, ...] | None:
        met: list[Finding] = []
        for part in parts:
            found = part(present)
            if found is None:
                return None
            met += found
        return tuple(met)

    return holds


def _at_least(needed: int, parts: Sequence[Condition]) -> Condition:
    def holds(present: Present) -> tuple[Finding, ...] | None:
        met = [found for found in (part(present) for part in parts) if found is not None]
        return tuple(f for found in met for f in found) if len(met) >= needed else None

    return holds
