"""What a number in a message measures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    value: float
    unit: str
    start: int
    end: int
    who: str = ""
    """Set where the words name the person ("newborn")."""


Finder = tuple[Callable[[str], Iterator[Measure]], tuple[str, ...]]
"""What finds measurements in normalised text, and plain substrings of which one must stand there."""


@cache
def regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
