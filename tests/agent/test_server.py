"""The HTTP API over a real uvicorn. The consultant is scripted: what is tested is the transport."""

from __future__ import annotations

import json
import threading

import httpx
import pytest

from agent.server import create_api
from agent.serving.middleware import MAX_BODY_BYTES
from agent.types import Reply
from tests.serving import served
from tests.ui.scripted import Scripted


@pytest.fixture
def consultant():
    return Scripted()


@pytest.fixture
def client(consultant):
    with (
        served(create_api(consultant, locale="gb")) as base,
        httpx.Client(base_url=base, timeout=30) as client,
    ):
        yield client


def frames(text: str) -> list[tuple[str, str]]:
    """(event, data) of each server-sent event."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields.get("event", ""), fields["data"]))
    return found


def error_of(response: httpx.Response) -> dict[str, str]:
    error = response.json()["error"]
    assert error["message"] and error["way_out"]
    return error


def test_one_message_is_answered_with_a_whole_reply(client):
    response = client.post("/v1/consult", json={"text": "hello"})

    assert response.status_code == 200
    reply = Reply.model_validate(response.json())
    assert reply.session and reply.citations[0].quote


def test_a_session_goes_on_and_two_users_never_meet(client):
    alice = client.post("/v1/consult", json={"text": "alice one"}).json()
    bob = client.post("/v1/consult", json={"text": "bob one"}).json()
    assert alice["session"] != bob["session"]

    again = client.post("/v1/consult", json={"text": "alice two", "session": alice["session"]}).json()
    assert "after 1 earlier: alice one" in again["text"]
    assert "bob" not in again["text"]


def test_a_session_belongs_to_the_credentials_that_began_it(client):
    mine = {"Authorization": "Bearer mine"}
    session = client.post("/v1/consult", json={"text": "one"}, headers=mine).json()["session"]

    stream = {"Accept": "text/event-stream"}
    for headers in ({}, {"Authorization": "Bearer other"}, stream):
        stolen = client.post("/v1/consult", json={"text": "two", "session": session}, headers=headers)
        assert stolen.status_code == 404
        assert "no conversation" in error_of(stolen)["message"]
    assert (
        client.post("/v1/consult", json={"text": "two", "session": session}, headers=mine).status_code == 200
    )


def test_a_batch_line_gives_the_last_reply_or_all(client):
    line = {"id": "a1", "turns": ["one", "two"], "role": "clinician", "language": "en", "locale": "us"}

    last = client.post("/v1/consult", json=line).json()
    assert "after 1 earlier: one" in last["text"] and last["role"] == "clinician"

    every = client.post("/v1/consult?all=1", json=line).json()
    assert every["id"] == "a1"
    assert [Reply.model_validate(reply).outcome for reply in every["replies"]] == ["answered", "answered"]


def test_events_stream_in_order_and_as_they_come(client, consultant):
    headers = {"Accept": "text/event-stream"}
    with client.stream("POST", "/v1/consult", json={"text": "slow"}, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        chunks = response.iter_text()
        early = ""
        while "event: sentence" not in early:
            early += next(chunks)
        assert "event: reply" not in early
        consultant.go_on.set()
        seen = frames(early + "".join(chunks))

    assert [event for event, _ in seen] == ["status", "sentence", "sentence", "reply"]
    pieces = "".join(json.loads(data)["text"] for event, data in seen if event == "sentence")
    assert json.loads(seen[-1][1])["reply"]["text"] == pieces


def test_an_emergency_is_the_first_thing_that_streams(client):
    seen = frames(
        client.post("/v1/consult", json={"text": "chest pain"}, headers={"Accept": "text/event-stream"}).text
    )

    assert [event for event, _ in seen] == ["status", "alert", "reply"]


def test_a_reader_who_goes_away_ends_the_turn(client, consultant):
    with client.stream(
        "POST", "/v1/consult", json={"text": "slow"}, headers={"Accept": "text/event-stream"}
    ) as response:
        next(response.iter_text())
    consultant.go_on.set()

    ended = threading.Event()
    for _ in range(100):
        if consultant.closed:
            break
        ended.wait(0.1)
    assert consultant.closed == ["slow"]


def test_an_error_in_the_middle_of_a_stream_is_its_last_event(client):
    seen = frames(
        client.post("/v1/consult", json={"text": "break"}, headers={"Accept": "text/event-stream"}).text
    )

    assert [event for event, _ in seen] == ["status", "sentence", "error"]
    assert "wenzhen index verify" in json.loads(seen[-1][1])["error"]["message"]


def test_openai_clients_get_their_shape(client):
    body = {
        "model": "anything",
        "temperature": 0.2,
        "messages": [
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "aye"},
            {"role": "user", "content": [{"type": "text", "text": "two"}]},
        ],
    }
    response = client.post("/v1/chat/completions", json=body).json()

    assert response["object"] == "chat.completion"
    choice = response["choices"][0]
    assert choice["finish_reason"] == "stop" and choice["message"]["role"] == "assistant"
    assert "“two” after 1 earlier: one" in choice["message"]["content"]
    assert "pirate" not in choice["message"]["content"]
    assert response["wenzhen"]["triage"]["level"] == "self_care"
    assert response["wenzhen"]["citations"][0]["n"] == 1


def test_openai_streaming_ends_with_the_reply_and_done(client):
    body = {"messages": [{"role": "user", "content": "hi"}], "stream": True}
    seen = [data for _, data in frames(client.post("/v1/chat/completions", json=body).text)]

    assert seen[-1] == "[DONE]"
    chunks = [json.loads(data) for data in seen[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": ""} and deltas[-1] == {}
    assert (
        "".join(delta.get("content", "") for delta in deltas)
        == "You said “hi” after 0 earlier: . Attacks last 4 to 72 hours. [1]"
    )
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks][-1] == "stop"
    assert chunks[-1]["wenzhen"]["outcome"] == "answered"


def test_an_emergency_streams_its_text_once(client):
    body = {"messages": [{"role": "user", "content": "chest pain"}], "stream": True}
    seen = [json.loads(data) for _, data in frames(client.post("/v1/chat/completions", json=body).text)[:-1]]

    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in seen)
    assert text == "Call the ambulance now."


@pytest.mark.parametrize("path", ["/v1/consult", "/v1/chat/completions"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_a_megabyte_is_refused(client, path, chunked):
    body = json.dumps({"text": "x" * 1_000_000}).encode()
    content = (body[at : at + 65536] for at in range(0, len(body), 65536)) if chunked else body
    response = client.post(path, content=content, headers={"Content-Type": "application/json"})

    assert response.status_code == 413
    assert f"{MAX_BODY_BYTES // 1024} KB" in error_of(response)["message"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("{not json", 400, "not valid JSON"),
        ("", 422, "JSON object"),
        ("[]", 422, "JSON object"),
        ("{}", 422, "`text`"),
        ('{"text": "a", "turns": ["b"]}', 422, "`text`"),
        ('{"text": "   "}', 422, "text"),
        ('{"turns": []}', 422, "turns"),
        ('{"turns": ["a"], "session": "s"}', 422, "`session`"),
        ('{"text": "a", "role": "king"}', 422, "role"),
        ('{"text": "a", "language": "tlh"}', 422, "language"),
        ('{"text": 7}', 422, "text"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(client, body, status, says):
    response = client.post("/v1/consult", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == status
    assert says in error_of(response)["message"]


def test_a_form_is_told_to_be_json(client):
    response = client.post("/v1/consult", data={"text": "hello"})

    assert response.status_code == 422
    assert "application/json" in error_of(response)["way_out"]


def test_a_chat_must_end_with_the_user(client):
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    response = client.post("/v1/chat/completions", json={"messages": messages})

    assert response.status_code == 422
    assert "user message" in error_of(response)["message"]


def test_what_is_not_ready_is_said_with_the_way_out(client):
    chat = {"messages": [{"role": "user", "content": "break"}]}
    for path, body in (("/v1/consult", {"text": "break"}), ("/v1/chat/completions", chat)):
        response = client.post(path, json=body)
        assert response.status_code == 503
        assert "wenzhen index verify" in error_of(response)["message"]


def test_the_unforeseen_says_nothing_of_its_inside(client):
    response = client.post("/v1/consult", json={"text": "crash"})

    assert response.status_code == 500
    assert "secret" not in response.text and "Traceback" not in response.text
    error_of(response)


def test_unknown_addresses_and_methods_answer_in_json(client):
    assert error_of(client.get("/nothing"))["message"]
    assert client.get("/nothing").status_code == 404
    assert client.get("/v1/consult").status_code == 405


def test_health_and_readiness(client, consultant):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}

    consultant.missing = "There is no index yet. Run `wenzhen ingest`."
    response = client.get("/readyz")
    assert response.status_code == 503 and response.json()["reason"] == consultant.missing


def test_metrics_count_outcomes_and_hold_no_content(client):
    client.post("/v1/consult", json={"text": "my private complaint"})
    client.post("/v1/consult", json={"text": "chest pain"})
    client.post("/v1/consult", content="{")
    text = client.get("/metrics").text

    assert 'wenzhen_replies_total{outcome="answered"} 1.0' in text
    assert 'wenzhen_levels_total{level="emergency"} 1.0' in text
    assert 'wenzhen_requests_total{route="/v1/consult",status="200"} 2.0' in text
    assert "wenzhen_reply_seconds_count 2.0" in text
    assert "private" not in text


def test_two_applications_count_apart(consultant):
    first, second = create_api(consultant), create_api(consultant)
    first.state.metrics.request("/healthz", 200)

    assert b"/healthz" in first.state.metrics.exposition()
    assert b"/healthz" not in second.state.metrics.exposition()


def test_the_docs_need_no_foreign_host(client):
    page = client.get("/docs")

    assert page.status_code == 200
    assert "http://" not in page.text and "https://" not in page.text and "<script" not in page.text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page.text
    assert "/v1/chat/completions" in page.text


def test_the_models_list_names_one(client):
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == ["wenzhen"]
