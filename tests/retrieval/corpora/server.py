"""A server on loopback that can be told to stall, truncate, lie, forget and change its mind."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    pages: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    tags: bool = True
    ranges: bool = True
    obeys_if_range: bool = True
    drop_after: list[int] = field(default_factory=list)
    """Close the connection after so many bytes: one entry for each answer to come."""
    stall_after: list[int] = field(default_factory=list)
    """Send so many bytes, then nothing more."""
    announce: int = 0
    """A Content-Length that is this much too long."""
    chunked: bool = False
    """Say nothing about the length."""
    status: list[int] = field(default_factory=list)
    """Statuses for the answers to come, before the real ones."""
    redirect: str = ""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Path, Range and If-None-Match of each request."""
    over: threading.Event = field(default_factory=threading.Event)

    def tag(self, path: str) -> str:
        return f'"{hashlib.sha256(self.pages[path]).hexdigest()[:16]}"'


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            path = self.path.partition("?")[0] if self.path not in site.pages else self.path
            asked = self.headers.get("Range", "")
            none_match = self.headers.get("If-None-Match", "")
            site.requests.append((path, asked, none_match))
            if site.redirect:
                self.send_response(302)
                self.send_header("Location", site.redirect)
                self.end_headers()
                return
            status = site.status.pop(0) if site.status else 200
            if status != 200 or path not in site.pages:
                self.send_error(status if status != 200 else 404)
                return
            whole, tag = site.pages[path], site.tag(path)
            if site.tags and none_match == tag:
                self.send_response(304)
                self.end_headers()
                return
            fresh = not site.obeys_if_range or self.headers.get("If-Range", tag) == tag
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and site.ranges and fresh else 0
            if start and start >= len(whole):
                self.send_error(416)
                return
            body = whole[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
            if site.tags:
                self.send_header("ETag", tag)
            if not site.chunked:
                self.send_header("Content-Length", str(len(body) + site.announce))
            self.end_headers()
            if site.stall_after:
                self.wfile.write(body[: site.stall_after.pop(0)])
                self.wfile.flush()
                site.over.wait(20)
            elif site.drop_after:
                self.wfile.write(body[: site.drop_after.pop(0)])
            else:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        server.server_close()
