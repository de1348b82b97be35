"""Fit passages into a model's context: each is kept whole or dropped, never cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from retrieval.passage import Hit


def fit(
    hits: Sequence[Hit],
    *,
    room: int,
    count: Callable[[str], int],
    overhead: int = 12,
) -> tuple[Hit, ...]:
    """The best hits whose texts fit into ``room`` tokens together, in their order.

    Args:
        room: tokens left for passages after the instructions, the question and the answer.
        count: tokens of a text, as the model counts them.
        overhead: tokens that the prompt spends around each passage.
    """
    kept: list[Hit] = []
    left = room
    for hit in hits:
        cost = count(hit.passage.text) + count(hit.passage.title) + overhead
        if cost <= left:
            kept.append(hit)
            left -= cost
    return tuple(kept)
