"""One setting picks the model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.llm import choose
from agent.llm.choose import load_chat_model
from agent.llm.errors import WeightsError
from agent.llm.stream import stream_text
from agent.llm.tokens import estimate_tokens
from agent.llm.weights import bundled
from agent.settings import Settings


def test_none_means_none() -> None:
    assert load_chat_model(Settings(llm="none")) is None


def test_auto_never_downloads(wenzhen_home: Path) -> None:
    assert load_chat_model(Settings()) is None
    assert not (wenzhen_home / "models").exists()


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("bundled", "models pull smollm2-135m"),
        ("smollm2-135m", "models pull smollm2-135m"),
        ("qwen3-4b", "models pull qwen3-4b"),
        ("hf:nobody/nothing", "models pull hf:nobody/nothing"),
        ("absent.gguf", "no file absent.gguf"),
    ],
)
def test_a_missing_model_says_how_to_get_it(name: str, way_out: str) -> None:
    with pytest.raises(WeightsError, match=way_out) as caught:
        load_chat_model(Settings(llm=name))
    assert caught.value.exit_code == 3


def test_a_name_that_means_nothing_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="WENZHEN_LLM=gpt means nothing here"):
        load_chat_model(Settings(llm="gpt"))


@pytest.mark.model
@pytest.mark.parametrize("name", ["auto", "bundled", "file", "by name"])
def test_the_bundled_weights_are_found(
    name: str, wenzhen_home: Path, bundled_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "gpu_answers", lambda: False)
    (wenzhen_home / "models").symlink_to(bundled_model_dir)
    llm = {"file": str(bundled_model_dir / bundled().file), "by name": bundled().file}.get(name, name)
    chat = load_chat_model(Settings(llm=llm, context_tokens=512))
    assert chat is not None
    try:
        assert chat.engine == "llamacpp"
        assert not chat.fluent, "135 million parameters are not enough to write freely"
        if name in ("auto", "bundled"):
            assert (chat.name, chat.languages) == ("smollm2-135m", {"en"})
        assert "".join(stream_text(chat.model, [("user", "Say hello.")], 8))
        assert chat.count_tokens("How is a fever treated?") >= 6
    finally:
        chat.close()


def test_choosing_imports_no_engine() -> None:
    code = (
        "import sys; from agent.llm.choose import load_chat_model; from agent.settings import Settings;"
        "load_chat_model(Settings());"
        "sys.exit(any(n in sys.modules for n in ('torch', 'xllamacpp', 'openai', 'transformers', 'langchain_core')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("", 0),
        ("How is sleep apnea treated with a continuous positive airway pressure device?", 15),
        ("睡眠呼吸暂停可以用持续气道正压通气、减重或口腔矫治器治疗。", 20),
        ("Ibuprofen 布洛芬 400 mg", 9),
    ],
)
def test_the_estimate_errs_on_the_safe_side(text: str, real: int) -> None:
    assert real <= estimate_tokens(text) <= 2 * real + 1
