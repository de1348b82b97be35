"""Holding one conversation of a suite with a target."""

from __future__ import annotations

from eval.schema.suite import Sample
from eval.targets.conversation import Answer, Target
from eval.targets.patient import converse


def hold(target: Target, sample: Sample, epoch: int = 0) -> tuple[Answer, ...]:
    """Hold one conversation: the scripted turns, or what a simulated patient says.

    Raises:
        WenzhenError, RetrievalError: the target broke; what it did not break is told in the message.
    """
    say = target.begin(sample, epoch)
    if sample.patient is not None:
        return tuple(converse(say, sample.patient, sample.persona, sample.language))
    return tuple(say(turn.say) for turn in sample.turns)
