"""What a message means, for the second sight: a small transformer read with numpy alone, in milliseconds.

The first layers of multilingual-e5-small (MIT), trained further on the messages in ``data``; ``encoder_training.py``
tells how. ``pieces.npz`` holds the vocabulary and the base model's own rows for it, which stay as they are;
``model.npz`` holds what was learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retrieval.e5_weights import dequantized, unigram_tokenizer

if TYPE_CHECKING:
    import numpy as np

HEADS = 12
"""Attention heads of the base model."""
MAX_TOKENS = 96
"""Of a longer message the first and the last half of these are read: who and what it began with, and what now."""
MATRICES = ("qkv", "out", "up", "down")
"""Of a layer: queries, keys and values in one, the attention's output, the feed-forward network's two."""


@dataclass(frozen=True)
class Read:
    """A message as read: the mean of its tokens' states, and how many they were."""

    vector: np.ndarray
    tokens: int


class Encoder:
    """Loaded once; keeps nothing."""

    def __init__(self, model: Mapping[str, Any], pieces: Mapping[str, Any]) -> None:
        import numpy as np

        _one_thread()
        self._tokenizer = tokenizer_of(pieces)
        self._rows = dequantized(pieces["rows"]).reshape(len(pieces["scores"]), -1)
        self._places = model["encoder.positions"].astype("f4")
        self._first = _norm(model, "encoder.first")
        self._layers = [_layer(model, number) for number in range(int(model["encoder.layers"]))]
        self._epsilon = np.float32(1e-12)

    def read(self, text: str) -> Read:
        """The vector (384 floats, not normalised) of any text, also an empty one."""
        import numpy as np

        ids = cut(self._tokenizer.encode(text).ids)
        states = self._normed(self._rows[ids] + self._places[: len(ids)], *self._first)
        for layer in self._layers:
            states = self._through(layer, states)
        return Read(np.asarray(states.mean(axis=0)), len(ids))

    def _through(self, layer: Mapping[str, Any], states: np.ndarray) -> np.ndarray:
        import numpy as np

        tokens, width = states.shape
        each = width // HEADS
        mixed = states @ layer["qkv"] + layer["qkv.bias"]
        queries, keys, values = mixed.reshape(tokens, 3, HEADS, each).transpose(1, 2, 0, 3)
        scores = queries @ keys.transpose(0, 2, 1) * np.float32(each**-0.5)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        seen = (weights @ values).transpose(1, 0, 2).reshape(tokens, width)
        states = self._normed(states + seen @ layer["out"] + layer["out.bias"], *layer["norm1"])
        fed = _gelu(states @ layer["up"] + layer["up.bias"]) @ layer["down"] + layer["down.bias"]
        return self._normed(states + fed, *layer["norm2"])

    def _normed(self, states: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
        import numpy as np

        centred = states - states.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + self._epsilon)
        result: np.ndarray = centred / spread * weight + bias
        return result


def tokenizer_of(pieces: Mapping[str, Any]) -> Any:
    """The tokenizer over the vocabulary in ``pieces.npz``."""
    known = bytes(pieces["pieces"]).decode().split("\n")
    scored = list(zip(known, pieces["scores"].tolist(), strict=True))
    return unigram_tokenizer(scored, *pieces["special"].tolist())


def cut(ids: list[int]) -> list[int]:
    half = MAX_TOKENS // 2
    return ids if len(ids) <= MAX_TOKENS else ids[:half] + ids[-half:]


def packed(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix in whole numbers of one byte, with a scale for each column."""
    import numpy as np

    scale = np.maximum(np.abs(matrix).max(axis=0) / 127, 1e-12).astype("f4")
    return np.round(matrix / scale).astype("i1"), scale


def _one_thread() -> None:
    """Keep numpy's products on the calling thread.

    They are too small to share out, and the threads of its library spin while they wait: on a busy machine one
    message took 470 ms with two threads and 51 with one.
    """
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().select(internal_api="openblas").limit(limits=1)


def _layer(model: Mapping[str, Any], number: int) -> dict[str, Any]:
    name = f"encoder.{number}"
    layer: dict[str, Any] = {part: _norm(model, f"{name}.{part}") for part in ("norm1", "norm2")}
    for part in MATRICES:
        layer[part] = model[f"{name}.{part}"].astype("f4") * model[f"{name}.{part}.scale"]
        layer[f"{part}.bias"] = model[f"{name}.{part}.bias"].astype("f4")
    return layer


def _norm(model: Mapping[str, Any], name: str) -> tuple[np.ndarray, np.ndarray]:
    return model[f"{name}.weight"].astype("f4"), model[f"{name}.bias"].astype("f4")


def _gelu(states: np.ndarray) -> np.ndarray:
    """By the hyperbolic tangent, as in training."""
    import numpy as np

    inner = states * (np.float32(0.7978845608) + np.float32(0.0356774081) * states * states)
    result: np.ndarray = np.float32(0.5) * states * (1 + np.tanh(inner))
    return result
