"""What a check of the handbook finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``card`` is a card id, or a file name where no card could be read."""

    card: str
    field: str
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        where = f"{self.card}: {self.field}" if self.field else self.card
        return f"{self.level}: {where}: {self.message}"


Found = Iterator[tuple[str, str, str, Level]]
"""Card id, field, message, level."""
