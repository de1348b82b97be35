"""``wenzhen serve``: the page and the HTTP API in one process."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from agent.errors import UsageError

if TYPE_CHECKING:
    from agent.consult import Consultant
    from agent.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SHUTDOWN_SECONDS = 3
"""A browser tab keeps a stream open for as long as it lives; do not wait for it."""


@click.command()
@click.option("--host", default=None, help="Address to listen on.  [default: 127.0.0.1, this machine only]")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help="0 takes a free one.  [default: 7860]"
)
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
def serve(host: str | None, port: int | None, no_browser: bool) -> None:
    """The chat page and the HTTP API (described at /docs), in one process. Ctrl-C stops it."""
    from agent.settings import Settings

    settings = Settings()
    host = host or settings.host
    listening = _listen(host, settings.port if port is None else port)
    from agent.consult import open_consultant

    with listening, open_consultant(settings) as consultant:
        _prepare(consultant, settings)
        address = _address(host, listening.getsockname()[1])
        _run(create_app(consultant, settings), listening, address, opens=not no_browser and _has_screen())


def create_app(consultant: Consultant, settings: Settings) -> Any:
    """The whole application: API first, the page at ``/``, and headers that keep the page off other hosts."""
    from agent.server import create_api
    from ui.headers import SafeHeaders
    from ui.page import mount_page

    app = create_api(consultant, locale=settings.locale)
    mount_page(app, consultant, locale="us" if settings.locale == "auto" else settings.locale)
    app.add_middleware(SafeHeaders)
    return app


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything slow so that a mistake shows at once.

    Raises:
        UsageError: the port is taken, not allowed, or there is no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise UsageError(_refused(host, port, error)) from error
    return listening


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another with --port, or 0 for a free one."
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights. Choose one above 1023 with --port."
    return (
        f"Cannot listen on {host!r} ({error.strerror or error}). Use --host 127.0.0.1 for this machine only."
    )


def _prepare(consultant: Consultant, settings: Settings) -> None:
    """Build the handbook's index where it is missing or old, open it, and say what else is not there."""
    consultant.engines.index()
    if settings.llm in ("auto", "bundled"):
        _mention_weights(settings)


def _mention_weights(settings: Settings) -> None:
    from agent.llm.weights import bundled, path_of

    weights = bundled()
    if path_of(weights, settings.models_dir) is None:
        click.echo(
            f"No chat model here: answers are the sources' own sentences. Fetch one: wenzhen models pull {weights.name}",
            err=True,
        )


def _run(app: Any, listening: socket.socket, address: str, *, opens: bool) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                click.echo(f"Wenzhen is ready: {address}   (API: {address}/docs, Ctrl-C stops)")
                if opens:
                    click.launch(address)

    # No access log: addresses of people who ask about their health belong in no file.
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS
    )
    # Ctrl-C ends the server cleanly; whether uvicorn then raises it again depends on its version and the moment.
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
    click.echo("Stopped.")


def _address(host: str, port: int) -> str:
    if host not in LOOPBACK:
        click.echo(
            "Listening beyond this machine: anyone who can reach it can ask. There is no login.", err=True
        )
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _has_screen() -> bool:
    """Whether opening a browser makes sense: somebody sits at this terminal, and there is a screen."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
