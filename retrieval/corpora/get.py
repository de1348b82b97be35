"""Fetch a corpus into a folder; what is here and unchanged is not fetched again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from retrieval.corpora.catalogue import Corpus
from retrieval.corpora.listing import RemoteFile, published_md5, remote_files
from retrieval.download import Origin, download
from retrieval.http import DownloadError, Manners, Progress

STATE = ".wenzhen-corpus.json"
"""What the publisher said of each file when it came; hidden, so that no ingest reads it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    path: Path
    new: bool
    """False where the file was here and its publisher has no other."""
    size: int


def get(
    corpus: Corpus,
    folder: Path,
    *,
    match: str = "",
    limit: int = 0,
    progress: Callable[[str], Progress] | None = None,
    manners: Manners | None = None,
) -> Iterator[Fetched]:
    """Fetch the corpus's files one after another, each given as soon as it is whole.

    ``match`` narrows to names that contain it (for a bucket: that begin with it), ``limit`` to the first so many.
    ``progress`` is asked for a reporter by the name of each file. Raises ``DownloadError``; files that came before
    it stay, and the next call goes on.
    """
    state = _State(folder / STATE)
    files = remote_files(corpus, match=match, manners=manners)
    for file in islice(files, limit or None):
        target = folder / file.name
        if file.name != Path(file.name).name or file.name.startswith("."):
            raise DownloadError(f"{corpus.url} lists a file under a name that cannot be used: {file.name!r}.")
        if corpus.fixed and target.exists():
            yield Fetched(target, False, target.stat().st_size)
            continue
        yield _fetch(file, target, state, progress(file.name) if progress else None, manners)


def _fetch(
    file: RemoteFile, target: Path, state: _State, progress: Progress | None, manners: Manners | None
) -> Fetched:
    md5 = published_md5(file, manners=manners)
    known = state.of(file.name) if target.exists() else None
    known = known if known and known.url == file.url else None
    origin = download(file.url, target, md5=md5, known=known, progress=progress, manners=manners)
    if origin is not None:
        state.remember(file.name, origin)
    return Fetched(target, origin is not None, target.stat().st_size)


class _State:
    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, name: str) -> Origin | None:
        try:
            return Origin(**self._all()[name])
        except (KeyError, TypeError):
            return None

    def remember(self, name: str, origin: Origin) -> None:
        new = self._path.with_name(f"{self._path.name}.new")
        new.write_text(json.dumps({**self._all(), name: asdict(origin)}, indent=1), encoding="utf-8")
        new.replace(self._path)

    def _all(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
