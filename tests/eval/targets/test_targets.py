"""Chatbots behind an address, recorded replies, baselines, and what is read from words alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agent.errors import NotReadyError, UsageError
from agent.settings import Settings
from agent.types import Level, Outcome
from eval.baselines import BareModel, NaiveRag
from eval.schema.source import ScriptedTurn
from eval.schema.suite import Sample
from eval.targets.agent import AgentTarget
from eval.targets.hold import hold
from eval.targets.reading import read_reply
from eval.targets.recorded import RecordedTarget
from eval.targets.server import ServerTarget
from retrieval.search import Index
from tests.eval.replies import reply

SAMPLE = Sample(
    id="gout", turns=(ScriptedTurn(say="What is gout?"), ScriptedTurn(say="And how is it treated?"))
)


class Chatbot(BaseHTTPRequestHandler):
    asked: list[dict[str, Any]] = []
    typed = False

    def do_POST(self) -> None:  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        found: dict[str, Any] = {
            "model": "parrot",
            "choices": [{"message": {"content": "You should see a doctor today."}}],
        }
        if self.typed:
            found["wenzhen"] = reply().model_dump(mode="json", exclude={"text", "session"})
        sent = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    Chatbot.asked = []
    Chatbot.typed = False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chatbot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1#parrot"
    server.shutdown()


def test_any_chatbot_is_asked_with_the_whole_conversation(address: str) -> None:
    answers = hold(ServerTarget(address), SAMPLE)
    assert [one.reply.triage.level for one in answers] == [Level.URGENT] * 2
    assert not answers[0].typed
    assert [one["role"] for one in Chatbot.asked[1]["messages"]] == ["user", "assistant", "user"]
    assert Chatbot.asked[0]["model"] == "parrot"


def test_a_server_of_ours_answers_with_all_fields(address: str) -> None:
    Chatbot.typed = True
    first = hold(ServerTarget(address), SAMPLE)[0]
    assert first.typed and first.reply.citations


def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(NotReadyError, match="did not answer"):
        hold(ServerTarget("http://127.0.0.1:9/v1"), SAMPLE)


def test_recorded_replies_are_judged_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    replies = [reply().model_dump(mode="json", by_alias=True)] * 2
    path.write_text(json.dumps({"id": "gout", "replies": replies}) + "\n", encoding="utf-8")
    assert len(hold(RecordedTarget(path), SAMPLE)) == 2
    with pytest.raises(NotReadyError, match="other"):
        hold(RecordedTarget(path), SAMPLE.model_copy(update={"id": "other"}))
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(UsageError, match="no recorded conversations"):
        RecordedTarget(path)


@pytest.mark.parametrize(
    ("text", "outcome", "level"),
    [
        ("Call 911 now. Do not drive.", Outcome.EMERGENCY, Level.EMERGENCY),
        ("Please see your doctor. If the pain gets worse, call 911.", Outcome.ANSWERED, Level.ROUTINE),
        ("Rest and drink plenty of fluids.", Outcome.ANSWERED, Level.SELF_CARE),
        ("Gout is caused by uric acid.", Outcome.ANSWERED, Level.NONE),
        ("I'm sorry, but I can't help with that.", Outcome.REFUSED, Level.NONE),
        ("I'm sorry to hear that. Rest at home.", Outcome.ANSWERED, Level.SELF_CARE),
        ("You can call or text 988 at any time.", Outcome.CRISIS, Level.NONE),
        ("请马上拨打120。", Outcome.EMERGENCY, Level.EMERGENCY),
        ("多喝水，注意休息。如果高烧不退，请尽快就医。", Outcome.ANSWERED, Level.SELF_CARE),
        ("抱歉，我不能提供这方面的帮助。", Outcome.REFUSED, Level.NONE),
    ],
)
def test_outcome_and_urgency_are_read_from_the_words(text: str, outcome: Outcome, level: Level) -> None:
    found = read_reply(text)
    assert (found.outcome, found.triage.level) == (outcome, level)


def test_the_baselines_answer_with_words_alone(handbook: Index) -> None:
    from langchain_core.language_models import FakeListChatModel

    from agent.llm.choose import ChatModel

    class Watched(FakeListChatModel):
        seen: list[str] = []

        def _call(self, messages: Any, *args: Any, **kwargs: Any) -> str:
            self.seen.append(str(messages[-1].content))
            return super()._call(messages, *args, **kwargs)

    model = Watched(responses=["It is a painful joint."])
    chat = ChatModel(model, "parrot", "none", fluent=True, languages=frozenset({"en"}))
    assert [one.reply.text for one in hold(BareModel(chat), SAMPLE)] == ["It is a painful joint."] * 2
    told = hold(NaiveRag(chat, handbook), SAMPLE)
    assert not told[0].typed and told[0].reply.trace.model == "parrot"
    assert any("gout" in prompt.lower() and "pieces of context" in prompt for prompt in model.seen)


@pytest.mark.parametrize("llm", ["auto", "none"])
def test_a_model_that_is_asked_for_and_not_there_is_told_before_anything_is_held(
    llm: str, tmp_path: Path
) -> None:
    with pytest.raises(NotReadyError, match="wenzhen models pull"):
        AgentTarget(Settings(home=tmp_path, llm=llm), llm=True)
