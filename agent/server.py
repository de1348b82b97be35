"""The HTTP API: ``/v1/consult``, ``/v1/chat/completions``, health, metrics and a description of itself.

``docs/http.md`` shows each with ``curl``.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from fastapi import Body, FastAPI, Header, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from agent.errors import WenzhenError
from agent.serving.docs_page import docs_page
from agent.serving.errors import describe, install
from agent.serving.metrics import Metrics
from agent.serving.middleware import BodyLimit, CountRequests
from agent.serving.shapes import MODEL_NAME, ChatRequest, ConsultRequest, chunk, completion
from agent.sessions import exchange_of
from agent.types import Event, EventKind, Exchange, Reply, Turn
from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    from agent.consult import Consultant

Encode = Callable[[AsyncIterator[Event | Exception]], AsyncIterator[str]]
SSE = "text/event-stream"
NO_CACHE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def create_api(consultant: Consultant, *, locale: str = "auto") -> FastAPI:
    """The API over one consultant.

    Args:
        locale: whose emergency numbers to show when a request names none.
    """
    app = FastAPI(
        title="Wenzhen",
        version=version("wenzhen"),
        description="Health questions answered with urgency first and every sentence cited. Information, not a doctor.",
        docs_url=None,
        redoc_url=None,
    )
    metrics = Metrics()
    app.state.metrics = metrics
    install(app)
    _consult(app, consultant, metrics, locale)
    _chat(app, consultant, metrics, locale)
    _operations(app, consultant, metrics)
    routes = frozenset(str(getattr(route, "path", "")) for route in app.routes)
    app.add_middleware(BodyLimit)
    app.add_middleware(CountRequests, metrics=metrics, routes=routes)
    return app


CONSULT_EXAMPLES: dict[str, Any] = {
    "one message": {"value": {"text": "I have had a fever of 38.5 °C for two days", "locale": "gb"}},
    "a conversation": {
        "value": {"id": "a1", "turns": ["孩子发烧了", "39度，两岁"], "language": "zh", "locale": "cn"}
    },
}
CHAT_EXAMPLES: dict[str, Any] = {
    "chat": {
        "value": {
            "model": MODEL_NAME,
            "messages": [{"role": "user", "content": "How is a migraine treated?"}],
        }
    }
}


def _consult(app: FastAPI, consultant: Consultant, metrics: Metrics, home: str) -> None:
    @app.post("/v1/consult", response_model=None, responses={200: {"model": Reply, "content": {SSE: {}}}})
    async def consult(
        request: Annotated[ConsultRequest, Body(openapi_examples=CONSULT_EXAMPLES)],
        every: Annotated[
            bool, Query(alias="all", description="One reply a turn instead of the last.")
        ] = False,
        accept: Annotated[str, Header()] = "",
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        """A batch line in, the last Reply out. With `Accept: text/event-stream` the events stream as they come."""
        events = metrics.counted(_events(consultant, request, request.locale or home, _owner(authorization)))
        if SSE in accept:
            return await _stream(events, _sse)
        replies = await run_in_threadpool(_replies, events)
        if every:
            body = {"id": request.id, "replies": [reply.model_dump(mode="json") for reply in replies]}
            return JSONResponse(body)
        return JSONResponse(replies[-1].model_dump(mode="json"))


def _chat(app: FastAPI, consultant: Consultant, metrics: Metrics, home: str) -> None:
    @app.post("/v1/chat/completions", response_model=None)
    async def chat_completions(
        request: Annotated[ChatRequest, Body(openapi_examples=CHAT_EXAMPLES)],
    ) -> Response:
        """OpenAI-compatible, streaming or not; urgency, citations and the rest come in the field `wenzhen`."""
        options = request.wenzhen
        turn = Turn(
            text=request.text,
            role=options.role,
            language=options.language,
            locale=options.locale or home,
            history=request.history(),
        )
        events = metrics.counted(_recorded(consultant, turn))
        if request.stream:
            return await _stream(events, _chunks)
        replies = await run_in_threadpool(_replies, events)
        return JSONResponse(completion(replies[-1]))

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        """The one model of this server, for clients that ask before they chat."""
        return {
            "object": "list",
            "data": [{"id": MODEL_NAME, "object": "model", "created": 0, "owned_by": MODEL_NAME}],
        }


def _operations(app: FastAPI, consultant: Consultant, metrics: Metrics) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """The index is open and questions can be answered; 503 with the reason when not."""
        try:
            await run_in_threadpool(consultant.engines.index)
        except (WenzhenError, RetrievalError) as error:
            return JSONResponse({"status": "not ready", "reason": str(error)}, 503)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", response_model=None)
    async def prometheus() -> Response:
        """Counts for Prometheus: requests, outcomes, urgency levels, seconds a reply. No content, no addresses."""
        return Response(metrics.exposition(), media_type=metrics.content_type)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))


def _events(consultant: Consultant, request: ConsultRequest, locale: str, owner: str) -> Iterator[Event]:
    if request.text is not None:
        session = request.session or secrets.token_urlsafe(24)
        yield from consultant.converse(
            request.text,
            session=session,
            role=request.role,
            language=request.language,
            locale=locale,
            owner=owner,
        )
        return
    session = secrets.token_hex(16)
    history: tuple[Exchange, ...] = ()
    for text in request.turns or ():
        turn = Turn(
            text=text,
            role=request.role,
            language=request.language,
            locale=locale,
            session=session,
            history=history,
        )
        for event in _recorded(consultant, turn):
            yield event
            if event.reply is not None:
                history = (*history, exchange_of(text, event.reply))


def _recorded(consultant: Consultant, turn: Turn) -> Iterator[Event]:
    """A turn whose conversation is the caller's to keep; the audit log still has it."""
    for event in consultant.stream(turn):
        if event.reply is not None:
            consultant.records.keep(turn.text, event.reply)
        yield event


def _replies(events: Iterator[Event]) -> list[Reply]:
    return [event.reply for event in events if event.reply is not None]


def _owner(authorization: str) -> str:
    """Whose conversations a request may go on with: only those begun with the same credentials, or with none."""
    return f"api:{hashlib.sha256(authorization.encode()).hexdigest()[:32]}" if authorization else "api"


async def _stream(events: Iterator[Event], encode: Encode) -> Response:
    """Stream ``events`` as ``encode`` writes them. An error before the first event still gets its own status."""
    first = await run_in_threadpool(next, events, None)
    return StreamingResponse(encode(_released(first, events)), media_type=SSE, headers=NO_CACHE)


async def _released(first: Event | None, events: Iterator[Event]) -> AsyncIterator[Event | Exception]:
    """The events, then the error if one ended them; the turn is ended when the reader goes away."""
    try:
        if first is not None:
            yield first
        async for event in iterate_in_threadpool(events):
            yield event
    except Exception as error:  # noqa: BLE001 - the status line is gone: the error travels as the last event
        yield error
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(close)


async def _sse(events: AsyncIterator[Event | Exception]) -> AsyncIterator[str]:
    async for event in events:
        if isinstance(event, Exception):
            yield _frame(describe(event)[1], "error")
        else:
            yield _frame(event.model_dump(mode="json"), event.kind.value)


async def _chunks(events: AsyncIterator[Event | Exception]) -> AsyncIterator[str]:
    name, created, sent = f"chatcmpl-{secrets.token_hex(12)}", int(time.time()), ""
    yield _frame(chunk(name, created, {"role": "assistant", "content": ""}))
    async for event in events:
        if isinstance(event, Exception):
            yield _frame(describe(event)[1])
            return
        if event.kind in (EventKind.ALERT, EventKind.SENTENCE):
            sent += event.text
            yield _frame(chunk(name, created, {"content": event.text}))
        elif event.reply is not None:
            rest = event.reply.text.removeprefix(sent) if event.reply.text.startswith(sent) else ""
            if rest:
                yield _frame(chunk(name, created, {"content": rest}))
            yield _frame(chunk(name, created, {}, event.reply))
    yield "data: [DONE]\n\n"


def _frame(data: dict[str, Any], event: str = "") -> str:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n"
