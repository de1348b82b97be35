"""The agent's knowledge that is data: YAML files in the ``data`` folder beside the code that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def table(name: str, package: str = "agent") -> Mapping[str, Any]:
    """The contents of ``data/NAME.yaml`` of a package, read once; whoever gets it leaves it as it is."""
    text = resources.files(package).joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return read
