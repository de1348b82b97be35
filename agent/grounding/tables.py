"""The word lists of grounding (``data/*.yaml``), each file read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def load_table(name: str) -> dict[str, Any]:
    """The contents of ``data/NAME.yaml``; whoever gets it leaves it as it is."""
    raw = resources.files("agent.grounding").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(raw, yaml.CSafeLoader)
    return loaded
