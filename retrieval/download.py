"""One file over HTTP: resumable, checked, atomic, patient with servers and clear about what went wrong.

What comes is kept as ``NAME.part`` with a note of what it is a part of (``NAME.part.json``); a later call goes on
from there if the server still has the same file, and starts over if not. The file itself appears only when whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.http import (
    CHUNK,
    MOST_WAIT_S,
    DownloadError,
    Manners,
    Progress,
    RefusedError,
    RetryError,
    answer,
    connection,
    receive,
    span,
)

if TYPE_CHECKING:
    import httpx

_KEPT_FREE = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """What a server said that a file is; ``tag`` (its ETag) and ``changed`` tell one version from another."""

    url: str
    tag: str = ""
    changed: str = ""
    size: int = 0

    @property
    def validator(self) -> str:
        """What ``If-Range`` may carry: a strong tag, else the date; a weak tag says nothing about bytes."""
        return self.tag if self.tag and not self.tag.startswith("W/") else self.changed


def download(
    url: str,
    target: Path,
    *,
    md5: str = "",
    known: Origin | None = None,
    progress: Progress | None = None,
    manners: Manners | None = None,
) -> Origin | None:
    """Fetch ``url`` into ``target``; returns what the server said of it, or ``None`` if it is still as ``known``.

    ``md5`` is the publisher's checksum (of the whole file, in hex). Raises ``DownloadError``; then ``target`` is as
    it was, and what came is kept for the next call, unless it was wrong.
    """
    manners = manners or Manners()
    part = target.with_name(f"{target.name}.part")
    failed, best = 0, _size(part)
    with _disk_errors(target.parent), connection(manners) as client:
        target.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                origin = _attempt(client, url, part, known if target.exists() else None, manners, progress)
                break
            except RetryError as error:
                failed = 1 if _size(part) > best else failed + 1
                best = max(best, _size(part))
                if failed >= manners.attempts:
                    raise DownloadError(
                        f"{url} does not come ({error}; {manners.attempts} tries). "
                        "What came is kept: run the same command again, later or on another network."
                    ) from error
                time.sleep(error.wait or min(MOST_WAIT_S, manners.first_wait * 2 ** (failed - 1)))
        if origin is None:
            return None
        _check(part, md5, url)
        part.replace(target)
        _note_of(part).unlink(missing_ok=True)
    return origin


def fetch_text(url: str, *, manners: Manners | None = None, limit: int = 64 * 1024 * 1024) -> str:
    """A small page (a listing, a checksum). Raises ``DownloadError``."""
    manners = manners or Manners()
    with connection(manners) as client:
        for attempt in range(1, manners.attempts + 1):
            try:
                with _asked(client, url, {}) as response:
                    pieces, size = [], 0
                    for piece in response.iter_bytes(CHUNK):
                        pieces.append(piece)
                        size += len(piece)
                        if size > limit:
                            raise DownloadError(
                                f"{url} is longer than {limit // 2**20} MB, which no listing is."
                            )
                return b"".join(pieces).decode("utf-8", "replace")
            except RetryError as error:
                if attempt == manners.attempts:
                    raise DownloadError(
                        f"{url} does not come ({error}; {attempt} tries). Run the same command again later."
                    ) from error
                time.sleep(error.wait or min(MOST_WAIT_S, manners.first_wait * 2 ** (attempt - 1)))
    raise AssertionError("the loop ends by returning or raising")


def _attempt(
    client: httpx.Client,
    url: str,
    part: Path,
    known: Origin | None,
    manners: Manners,
    progress: Progress | None,
) -> Origin | None:
    """One request; goes on from ``part`` where the server has the same file still."""
    begun = _begun(part, url)
    have = _size(part) if begun else 0
    headers: dict[str, str] = {}
    if begun and have:
        headers = {"Range": f"bytes={have}-", "If-Range": begun.validator}
    elif known and (known.tag or known.changed):
        headers = {"If-None-Match": known.tag} if known.tag else {"If-Modified-Since": known.changed}
    with _asked(client, url, headers) as response:
        if response.status_code == 304:
            return None
        if response.status_code == 416:
            if begun and have and have == begun.size:
                return begun
            part.unlink(missing_ok=True)
            raise RetryError("what was kept of it did not fit")
        start, total = span(response)
        origin = Origin(
            url, response.headers.get("etag", ""), response.headers.get("last-modified", ""), total
        )
        if response.status_code == 206 and not (begun and _same(begun, origin) and start == have):
            part.unlink(missing_ok=True)
            raise RetryError("the file changed on the server while it was fetched")
        done = have if response.status_code == 206 else 0
        _check_space(part, total - done)
        if not done:
            part.write_bytes(b"")  # before the note, so that no old bytes are ever taken for this file's
        _note_of(part).write_text(json.dumps(asdict(origin)), encoding="utf-8")
        receive(response, part, done, total, manners, progress, room=lambda: _check_space(part, CHUNK))
    if total and _size(part) != total:
        too_long = _size(part) > total
        if too_long:
            part.unlink(missing_ok=True)
        raise RetryError(f"{'more' if too_long else 'fewer'} bytes came than the server announced")
    return origin


@contextmanager
def _asked(client: httpx.Client, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    try:
        with answer(client, url, headers) as response:
            yield response
    except RefusedError as error:
        raise DownloadError(
            f"{error} The publisher may have moved it: see docs/corpora.md for the page to look at."
        ) from error


def _begun(part: Path, url: str) -> Origin | None:
    """What the part is a part of; ``None`` where nothing is kept or it cannot be told from another version."""
    try:
        origin = Origin(**json.loads(_note_of(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return origin if part.exists() and origin.url == url and origin.validator else None


def _same(begun: Origin, now: Origin) -> bool:
    return (now.tag, now.changed) == (begun.tag, begun.changed) and (not now.size or now.size == begun.size)


def _check(part: Path, md5: str, url: str) -> None:
    if not md5:
        return
    with part.open("rb") as stream:
        found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5.lower():
        part.unlink()
        _note_of(part).unlink(missing_ok=True)
        raise DownloadError(
            f"What came from {url} is not what its publisher lists (wrong checksum); it was deleted. Run the same command again."
        )


def _check_space(part: Path, wanted: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < wanted + _KEPT_FREE:
        raise DownloadError(
            f"{part.parent} has {free / 1e9:.1f} GB free, and {part.name.removesuffix('.part')} needs "
            f"{(wanted + _KEPT_FREE) / 1e9:.1f} GB more. Free some space, or name another folder with --to."
        )


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise DownloadError(f"Cannot write to {folder}: {reason}. Name another folder with --to.") from error


def _note_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
