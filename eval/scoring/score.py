"""One judgement of one reply."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    """``passed`` is ``None`` where the scorer had nothing to judge: not scored is never zero."""

    scorer: str
    passed: bool | None
    detail: str = ""
    value: float | None = None
    """The measure behind the judgement, where there is one."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
