"""What a search may be narrowed to; both channels apply it."""

from __future__ import annotations

from dataclasses import dataclass

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
