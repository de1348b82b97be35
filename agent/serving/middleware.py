"""Around every request: a limit on the body, and a count of what came of it. Plain ASGI, so that streams stay streams."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving.errors import error_body
from agent.serving.metrics import Metrics

MAX_BODY_BYTES = 512 * 1024
"""A conversation of hundreds of turns fits; a novel does not."""


class BodyLimit:
    """Answers 413 to a body of more than ``limit`` bytes under ``/v1/``, declared or not, before it is parsed."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        read: list[Message] = []
        size = 0
        while True:
            message = await receive()
            read.append(message)
            size += len(message.get("body", b""))
            if size > self._limit:
                await self._refuse(scope, receive, send)
                return
            if message["type"] != "http.request" or not message.get("more_body", False):
                break
        waiting = iter(read)

        async def replay() -> Message:
            message = next(waiting, None)
            return message if message is not None else await receive()

        await self._app(scope, replay, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = error_body(
            f"The request body is larger than {self._limit // 1024} KB.",
            "Ask in a few sentences; read long documents in with `wenzhen ingest`.",
        )
        await JSONResponse(body, 413, headers={"Connection": "close"})(scope, receive, send)


class CountRequests:
    """Counts each request by the route's name and the status of the response."""

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: frozenset[str]) -> None:
        self._app, self._metrics, self._routes = app, metrics, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = scope["path"] if scope["path"] in self._routes else "page"

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.request(route, message["status"])
            await send(message)

        await self._app(scope, receive, watched)
