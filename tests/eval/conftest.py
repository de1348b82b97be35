"""The real handbook's index, open for searching."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.search import Index, open_index


@pytest.fixture(scope="session")
def handbook(handbook_index: Path) -> Iterator[Index]:
    with open_index(handbook_index) as index:
        yield index
