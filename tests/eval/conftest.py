"""The real handbook as a search index, built once a session from the shipped vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.handbook.index import build_handbook_index
from retrieval.search import Index, open_index


@pytest.fixture(scope="session")
def handbook_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handbook") / "index"
    build_handbook_index(folder)
    return folder


@pytest.fixture(scope="session")
def handbook(handbook_dir: Path) -> Iterator[Index]:
    with open_index(handbook_dir) as index:
        yield index
