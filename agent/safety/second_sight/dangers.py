"""The dangers that the second sight knows: for each a name in both languages and a hand-written text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml


@cache
def known_dangers() -> Mapping[str, Mapping[str, str]]:
    """By id, in the order of ``dangers.yaml``."""
    text = resources.files("agent.safety.second_sight").joinpath("dangers.yaml").read_text("utf-8")
    known: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return known
