"""Publication dates as numbers that can be compared: ``2024``, ``2024-05`` and ``2024-05-31`` side by side."""

from __future__ import annotations

import re

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?")


def first_day(date: str) -> int:
    """``2024`` is 20240101. Raises ``ValueError`` for what is no date."""
    year, month, day = _parts(date)
    return year * 10_000 + (month or 1) * 100 + (day or 1)


def last_day(date: str) -> int:
    """``2024`` is 20241231, and every month has 31 days here. Raises ``ValueError`` for what is no date."""
    year, month, day = _parts(date)
    return year * 10_000 + (month or 12) * 100 + (day or 31)


def day_of(published: str | None) -> int | None:
    """The last day on which a passage can have been published; ``None`` where its file gives no date that is one."""
    try:
        return last_day(published or "")
    except ValueError:
        return None


def _parts(date: str) -> tuple[int, int, int]:
    found = _DATE.fullmatch(date.strip())
    year, month, day = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if (
        not year
        or month > 12
        or day > 31
        or (found and found[2] and not month)
        or (found and found[3] and not day)
    ):
        raise ValueError(f"A date is given as 2024, 2024-05 or 2024-05-31. Currently, it is {date!r}.")
    return year, month, day
