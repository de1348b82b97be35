"""HTTP as every download here needs it: what a server does wrong is either worth another try or not.

What to do with the bytes, and with a beginning kept from an earlier try, is the caller's.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int], None]
"""Bytes that are here, bytes that there will be (0: the server does not say)."""
CHUNK = 1 << 18
MOST_WAIT_S = 60.0
_SLOWEST = 100
"""Bytes a second; a server that drips less than this over a whole stall time counts as stalled."""
_PATIENT = frozenset([408, 425, 429, 500, 502, 503, 504])


class DownloadError(RetrievalError):
    """A file could not be fetched; ``str(error)`` says why, and what to do."""


class RetryError(Exception):
    """Worth another try. ``wait`` is how many seconds the server asks for (0: it does not say)."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class RefusedError(DownloadError):
    """The server is there and will not give this file, now or later."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient a download is. Times in seconds."""

    attempts: int = 5
    """Tries in a row without a byte gained."""
    first_wait: float = 1.0
    """Before the second try; doubled each time."""
    connect: float = 15.0
    stall: float = 60.0
    proxy: str = ""
    """Empty: what the environment says (HTTPS_PROXY)."""
    certificates: ssl.SSLContext | None = None


def receive(
    response: httpx.Response,
    part: Path,
    done: int,
    total: int,
    manners: Manners,
    progress: Progress | None,
    room: Callable[[], None] | None = None,
) -> None:
    """Write the body behind the first ``done`` bytes of ``part``, which is on disk whatever happens after.

    ``room`` is asked now and then, where ``total`` is 0, whether there is still space. Raises ``RetryError``.
    """
    import httpx

    since, gained = time.monotonic(), 0
    with part.open("ab" if done else "wb") as stream:
        try:
            for piece in response.iter_raw(CHUNK):
                stream.write(piece)
                done += len(piece)
                gained += len(piece)
                if progress:
                    progress(done, total)
                now = time.monotonic()
                if now - since > manners.stall:
                    if gained < _SLOWEST * manners.stall:
                        raise RetryError("the server stalls")
                    if room and not total:
                        room()
                    since, gained = now, 0
        except httpx.TimeoutException as error:
            raise RetryError("the server stalls") from error
        except httpx.TransportError as error:
            raise RetryError(f"the connection broke: {error or type(error).__name__}") from error
        finally:
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def answer(client: httpx.Client, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """The response to a GET, with every way in which a server refuses made one of two errors."""
    import httpx

    host = urlsplit(url).hostname or url
    try:
        request = client.build_request("GET", url, headers={"Accept-Encoding": "identity", **headers})
        response = client.send(request, stream=True)
    except httpx.TooManyRedirects as error:
        raise RefusedError(f"{url} is redirected in a circle.") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise DownloadError(f"{url!r} is no address that can be fetched ({error}).") from error
    except httpx.TimeoutException as error:
        raise RetryError(f"{host} does not answer") from error
    except httpx.TransportError as error:
        raise RetryError(
            f"{host} cannot be reached: {error}; is there a network, or a proxy to name in HTTPS_PROXY?"
        ) from error
    try:
        status = response.status_code
        if url.startswith("https:") and response.url.scheme != "https":
            raise DownloadError(f"{url} is redirected to an address without encryption, {response.url}.")
        if status in _PATIENT:
            raise RetryError(f"{host} answers {status}", _asked_wait(response))
        if status >= 400 and status != 416:
            raise RefusedError(f"{host} refuses {url} ({status}).")
        yield response
    finally:
        response.close()


@contextmanager
def connection(manners: Manners) -> Iterator[httpx.Client]:
    """A client that follows redirects, and waits as long as ``manners`` says."""
    import httpx

    options: dict[str, Any] = {"proxy": manners.proxy} if manners.proxy else {}
    if manners.certificates:
        options["verify"] = manners.certificates
    with httpx.Client(
        follow_redirects=True,
        max_redirects=10,
        timeout=httpx.Timeout(manners.stall, connect=manners.connect),
        headers={"User-Agent": "wenzhen (download)"},
        **options,
    ) as client:
        yield client


def _asked_wait(response: httpx.Response) -> float:
    asked = response.headers.get("retry-after", "")
    return min(MOST_WAIT_S, float(asked)) if asked.isdigit() else 0.0


def span(response: httpx.Response) -> tuple[int, int]:
    """Where the body starts in the file, and how long the file is (0: not said)."""
    if response.status_code == 206:
        unit, _, rest = response.headers.get("content-range", "").partition(" ")
        bounds, _, total = rest.partition("/")
        first = bounds.partition("-")[0]
        if unit == "bytes" and first.isdigit():
            return int(first), int(total) if total.isdigit() else 0
        return -1, 0
    length = response.headers.get("content-length", "")
    return 0, int(length) if length.isdigit() else 0
