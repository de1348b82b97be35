"""The real agent over the real handbook, without a language model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.consult import Consultant, open_consultant
from agent.settings import Settings


@pytest.fixture
def settings(wenzhen_home: Path, handbook_index: Path) -> Settings:
    return Settings(home=wenzhen_home, index=handbook_index, llm="none")


@pytest.fixture
def consultant(settings: Settings) -> Iterator[Consultant]:
    with open_consultant(settings) as opened:
        yield opened
