"""Errors over HTTP: ``{"error": {"message", "way_out"}}`` with a status that says whose move it is."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agent.errors import NotReadyError, UsageError, WenzhenError
from agent.sessions import SessionNotYoursError
from retrieval.errors import RetrievalError

DOCS = "See /docs for what this address takes."
log = logging.getLogger(__name__)


def error_body(message: str, way_out: str = DOCS, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "way_out": way_out, "type": kind}}


def describe(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and body for an error of the agent; one that nobody foresaw says nothing of its inside."""
    if isinstance(error, UsageError):
        return 400, error_body(str(error))
    if isinstance(error, SessionNotYoursError):
        return 404, error_body(
            "There is no conversation with this session id.", "Leave `session` out to begin a new one."
        )
    if isinstance(error, NotReadyError | RetrievalError):
        return 503, error_body(str(error), "`wenzhen doctor` says what is missing.", "not_ready")
    if isinstance(error, WenzhenError):
        return 500, error_body(str(error), "`wenzhen doctor` checks the installation.", "server_error")
    log.error("unexpected error", exc_info=error)
    return 500, error_body(
        "Something went wrong on this side.", "Try again; the server's log says more.", "server_error"
    )


def install(app: FastAPI) -> None:
    """Make every error of ``app`` speak the same way."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (WenzhenError, RetrievalError, SessionNotYoursError, Exception):
        app.add_exception_handler(kind, _failed)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", "")
        return JSONResponse(error_body(f"The body is not valid JSON: {reason}."), 400)
    where = ".".join(str(part) for part in first["loc"][1:])
    if not where and first["type"] != "value_error":
        way_out = "Send a JSON object, with the header Content-Type: application/json."
        return JSONResponse(error_body("The body must be a JSON object.", way_out), 422)
    what = str(first["msg"]).removeprefix("Value error, ")
    return JSONResponse(
        error_body(f"{where}: {what}." if where else f"The request is incomplete: {what}."), 422
    )


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentences = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    message = sentences.get(error.status_code, str(error.detail))
    return JSONResponse(error_body(message), error.status_code, headers=error.headers)


async def _failed(_request: Request, error: Exception) -> JSONResponse:
    status, body = describe(error)
    return JSONResponse(body, status)
