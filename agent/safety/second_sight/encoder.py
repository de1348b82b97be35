"""What a message means, for the second sight: a small transformer in whole numbers of one byte, in milliseconds.

The first layers of multilingual-e5-small (MIT), trained further on the messages in ``data``; ``encoder_training.py``
tells how. ``pieces.npz`` holds the vocabulary and the base model's own rows for it, which stay as they are;
``model.npz`` holds what was learned, the layers as an ONNX graph that onnxruntime runs on one thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retrieval.e5_weights import BLOCK_BYTES, dequantized, unigram_tokenizer

if TYPE_CHECKING:
    import numpy as np

MAX_TOKENS = 96
"""Of a longer message the first and the last half of these are read: who and what it began with, and what now."""
GRAPH = "encoder.graph"
PLACES = "encoder.places"
"""What is added to a token's row for where it stands."""


@dataclass(frozen=True)
class Read:
    """A message as read: the mean of its tokens' states, and how many they were."""

    vector: np.ndarray
    tokens: int


class Encoder:
    """Loaded once; keeps nothing."""

    def __init__(self, model: Mapping[str, Any], pieces: Mapping[str, Any]) -> None:
        self._tokenizer = tokenizer_of(pieces)
        self._rows = pieces["rows"].reshape(len(pieces["scores"]), -1, BLOCK_BYTES)
        self._places = model[PLACES].astype("f4")
        self._layers = _session(bytes(model[GRAPH]))

    def read(self, text: str) -> Read:
        """The vector (384 floats, not normalised) of any text, also an empty one."""
        ids = cut(self._tokenizer.encode(text).ids)
        rows = dequantized(self._rows[ids].reshape(-1, BLOCK_BYTES)).reshape(len(ids), -1)
        (vector,) = self._layers.run(None, {"tokens": rows + self._places[: len(ids)]})
        return Read(vector, len(ids))


def tokenizer_of(pieces: Mapping[str, Any]) -> Any:
    """The tokenizer over the vocabulary in ``pieces.npz``."""
    known = bytes(pieces["pieces"]).decode().split("\n")
    scored = list(zip(known, pieces["scores"].tolist(), strict=True))
    return unigram_tokenizer(scored, *pieces["special"].tolist())


def cut(ids: list[int]) -> list[int]:
    half = MAX_TOKENS // 2
    return ids if len(ids) <= MAX_TOKENS else ids[:half] + ids[-half:]


def _session(graph: bytes) -> Any:
    """On the calling thread: the products are too small to share out, and threads that wait cost more than they win."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
