"""Short fixed phrases of a reply, in both languages: ``phrases.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from prompts.loader import PromptError


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    raw = resources.files("prompts").joinpath("phrases.yaml").read_text(encoding="utf-8")
    phrases: Mapping[str, Mapping[str, str]] = yaml.load(raw, yaml.CSafeLoader)["phrases"]
    return phrases


def phrase(key: str, language: str, **variables: object) -> str:
    """The phrase ``key`` in ``language``, with ``{name}`` variables filled in.

    Raises:
        PromptError: there is no such phrase, or a variable is missing.
    """
    try:
        return _all()[key]["zh" if language == "zh" else "en"].format(**variables)
    except KeyError as error:
        raise PromptError(f"Phrase {key!r} lacks {error}.") from error
