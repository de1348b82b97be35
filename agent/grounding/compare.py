"""Whether a claim and its source agree in every fact that must not change: the sum of the single checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from agent.grounding.names import strange_name
from agent.grounding.polarity import Denial, denials, polarity_difference
from agent.grounding.quantities import Quantity, quantities, quantity_difference
from agent.grounding.slots import Slot, slot_difference, slots
from agent.grounding.text import Text, fold, read


@dataclass(frozen=True)
class Reading:
    """A text with all that the checks look at, each found once."""

    raw: str

    @cached_property
    def text(self) -> Text:
        return read(self.raw)

    @cached_property
    def quantities(self) -> list[Quantity]:
        return quantities(self.text)

    @cached_property
    def denials(self) -> list[Denial]:
        return denials(self.text)

    @cached_property
    def slots(self) -> dict[str, list[Slot]]:
        return slots(self.text)


def difference(claim: Reading, source: Reading, title: str = "", passage: str = "") -> str:
    """Why ``claim`` says something else than ``source``; empty when the facts agree.

    Args:
        title: of the document, which may name it instead.
        passage: around the source, which may name a medicine, an illness or a population instead.
    """
    checks: tuple[Callable[[], str], ...] = (
        lambda: quantity_difference(claim.quantities, source.quantities),
        lambda: polarity_difference(claim.text, claim.denials, source.text, source.denials),
        lambda: slot_difference(claim.slots, source.slots, fold(f"{title} {passage}")),
        lambda: _name(claim.raw, f"{title} {passage} {source.raw}"),
    )
    for check in checks:
        if reason := check():
            return reason
    return ""


def _name(claim: str, source: str) -> str:
    strange = strange_name(claim, source)
    return f"name {strange} is not in the source" if strange else ""
