"""Baselines."""

from __future__ import annotations

from agent.settings import Settings
from eval.targets.choose import Targets

BASELINES: tuple[str, ...] = ()


class BaselineTargets(Targets):
    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(settings)
        self.name = name
