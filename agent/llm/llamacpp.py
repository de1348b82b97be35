"""llama.cpp in this process, behind LangChain's chat-model seam.

``LlamaCppEngine`` owns the server object of ``xllamacpp``: a scheduler with a few slots, each with its
own prefix cache, so that a second question with the same beginning starts at once. Calls from several
threads queue up inside it. ``LlamaCppChat`` is the thin LangChain face.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import secrets
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from agent.llm.errors import ModelError, PromptTooLongError, WeightsError

SLOTS = 2
"""Answers written at the same time; further callers wait."""
PREFIX_CACHE_MIB = 256
SOCKET_PATH_LIMIT = 100
"""Unix socket addresses hold about 104 bytes."""


class LlamaCppEngine:
    """One loaded GGUF file. Thread-safe; ``close`` waits for answers under way, which it stops."""

    def __init__(
        self, model_path: Path, *, context_tokens: int = 4096, slots: int = SLOTS, threads: int = 0
    ) -> None:
        _check_gguf(model_path)
        self.model_path = model_path
        self.context_tokens = context_tokens
        cores = threads or usable_cores()
        self._server: Any = _start(model_path, context_tokens, slots, cores)
        self._running = 0
        self._closing = threading.Event()
        self._idle = threading.Condition()
        atexit.register(_close_weakly, weakref.ref(self))

    def stream(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Chunks in the form of OpenAI's chat completions. Closing the iterator stops the model."""
        chunks: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        cancelled = threading.Event()

        def on_chunk(chunk: str) -> bool:
            chunks.put(chunk)
            return cancelled.is_set() or self._closing.is_set()

        def work() -> None:
            try:
                server.handle_chat_completions(json.dumps({**request, "stream": True}), on_chunk)
                chunks.put(None)
            except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
                chunks.put(error)
            finally:
                with self._idle:
                    self._running -= 1
                    self._idle.notify_all()

        with self._idle:
            if self._server is None or self._closing.is_set():
                raise ModelError("The model was closed; load it again.")
            server = self._server
            self._running += 1
        threading.Thread(target=work, name="llama", daemon=True).start()
        try:
            while (chunk := chunks.get()) is not None:
                if isinstance(chunk, BaseException):
                    raise ModelError(f"The model {self.model_path.name} failed: {chunk}") from chunk
                value = json.loads(chunk)
                if "error" in value:
                    raise _error(value["error"])
                yield value
        finally:
            cancelled.set()

    def close(self) -> None:
        """Stop what runs and free the weights. Safe to call twice."""
        self._closing.set()
        with self._idle:
            self._idle.wait_for(lambda: self._running == 0)
            self._server = None


class LlamaCppChat(BaseChatModel):
    """A GGUF model as a LangChain chat model; greedy unless a call says otherwise."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model_path: Path
    context_tokens: int = 4096
    slots: int = SLOTS
    threads: int = 0
    """Cores to use; 0: those of this process."""
    max_tokens: int = 400
    _engine: LlamaCppEngine = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._engine = LlamaCppEngine(
            self.model_path, context_tokens=self.context_tokens, slots=self.slots, threads=self.threads
        )

    @property
    def _llm_type(self) -> str:
        return "llamacpp"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model_path.name, "context_tokens": self.context_tokens}

    def close(self) -> None:
        self._engine.close()

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request: dict[str, Any] = {
            "messages": convert_to_openai_messages(messages),
            "max_tokens": self.max_tokens,
            "temperature": 0,
            "cache_prompt": True,
            # Models that can think aloud would spend the answer's tokens on it.
            "chat_template_kwargs": {"enable_thinking": False},
            **kwargs,
        }
        if stop:
            request["stop"] = stop
        for value in self._engine.stream(request):
            chunk = _generation(value)
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))


def usable_cores() -> int:
    """All cores of a small machine, half of a large one: there the other half are hyper-threads."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return cores if cores <= 4 else max(4, cores // 2)


def _start(model_path: Path, context_tokens: int, slots: int, cores: int) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_path)
    params.n_ctx = context_tokens * slots
    params.n_parallel = slots
    params.cache_ram_mib = PREFIX_CACHE_MIB
    # The threads meet at a spinning barrier for every layer of every token. When something else holds
    # one core, all wait for the slowest: two threads on two busy cores wrote 3 tokens a second where one
    # wrote 25. So writing leaves a core free; reading a prompt meets seldom and takes them all.
    params.cpuparams.n_threads = max(1, cores - 1)
    params.cpuparams_batch.n_threads = cores
    params.n_threads_http = 2
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = -1
    # The server wants an address of its own. It gets a socket file in a private folder that is removed
    # once it listens, so nobody can reach it; where there are no such sockets, a loopback port with a
    # key that nobody knows.
    with tempfile.TemporaryDirectory(prefix="wenzhen-") as folder:
        address = str(Path(folder) / "llama.sock")
        if os.name == "posix" and len(address.encode()) < SOCKET_PATH_LIMIT:
            params.hostnames = [address]
        else:
            params.hostnames = ["127.0.0.1"]
            params.api_keys = [secrets.token_urlsafe(32)]
        try:
            return xllamacpp.Server(params)
        except (RuntimeError, ValueError, OSError) as error:
            raise WeightsError(
                f"llama.cpp cannot load {model_path.name} ({error}). Check it with `wenzhen models list`, or pull it again."
            ) from error


def _check_gguf(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise WeightsError(
            f"No model at {path}. Fetch the bundled one with `wenzhen models pull smollm2-135m`."
        ) from error
    if magic != b"GGUF":
        raise WeightsError(f"{path.name} is not a GGUF file. Delete it and pull it again.")


def _generation(value: dict[str, Any]) -> ChatGenerationChunk:
    choice = (value.get("choices") or [{}])[0]
    delta = choice.get("delta") or {}
    reason = choice.get("finish_reason")
    timings = value.get("timings")
    usage: UsageMetadata | None = None
    if timings:
        read = int(timings.get("cache_n", 0)) + int(timings.get("prompt_n", 0))
        written = int(timings.get("predicted_n", 0))
        usage = UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
    message = AIMessageChunk(
        content=delta.get("content") or "",
        response_metadata={"finish_reason": reason} if reason else {},
        usage_metadata=usage,
    )
    return ChatGenerationChunk(message=message, generation_info={"finish_reason": reason} if reason else None)


def _error(error: Any) -> ModelError:
    if isinstance(error, dict) and error.get("type") == "exceed_context_size_error":
        return PromptTooLongError(
            f"The prompt has {error.get('n_prompt_tokens')} tokens and the model reads {error.get('n_ctx')}. "
            "Shorten the question, or raise WENZHEN_CONTEXT_TOKENS."
        )
    detail = error.get("message") if isinstance(error, dict) else error
    return ModelError(f"The model refused the request: {detail}")


def _close_weakly(reference: weakref.ref[LlamaCppEngine]) -> None:
    engine = reference()
    if engine is not None:
        engine.close()
