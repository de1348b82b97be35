"""Whose emergency number and help lines to show. The numbers are data: ``data/locales.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from agent.tables import table

_TEXT_FIELDS = (
    "emergency_number", "police_number", "poison", "urgent_advice_line",
    "crisis_line", "crisis_line_name", "crisis_text_line", "crisis_line_2", "crisis_line_2_name",
    "abuse_line", "abuse_line_name",
)  # fmt: skip
_ALIASES = MappingProxyType(
    {"uk": "gb", "usa": "us", "zh": "cn", "zh-cn": "cn", "en-us": "us", "en-gb": "gb", "": "general"}
)
_EU = frozenset(
    [
        "at",
        "be",
        "bg",
        "cy",
        "cz",
        "de",
        "dk",
        "ee",
        "es",
        "fi",
        "fr",
        "gr",
        "hr",
        "hu",
        "it",
        "lt",
        "lu",
        "lv",
        "mt",
        "nl",
        "pl",
        "pt",
        "ro",
        "se",
        "si",
        "sk",
    ]
)


@dataclass(frozen=True)
class Locale:
    """Numbers of one country. An empty string means that we know no number we are sure of."""

    code: str
    source: str
    recorded: str
    """The day the numbers were written down (ISO date)."""
    verified: str | None
    """The day somebody checked them with their publishers; ``None`` until then."""
    _texts: MappingProxyType[str, dict[str, str]] = field(repr=False)

    def get(self, name: str, language: str = "en") -> str:
        """One number or name, empty where unknown.

        Raises:
            KeyError: there is no such field.
        """
        if name != "name" and name not in _TEXT_FIELDS:
            raise KeyError(name)
        return self._texts.get(name, {}).get(language if language == "zh" else "en", "")

    @property
    def emergency_number(self) -> str:
        return self.get("emergency_number")

    @property
    def poison(self) -> str:
        return self.get("poison")

    @property
    def crisis_line(self) -> str:
        return self.get("crisis_line")

    @property
    def urgent_advice_line(self) -> str:
        return self.get("urgent_advice_line")

    def country(self, language: str = "en") -> str:
        return self.get("name", language)

    def variables(self, language: str = "en") -> dict[str, str]:
        """Everything a hand-written text may use; every name is there, empty where we know nothing."""
        return {"country": self.country(language)} | {name: self.get(name, language) for name in _TEXT_FIELDS}


@cache
def locale_codes() -> tuple[str, ...]:
    return tuple(table("locales", "agent.safety")["locales"])


@cache
def locale_for(code: str) -> Locale:
    """The numbers for a country code (``us``, ``gb``, ``cn``, …). Unknown codes get the general text."""
    data = table("locales", "agent.safety")
    wanted = _ALIASES.get(code.strip().lower(), code.strip().lower()).replace("_", "-")
    if wanted not in data["locales"]:
        region = wanted.rsplit("-", 1)[-1]
        wanted = region if region in data["locales"] else "eu" if region in _EU else "general"
    entry: dict[str, Any] = data["locales"][wanted]
    texts = {
        name: value if isinstance(value, dict) else {"en": value, "zh": value}
        for name in ("name", *_TEXT_FIELDS)
        if (value := entry.get(name))
    }
    verified = data["verified"]
    return Locale(
        wanted, entry["source"], str(data["recorded"]), verified and str(verified), MappingProxyType(texts)
    )
