"""The bundled model, really loaded, in both in-process hosts."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.llm.errors import ModelError, PromptTooLongError, WeightsError
from agent.llm.llamacpp import LlamaCppChat, LlamaCppEngine
from agent.llm.stream import stream_text
from agent.llm.transformers_host import TransformersChat
from agent.llm.weights import bundled

pytestmark = pytest.mark.model

QUESTION = [("system", "Answer in one short sentence."), ("user", "What is a fever?")]


@pytest.fixture(scope="module", params=["llamacpp", "transformers"])
def host(
    request: pytest.FixtureRequest, bundled_model_dir: Path
) -> Iterator[LlamaCppChat | TransformersChat]:
    path = bundled_model_dir / bundled().file
    if request.param == "llamacpp":
        model: LlamaCppChat | TransformersChat = LlamaCppChat(model_path=path, context_tokens=1024)
    else:
        model = TransformersChat(source=str(path), context_tokens=1024)
    yield model
    model.close()


def test_it_answers(host: LlamaCppChat | TransformersChat) -> None:
    answer = host.invoke(QUESTION, max_tokens=40)
    assert "fever" in str(answer.text).lower()


def test_it_streams_what_it_generates_and_twice_the_same(host: LlamaCppChat | TransformersChat) -> None:
    pieces = list(stream_text(host, QUESTION, 30))
    assert len(pieces) > 5
    assert (
        "".join(pieces)
        == "".join(stream_text(host, QUESTION, 30))
        == host.invoke(QUESTION, max_tokens=30).text
    )


def test_the_limit_holds(host: LlamaCppChat | TransformersChat) -> None:
    story = [("user", "Tell a long story about a doctor.")]
    short, longer = ("".join(stream_text(host, story, limit)) for limit in (5, 20))
    assert longer.startswith(short)
    assert len(short) < 60 < len(longer) * 2


def test_stop_words_stop(host: LlamaCppChat | TransformersChat) -> None:
    story = [("user", "Tell a long story about a doctor.")]
    assert "." not in str(host.invoke(story, stop=["."], max_tokens=60).text)[:-1]


def test_two_threads_get_their_own_answers(host: LlamaCppChat | TransformersChat) -> None:
    questions = ["What is a fever?", "Name the largest ocean.", "What is a fever?"]
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = "".join(stream_text(host, [("user", questions[number])], 20))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "fever" in answers[0].lower()
    assert "ocean" in answers[1].lower()
    assert "fever" in answers[2].lower()


def test_a_reader_who_leaves_stops_the_model(host: LlamaCppChat | TransformersChat) -> None:
    stream = stream_text(host, [("user", "Tell a very long story.")], 900)
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert list(stream_text(host, QUESTION, 5))


def test_a_prompt_that_does_not_fit_says_so(host: LlamaCppChat | TransformersChat) -> None:
    with pytest.raises(PromptTooLongError, match="WENZHEN_CONTEXT_TOKENS"):
        host.invoke("fever and cough " * 1000, max_tokens=10)


def test_any_language_and_odd_text_pass_through(host: LlamaCppChat | TransformersChat) -> None:
    assert isinstance(host.invoke("发烧怎么办？ 👍 \x00 \u202e", max_tokens=5).text, str)


@pytest.mark.skipif(os.name != "posix", reason="socket files are a Unix thing")
def test_nobody_outside_can_reach_the_engine(bundled_model_dir: Path) -> None:
    engine = LlamaCppEngine(bundled_model_dir / bundled().file, context_tokens=512)
    address = engine._server.listening_address
    assert address.startswith("unix://")
    assert not Path(address.removeprefix("unix://")).exists()
    assert list(engine.stream({"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}))
    engine.close()


def test_a_closed_model_says_so(bundled_model_dir: Path) -> None:
    model = LlamaCppChat(model_path=bundled_model_dir / bundled().file, context_tokens=512)
    stream = stream_text(model, [("user", "Tell a very long story.")], 400)
    next(stream)
    model.close()
    model.close()
    with pytest.raises(ModelError, match="closed"):
        model.invoke(QUESTION)


def test_damaged_weights_say_so(bundled_model_dir: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.gguf"
    short.write_bytes((bundled_model_dir / bundled().file).read_bytes()[:2_000_000])
    text = tmp_path / "text.gguf"
    text.write_text("Dear doctor")
    with pytest.raises(WeightsError, match="cannot load short.gguf"):
        LlamaCppChat(model_path=short)
    with pytest.raises(WeightsError, match="not a GGUF file"):
        LlamaCppChat(model_path=text)
    with pytest.raises(WeightsError, match="No model at"):
        LlamaCppChat(model_path=tmp_path / "absent.gguf")
    with pytest.raises(WeightsError, match="cannot be loaded"):
        TransformersChat(source=str(tmp_path))
