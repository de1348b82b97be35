"""How long a run took: by the clock, and in work."""

from __future__ import annotations

import time
from collections.abc import Sequence

from eval.result import Result


class Stopwatch:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._wall = time.monotonic()
        self._cpu = time.process_time()

    def told(self, results: Sequence[Result]) -> str:
        """Wall and CPU time in words, and how much of the run was remembered instead of held.

        CPU time is of all threads of this process; on a busy machine it is what two runs can be compared by.
        """
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        remembered = sum(one.cached for one in results)
        held = len(results) - remembered
        more = f", {remembered} taken from the cache" if remembered else ""
        return f"{held} conversation{'s' if held != 1 else ''} held in {_clock(wall)} with {_clock(cpu)} of CPU time{more}"


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
