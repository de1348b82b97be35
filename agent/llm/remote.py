"""Any OpenAI-compatible server (vLLM, TGI, Ollama, llama-server, a hosted one) as the chat model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.errors import UsageError
from agent.llm.errors import ModelError, RemoteModelError

CONNECT_SECONDS = 5.0
STALL_SECONDS = 60.0
"""The longest silence, before the first word or between two, that counts as an answer under way."""


class RemoteChat(ChatOpenAI):
    """``ChatOpenAI`` whose failures are one clear sentence."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        url = str(self.openai_api_base)
        finished = False
        with _explained(url):
            for chunk in super()._stream(*args, **kwargs):
                finished = finished or bool((chunk.generation_info or {}).get("finish_reason"))
                yield chunk
        if not finished:  # half an answer must not pass for a whole one
            raise ModelError(
                f"The model at {url} broke off in mid-answer. Ask again, or set WENZHEN_LLM=none."
            )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with _explained(str(self.openai_api_base)):
            return super()._generate(messages, stop, run_manager, **kwargs)

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
        # Only OpenAI itself insists on the new name; the others all know the old one.
        if "max_completion_tokens" in payload and not _is_openai(str(self.openai_api_base)):
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        return payload


def open_remote(
    address: str, *, api_key: str = "", max_tokens: int = 400, stall_seconds: float = STALL_SECONDS
) -> RemoteChat:
    """``https://host/v1#model``; without ``#model`` the server is asked for its first model.

    Raises ``UsageError`` for an address of another form, ``RemoteModelError`` where nobody answers.
    """
    url, _, model = address.partition("#")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"{address!r} is no address of a model. Write WENZHEN_LLM=https://host/v1#model-name."
        )
    url = url.rstrip("/")
    key = api_key or "none"
    return RemoteChat(
        base_url=url,
        api_key=SecretStr(key),
        model=model or _first_model(url, key),
        max_completion_tokens=max_tokens,
        temperature=0 if not _is_openai(url) else None,
        max_retries=0,
        timeout=httpx.Timeout(stall_seconds, connect=min(CONNECT_SECONDS, stall_seconds)),
        stream_chunk_timeout=None,
    )


def _first_model(url: str, key: str) -> str:
    with _explained(url):
        client = openai.OpenAI(base_url=url, api_key=key, timeout=CONNECT_SECONDS, max_retries=0)
        models = client.models.list().data
    if not models:
        raise RemoteModelError(f"{url} serves no model. Name one: WENZHEN_LLM={url}#model-name.")
    return models[0].id


@contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except (openai.APITimeoutError, httpx.TimeoutException) as error:
        raise RemoteModelError(
            f"The model at {url} fell silent. Check the server, or answer without it: WENZHEN_LLM=none."
        ) from error
    except (openai.APIConnectionError, httpx.TransportError) as error:
        raise RemoteModelError(
            f"Nobody answers at {url}. Start the model server, or answer without it: WENZHEN_LLM=none."
        ) from error
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise RemoteModelError(f"{url} refuses the key. Set WENZHEN_LLM_API_KEY.") from error
    except openai.NotFoundError as error:
        raise RemoteModelError(
            f"{url} does not know that model ({_said(error)}). Name another after the #, or check that the address ends in /v1."
        ) from error
    except openai.APIError as error:
        raise ModelError(
            f"The model at {url} failed: {_said(error)}. Check the server's log, or set WENZHEN_LLM=none."
        ) from error


def _said(error: openai.APIError) -> str:
    return " ".join(str(error.message).split())[:200]


def _is_openai(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(("openai.com", "openai.azure.com"))
