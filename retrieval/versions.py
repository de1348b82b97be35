"""Versions of an index: a new one is built beside the one that is served, and takes its place in one rename.

``versions.json`` in the index folder names the version that is served and those that are complete. An index that
was never rebuilt has no such file and is its own only version, ``1``; later ones live in ``versions/N``. Whatever
is in ``versions`` and not named complete is an unfinished build, which the next ``--rebuild`` goes on with.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import IndexCorruptError, IndexMissingError, RetrievalError
from retrieval.manifest import FILE

STATE = "versions.json"
FOLDER = "versions"
FIRST = "1"
KEPT = 2
"""Complete versions that stay on disk after a switch: the one that is served and the one before it."""


@dataclass(frozen=True, slots=True)
class Version:
    name: str
    path: Path
    current: bool
    """Whether it is the one that searches read."""
    complete: bool
    """False for a build that was interrupted or is under way."""


@dataclass(frozen=True, slots=True)
class _State:
    current: str
    complete: tuple[str, ...]


def current_dir(index_dir: Path) -> Path:
    """The folder of the version that is served; the index folder itself where there was never another."""
    try:
        state = _read(index_dir)
    except FileNotFoundError:
        return index_dir
    return version_dir(index_dir, state.current)


def version_dir(index_dir: Path, name: str) -> Path:
    return index_dir if name == FIRST else index_dir / FOLDER / name


def versions(index_dir: Path) -> list[Version]:
    """All versions, oldest first. Raises ``IndexMissingError`` where there is no index."""
    state = _state(index_dir)
    found = {path.name for path in (index_dir / FOLDER).glob("*/") if path.name.isdigit()}
    names = sorted({*state.complete, *found}, key=int)
    return [
        Version(name, version_dir(index_dir, name), name == state.current, name in state.complete)
        for name in names
    ]


def draft_dir(index_dir: Path) -> Path:
    """Where the next version is built: the unfinished one, if there is one, else a new folder's name."""
    known = versions(index_dir)
    unfinished = [version for version in known if not version.complete]
    if unfinished:
        return unfinished[-1].path
    return version_dir(index_dir, str(max(int(version.name) for version in known) + 1))


def switch_to(index_dir: Path, name: str) -> None:
    """Serve the version from now on; open readers follow with their next search."""
    state = _state(index_dir)
    if name not in state.complete and not (version_dir(index_dir, name) / FILE).is_file():
        raise RetrievalError(f"The index in {index_dir} has no version {name}. See: wenzhen index versions")
    complete = sorted({*state.complete, name}, key=int)
    _write(index_dir, _State(name, tuple(complete)))


def rollback(index_dir: Path, to: str | None = None) -> Version:
    """Serve the version before the current one, or the one named ``to``; returns it.

    Raises ``RetrievalError`` where there is none, ``IndexMissingError`` where there is no index.
    """
    complete = [version for version in versions(index_dir) if version.complete]
    if to is None:
        earlier = [v for v in complete if int(v.name) < int(_state(index_dir).current)]
        wanted = earlier[-1] if earlier else None
    else:
        wanted = next((v for v in complete if v.name == to), None)
    if wanted is None:
        names = ", ".join(version.name for version in complete)
        what = f"no complete version {to}" if to else "no earlier version"
        raise RetrievalError(f"The index in {index_dir} has {what}; there is {names}. Build one: --rebuild")
    switch_to(index_dir, wanted.name)
    return next(version for version in versions(index_dir) if version.name == wanted.name)


def surplus(index_dir: Path) -> list[Version]:
    """Complete versions beyond those that are kept, oldest first; never the one that is served."""
    idle = [v for v in versions(index_dir) if v.complete and not v.current]
    return idle[: max(0, len(idle) - (KEPT - 1))]


def forget(index_dir: Path, name: str) -> None:
    """Take a version off the list, then its files off the disk; the index folder's other content stays."""
    state = _state(index_dir)
    if name == state.current:
        raise RetrievalError(f"Version {name} of the index in {index_dir} is being served. Roll back first.")
    _write(index_dir, _State(state.current, tuple(n for n in state.complete if n != name)))
    folder = version_dir(index_dir, name)
    if name != FIRST:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for part in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (folder / part).unlink(missing_ok=True)
    for part in ("chroma", "lexical"):
        shutil.rmtree(folder / part, ignore_errors=True)


def _state(index_dir: Path) -> _State:
    try:
        return _read(index_dir)
    except FileNotFoundError:
        if not (index_dir / FILE).is_file():
            raise IndexMissingError(
                f"There is no index in {index_dir}. Build one: wenzhen ingest SOURCE --index {index_dir}"
            ) from None
        return _State(FIRST, (FIRST,))


def _read(index_dir: Path) -> _State:
    text = (index_dir / STATE).read_text(encoding="utf-8")
    try:
        values = json.loads(text)
        return _State(str(int(values["current"])), tuple(str(int(name)) for name in values["complete"]))
    except (ValueError, KeyError, TypeError) as error:
        raise IndexCorruptError(
            f"{index_dir / STATE} does not say which version is served ({error}). "
            f'Write one of the folders of {index_dir / FOLDER} into it: {{"current": 2, "complete": [2]}}'
        ) from error


def _write(index_dir: Path, state: _State) -> None:
    """In one rename, on disk before it returns."""
    draft = index_dir / f"{STATE}.new"
    with draft.open("w", encoding="utf-8") as handle:
        values = {"current": int(state.current), "complete": [int(name) for name in state.complete]}
        json.dump(values, handle)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(index_dir / STATE)
    if os.name == "posix":
        folder = os.open(index_dir, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
