"""What the learned heads add to the rules: a kind that a message sounds like, where they are sure enough.

The heads are linear layers over the second sight's vector of the message, so that all of them cost one reading of it.
Their thresholds are data (``data/heads.yaml``). Errors are not caught here: who asks fails closed.
"""

from __future__ import annotations

from agent.safety.second_sight.sight import SecondSight
from agent.tables import table


def sounds_like(head: str, text: str, above: float = 0.0) -> str:
    """The kind of ``crisis``, ``harm`` or ``injection`` that a message sounds like; empty below the threshold.

    ``above``: a probability that this one must exceed as well, where another head has spoken.
    """
    if not text.strip():
        return ""
    kind, probability = SecondSight.load().kind(head, text)
    return (
        kind
        if probability >= table("heads", "agent.safety")["thresholds"][head] and probability > above
        else ""
    )
