"""A model behind an OpenAI-compatible address, here a small server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent.errors import UsageError
from agent.llm.choose import load_chat_model
from agent.llm.errors import ModelError, RemoteModelError
from agent.llm.remote import open_remote
from agent.llm.stream import stream_text
from agent.settings import Settings

WORDS = ["Fever ", "is ", "a ", "raised ", "temperature."]


@dataclass
class Server:
    url: str = ""
    status: int = 200
    stall_after: int | None = None
    """Say nothing more after so many words."""
    break_after: int | None = None
    released: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            self._json({"object": "list", "data": [{"id": "house-model", "object": "model"}]})

        def do_POST(self) -> None:  # noqa: N802
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(request)
            state.keys.append(self.headers["Authorization"])
            if state.status != 200:
                self._json({"error": {"message": "the server is on fire"}}, state.status)
            elif request.get("stream"):
                self._stream()
            else:
                message = {"role": "assistant", "content": "".join(WORDS)}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                self._json({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]})

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for number, word in enumerate([*WORDS, ""]):
                if number == state.stall_after:
                    state.released.wait(20)
                    return
                if number == state.break_after:
                    self.wfile.write(b'data: {"choices": [{"ind')
                    return
                choice = {"index": 0, "delta": {"content": word}, "finish_reason": None if word else "stop"}
                chunk = {"id": "1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
            self.wfile.write(b"data: [DONE]\n\n")

        def _json(self, value: object, status: int = 200) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{http.server_port}/v1"
    yield state
    state.released.set()
    http.shutdown()
    http.server_close()


def test_it_streams_word_by_word(server: Server) -> None:
    model = open_remote(f"{server.url}#big-model", api_key="secret")
    assert list(stream_text(model, [("system", "Be brief."), ("user", "Fever?")], 50)) == WORDS
    asked = server.asked[0]
    assert asked["model"] == "big-model"
    assert (asked["max_tokens"], asked["temperature"], asked["stream"]) == (50, 0, True)
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert server.keys == ["Bearer secret"]


def test_it_answers_in_one_piece(server: Server) -> None:
    assert open_remote(f"{server.url}#big-model").invoke("Fever?").text == "".join(WORDS)


def test_settings_reach_it(server: Server) -> None:
    chat = load_chat_model(Settings(llm=f"{server.url}#big-model", llm_api_key="k"))
    assert chat is not None
    assert (chat.name, chat.engine, chat.fluent) == ("big-model", "remote", True)
    assert chat.languages == {"en", "zh"}
    assert "".join(stream_text(chat.model, [("user", "Fever?")], 9)) == "".join(WORDS)
    chat.close()


def test_without_a_name_the_server_is_asked(server: Server) -> None:
    assert open_remote(server.url).model_name == "house-model"


def test_silence_ends(server: Server) -> None:
    server.stall_after = 2
    model = open_remote(f"{server.url}#m", stall_seconds=0.5)
    stream = stream_text(model, [("user", "Fever?")], 50)
    assert [next(stream), next(stream)] == WORDS[:2]
    with pytest.raises(RemoteModelError, match="fell silent.*WENZHEN_LLM=none"):
        next(stream)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (500, ModelError, "the server is on fire"),
        (503, ModelError, "the server is on fire"),
        (401, RemoteModelError, "WENZHEN_LLM_API_KEY"),
        (404, RemoteModelError, "does not know that model"),
        (429, ModelError, "the server is on fire"),
    ],
)
def test_a_refusal_is_one_sentence(server: Server, status: int, error: type[Exception], says: str) -> None:
    server.status = status
    model = open_remote(f"{server.url}#m")
    for ask in (lambda: list(stream_text(model, [("user", "Fever?")], 50)), lambda: model.invoke("Fever?")):
        with pytest.raises(error, match=says) as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert len(server.asked) == 2, "a failing server is not asked again behind the user's back"


def test_half_an_answer_does_not_pass_for_a_whole_one(server: Server) -> None:
    server.break_after = 2
    pieces = []
    with pytest.raises(ModelError, match="broke off"):
        for piece in stream_text(open_remote(f"{server.url}#m"), [("user", "Fever?")], 50):
            pieces.append(piece)
    assert pieces == WORDS[:2]


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(RemoteModelError, match="Nobody answers at"):
        open_remote("http://127.0.0.1:9/v1")
    with pytest.raises(RemoteModelError, match="Nobody answers at"):
        open_remote("http://127.0.0.1:9/v1#m").invoke("Fever?")


@pytest.mark.parametrize("address", ["ftp://host/v1#m", "http://#m", "https:///v1"])
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="https://host/v1#model-name"):
        open_remote(address)
