"""How long each step of a turn took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Collects milliseconds by step; ``total`` counts from the moment the clock was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._steps[name] = self._steps.get(name, 0.0) + (time.perf_counter() - began) * 1000

    def mark(self, name: str) -> None:
        """Note, once, when something first happened, counted from the start."""
        self._steps.setdefault(name, (time.perf_counter() - self._began) * 1000)

    def timings_ms(self) -> dict[str, float]:
        total = (time.perf_counter() - self._began) * 1000
        return {name: round(value, 2) for name, value in {**self._steps, "total": total}.items()}
