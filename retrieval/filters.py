"""What a search may be narrowed to; both channels apply it."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.dates import first_day, last_day

ANYONE = "any"


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty fields do not narrow. Values are compared exactly."""

    audience: frozenset[str] = frozenset()
    """``patient``, ``clinician``; passages for ``any`` audience always pass."""
    language: str = ""
    source: str = ""
    evidence: str = ""
    without_evidence: frozenset[str] = frozenset()
    """Evidence types to leave out; ``frozenset({"retracted"})`` leaves out what was withdrawn."""
    since: str = ""
    """Published in this year, month or on this day, or later (``2020``, ``2020-06``, ``2020-06-15``). A passage dated
    by its year or month counts with the last day of it; one without a date does not pass."""
    until: str = ""
    """Published in or before."""

    def __post_init__(self) -> None:
        _ = self.days  # a date that is none is told where it is given

    @property
    def allowed(self) -> dict[str, tuple[str, ...]]:
        """Field to the values it may have, for the fields that narrow."""
        narrowed: dict[str, tuple[str, ...]] = {}
        if self.audience:
            narrowed["audience"] = tuple(sorted(self.audience | {ANYONE}))
        for name in ("language", "source", "evidence"):
            if value := getattr(self, name):
                narrowed[name] = (value,)
        return narrowed

    @property
    def days(self) -> tuple[int | None, int | None]:
        """First and last day (``dates``) of what may pass; ``None`` where that end is open. Raises ``ValueError``."""
        return (
            first_day(self.since) if self.since else None,
            last_day(self.until) if self.until else None,
        )
