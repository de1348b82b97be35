"""What is not answered: floods, attempts to steer the agent, harmful requests, and what is not about health.

Each guard is a small function of a message; ``check_input`` asks them in order. They are rules first, then a learned
head that may add a finding, and fail closed: a guard that raises counts as tripped. Crisis and red flags are screened
before any of this.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from agent.safety.harm import harmful
from agent.safety.heads import sounds_like
from agent.safety.injection import injected, scan_passage
from agent.safety.scope import follows, outside
from agent.types import Role

__all__ = ["GUARDS", "GuardFinding", "Limits", "Message", "check_input", "refusal_text", "scan_passage"]

_log = logging.getLogger(__name__)
Action = Literal["refuse", "redirect", "reject"]

_UNIT = 40
"""Characters of the longest piece whose repetition is a flood; sixty times over is one."""
_REPEATED = re.compile(rf"(.{{1,{_UNIT}}}?)\1{{59,}}", re.DOTALL)
_SAMPLE = 20
_WORD = re.compile(r"\w")


class Limits(Protocol):
    """What the guards need of ``agent.settings.Settings``."""

    @property
    def max_question_chars(self) -> int: ...


@dataclass(frozen=True)
class GuardFinding:
    guard: str
    """Which guard tripped: ``size``, ``injection``, ``harm``, ``scope``, or the one that failed."""
    category: str
    action: Action
    reason: str
    """In plain words, for the trace and ``Reply.refusal``."""
    again: bool = False
    """Whether this conversation heard the same kind redirect before; the second time is short."""


@dataclass(frozen=True)
class Message:
    text: str
    role: Role
    history: tuple[str, ...]
    """What the person said before, oldest first."""
    limits: Limits


Guard = Callable[[Message], GuardFinding | None]


def size_guard(message: Message) -> GuardFinding | None:
    """Empty, far too long, or the same few characters over and over."""
    if not _WORD.search(message.text):
        return GuardFinding("size", "empty", "reject", "The message contains no words.")
    if len(message.text) > message.limits.max_question_chars:
        limit = message.limits.max_question_chars
        reason = f"The message has {len(message.text)} characters; at most {limit} can be read with care."
        return GuardFinding("size", "too_long", "reject", reason)
    if len(message.text) > 300 and _may_repeat(message.text) and _REPEATED.search(message.text):
        return GuardFinding(
            "size", "flooding", "reject", "The message repeats the same characters over and over."
        )
    return None


def _may_repeat(text: str) -> bool:
    """Whether any sample of the text comes again within one unit: the search for repetitions itself is slow.

    A flood is at least sixty characters long, so one of the samples lies in it with its next repetition.
    """
    return any(
        text.find(text[at : at + _SAMPLE], at + 1, at + _UNIT + _SAMPLE) >= 0
        for at in range(0, len(text), _SAMPLE)
    )


def injection_guard(message: Message) -> GuardFinding | None:
    signals = injected(message.text) or sounds_like("injection", message.text)
    if not signals:
        return None
    reason = f"The message tries to change how this service works or to read its instructions ({signals})."
    return GuardFinding("injection", "injection", "refuse", reason)


def harm_guard(message: Message) -> GuardFinding | None:
    rule = harmful(message.text)
    if rule is not None:
        reason = f"The request could harm, deceive or wrong somebody ({rule.id})."
        return GuardFinding("harm", rule.category, "refuse", reason)
    # A film's exploding hospital is not about health at all: it is redirected, not accused.
    if sounds_like("harm", message.text) and outside(message.text) is None:
        reason = "The request sounds like others that harm, deceive or wrong somebody."
        return GuardFinding("harm", "harmful", "refuse", reason)
    return None


def scope_guard(message: Message) -> GuardFinding | None:
    topic = outside(message.text)
    if topic is None or follows(topic, message.history):
        return None
    again = any(outside(said) for said in message.history)
    reason = f"The question is about {topic}, not about health."
    return GuardFinding("scope", "out_of_scope", "redirect", reason, again)


GUARDS: tuple[tuple[str, Guard], ...] = (
    ("size", size_guard),
    ("injection", injection_guard),
    ("harm", harm_guard),
    ("scope", scope_guard),
)


def check_input(
    text: str,
    *,
    role: Role,
    history: Sequence[str],
    limits: Limits,
    guards: Sequence[tuple[str, Guard]] = GUARDS,
) -> GuardFinding | None:
    """The first guard that trips, or ``None`` where the message may be answered."""
    message = Message(text, role, tuple(history), limits)
    for name, guard in guards:
        try:
            finding = guard(message)
        except Exception:  # noqa: BLE001  (fail closed: whatever went wrong, the message is not waved through)
            _log.exception("The %s guard failed; the message is refused.", name)
            return GuardFinding(
                name, "guard_error", "refuse", "A safety check failed, so the message was not answered."
            )
        if finding is not None:
            return finding
    return None


def refusal_text(finding: GuardFinding) -> str:
    """Name of the hand-written text for a finding: ``prompts/refusals/<name>.<language>.md``."""
    if finding.category == "guard_error":
        return "guard-error"
    if finding.guard == "size":
        return "empty" if finding.category == "empty" else "too-long"
    if finding.guard == "scope":
        return "out-of-scope-again" if finding.again else "out-of-scope"
    return {"injection": "injection", "harm": "harmful"}[finding.guard]
