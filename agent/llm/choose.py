"""Which chat model writes the answers: ``WENZHEN_LLM``, or the best that is already here."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import UsageError
from agent.llm.errors import WeightsError
from agent.llm.stream import stream_text
from agent.llm.tokens import estimate_tokens
from agent.llm.weights import Weights, bundled, catalogue, find, hub_folder, path_of
from agent.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["ChatModel", "load_chat_model", "stream_text"]

ENGLISH = frozenset({"en"})
BILINGUAL = frozenset({"en", "zh"})
FLUENT_PARAMETERS = 1_000_000_000
FLUENT_BYTES = 600_000_000
"""A billion weights at four bits and a little."""


@dataclass(frozen=True)
class ChatModel:
    """A loaded model and what may be asked of it."""

    model: BaseChatModel
    name: str
    engine: str
    """``llamacpp``, ``transformers`` or ``remote``."""
    fluent: bool
    """Strong enough to write an answer freely; a small one invents links between facts."""
    languages: frozenset[str]
    count_tokens: Callable[[str], int] = field(default=estimate_tokens, compare=False)
    """The model's own tokenizer where that is cheap, else an estimate on the safe side."""

    def close(self) -> None:
        """Stop what runs and free the weights."""
        closer = getattr(self.model, "close", None)
        if callable(closer):
            closer()


def load_chat_model(settings: Settings) -> ChatModel | None:
    """The model that ``settings.llm`` names, loaded; ``None`` for ``none``.

    ``auto`` takes what is here: on a GPU the first hub model of the catalogue that was pulled, else the
    bundled weights, else ``None``. It never downloads. Raises ``NotReadyError`` where a named model is
    missing and ``UsageError`` where the name means nothing.
    """
    name = settings.llm.strip()
    if name == "none":
        return None
    if name in ("", "auto"):
        return _best_present(settings)
    if name == "bundled":
        return _catalogued(bundled(), settings)
    if name.startswith(("http://", "https://")):
        return _remote(name, settings)
    if name.startswith("hf:"):
        return _transformers(_pulled(name[3:]), name[3:], settings)
    if weights := find(name):
        return _catalogued(weights, settings)
    return _local(name, settings)


def _best_present(settings: Settings) -> ChatModel | None:
    if any(path_of(weights, settings.models_dir) for weights in catalogue() if weights.kind == "hub"):
        for weights in catalogue():
            if weights.kind == "hub" and path_of(weights, settings.models_dir) and gpu_answers():
                return _catalogued(weights, settings)
    if path_of(bundled(), settings.models_dir):
        return _catalogued(bundled(), settings)
    return None


def _catalogued(weights: Weights, settings: Settings) -> ChatModel:
    path = path_of(weights, settings.models_dir)
    if path is None:
        raise WeightsError(
            f"The weights {weights.name} are not here. Fetch them: wenzhen models pull {weights.name} ({weights.size / 1e6:.0f} MB)."
        )
    if weights.kind == "hub":
        return _transformers(path, weights.hub_id, settings)
    return _llamacpp(path, weights.name, settings, weights.fluent, frozenset(weights.languages))


def _local(name: str, settings: Settings) -> ChatModel:
    path = Path(name).expanduser()
    if not path.exists() and (settings.models_dir / name).exists():
        path = settings.models_dir / name
    if path.is_dir() and (path / "config.json").is_file():
        return _transformers(path, path.name, settings)
    if path.suffix == ".gguf":
        if not path.is_file():
            raise WeightsError(
                f"There is no file {name}. Set WENZHEN_LLM to the path of a GGUF file, or to bundled."
            )
        return _llamacpp(path, path.stem, settings, path.stat().st_size >= FLUENT_BYTES, BILINGUAL)
    raise UsageError(
        f"WENZHEN_LLM={name} means nothing here. Choose auto, bundled, none, a .gguf file, hf:ORG/NAME or https://host/v1#model."
    )


def _llamacpp(
    path: Path, name: str, settings: Settings, fluent: bool, languages: frozenset[str]
) -> ChatModel:
    from agent.llm.llamacpp import LlamaCppChat

    model = LlamaCppChat(
        model_path=path, context_tokens=settings.context_tokens, max_tokens=settings.answer_tokens
    )
    return ChatModel(model, name, "llamacpp", fluent, languages)


def _transformers(path: Path, name: str, settings: Settings) -> ChatModel:
    from agent.llm.transformers_host import TransformersChat

    model = TransformersChat(
        source=str(path), context_tokens=settings.context_tokens, max_tokens=settings.answer_tokens
    )
    fluent = model.parameters >= FLUENT_PARAMETERS
    return ChatModel(model, name, "transformers", fluent, BILINGUAL, model.count_tokens)


def _remote(address: str, settings: Settings) -> ChatModel:
    from agent.llm.remote import open_remote

    model = open_remote(address, api_key=settings.llm_api_key, max_tokens=settings.answer_tokens)
    return ChatModel(model, model.model_name, "remote", True, BILINGUAL)


def _pulled(hub_id: str) -> Path:
    folder = hub_folder(hub_id)
    if folder is None:
        raise WeightsError(f"The model {hub_id} is not here. Fetch it: wenzhen models pull hf:{hub_id}")
    return folder


def gpu_answers() -> bool:
    """Whether torch sees a CUDA device; asks torch (seconds) only where an NVIDIA driver is installed."""
    driver = Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None
    if not driver or importlib.util.find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())
