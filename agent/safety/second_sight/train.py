"""Train the second sight again: ``python -m agent.safety.second_sight.train``.

The upper layers of the small encoder and one linear head a task are trained together on the messages in ``data``;
then the layers are cut to 4-bit blocks, the messages are read once more by the C engine that will serve them, and
the heads are fitted anew on those vectors, so that nothing learned is lost to the rounding. The temperature of each
head is fitted on messages that training did not see. Needs the ``gpu`` extra (torch); about a quarter of an hour on
two cores.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from agent.safety.second_sight.encoder import SightEncoder, shortened
from agent.safety.second_sight.examples import HEADS, Example, load_examples
from agent.safety.second_sight.weights import PREFIX, encoded
from retrieval.e5_weights import _LAYER, bert_tensors, packed_file, read_packed, tokenizer_of

IGNORED = -100


@dataclass(frozen=True)
class Plan:
    frozen_layers: int = 4
    epochs: int = 4
    batch: int = 32
    layer_rate: float = 8e-5
    head_rate: float = 2e-3
    smoothing: float = 0.05
    max_tokens: int = 128
    seed: int = 7


def batches(lengths: Sequence[int], size: int, rng: random.Random) -> list[list[int]]:
    """Indices in batches of like length, in random order: little padding, still shuffled."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    order = [
        i
        for start in range(0, len(order), size * 50)
        for i in sorted(order[start : start + size * 50], key=lambda i: lengths[i])
    ]
    made = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(made)
    return made


def labels_of(examples: Sequence[Example]) -> dict[str, np.ndarray]:
    return {
        head: np.array([classes.index(e.labels[head]) if head in e.labels else IGNORED for e in examples])
        for head, classes in HEADS.items()
    }


def fine_tuned(examples: Sequence[Example], plan: Plan, held_out: Sequence[Example] = ()) -> dict[str, bytes]:
    """The trained layers, as the base file stores them."""
    import torch
    from torch.nn import functional as F
    from transformers import BertConfig, BertModel

    torch.manual_seed(plan.seed)
    base = read_packed(packed_file())
    tokenizer = tokenizer_of(base)
    tokenizer.enable_truncation(plan.max_tokens)
    config = BertConfig(
        vocab_size=base.vocabulary,
        hidden_size=base.hidden,
        num_hidden_layers=base.layers,
        num_attention_heads=base.heads,
        intermediate_size=base.feed_forward,
        max_position_embeddings=base.positions,
        type_vocab_size=base.token_types,
        layer_norm_eps=base.epsilon,
    )
    config._attn_implementation = "sdpa"
    model = BertModel(config)
    model.load_state_dict({name: torch.tensor(t) for name, t in bert_tensors(base).items()}, strict=False)
    model = model.float().train()
    for parameter in model.parameters():
        parameter.requires_grad = False
    trained = model.encoder.layer[plan.frozen_layers :]
    for parameter in trained.parameters():
        parameter.requires_grad = True
    heads = torch.nn.ModuleDict({head: torch.nn.Linear(base.hidden, len(c)) for head, c in HEADS.items()})
    ids = [tokenizer.encode(f"query: {shortened(e.text)}").ids for e in examples]
    labels = {head: torch.tensor(y) for head, y in labels_of(examples).items()}
    optimizer = torch.optim.AdamW(
        [
            {"params": list(trained.parameters()), "lr": plan.layer_rate, "weight_decay": 0.01},
            {"params": list(heads.parameters()), "lr": plan.head_rate, "weight_decay": 0.0},
        ]
    )
    rng = random.Random(plan.seed)
    steps = plan.epochs * (len(ids) // plan.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=[plan.layer_rate, plan.head_rate], total_steps=steps + 1, pct_start=0.1
    )

    def vectors(rows: Sequence[Sequence[int]]) -> Any:
        width = max(map(len, rows))
        tokens = torch.full((len(rows), width), base.pad)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for row, line in enumerate(rows):
            tokens[row, : len(line)] = torch.tensor(line)
            mask[row, : len(line)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
        summed = (hidden.float() * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(summed, dim=1)

    started, step = time.monotonic(), 0
    for epoch in range(plan.epochs):
        losses = []
        for batch in batches([len(line) for line in ids], plan.batch, rng):
            out = vectors([ids[i] for i in batch])
            loss = torch.zeros(())
            for head, layer in heads.items():
                target = labels[head][batch]
                if (target != IGNORED).any():
                    loss = loss + F.cross_entropy(
                        layer(out * 10), target, ignore_index=IGNORED, label_smoothing=plan.smoothing
                    )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            losses.append(float(loss))
            if step % 25 == 0:
                spent = time.monotonic() - started
                click.echo(
                    f"epoch {epoch + 1} step {step}/{steps} loss {np.mean(losses[-25:]):.3f} "
                    f"{spent:.0f} s, {spent / step * (steps - step):.0f} s left",
                    err=True,
                )
    state = model.state_dict()
    layers: dict[str, bytes] = {}
    for number in range(plan.frozen_layers, base.layers):
        for short, long in _LAYER.items():
            for part, kind in (("w", "weight"), ("b", "bias")):
                name = f"l{number}.{short}.{part}"
                layers[name] = encoded(
                    name, state[f"encoder.layer.{number}.{long}.{kind}"].float().numpy().reshape(-1), base
                )
    return layers
