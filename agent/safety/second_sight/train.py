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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from agent.safety.second_sight.encoder import SightEncoder, shortened
from agent.safety.second_sight.examples import HEADS, Example, load_examples, rule_examples, woven
from agent.safety.second_sight.weights import PREFIX, encoded
from retrieval.e5_weights import _LAYER, bert_tensors, packed_file, read_packed, tokenizer_of

IGNORED = -100


@dataclass(frozen=True)
class Plan:
    frozen_layers: int = 6
    """Lower layers left as they are; their output is computed once and kept."""
    epochs: int = 3
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


def fine_tuned(examples: Sequence[Example], plan: Plan) -> dict[str, bytes]:
    """The trained layers, as the base file stores them."""
    import torch
    from torch.nn.functional import cross_entropy, normalize
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

    def padded(rows: Sequence[Any]) -> tuple[Any, Any]:
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(int(lengths.max()))[None, :] < lengths[:, None]).float()
        return torch.nn.utils.rnn.pad_sequence([torch.as_tensor(row) for row in rows], batch_first=True), mask

    def through(layers: Any, hidden: Any, mask: Any) -> Any:
        blocked = (1 - mask)[:, None, None, :] * torch.finfo(torch.bfloat16).min
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for layer in layers:
                out = layer(hidden, blocked)
                hidden = out[0] if isinstance(out, tuple) else out
        return hidden

    lower: list[Any] = [None] * len(ids)
    with torch.inference_mode():
        model.eval()
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in tqdm(range(0, len(order), 64), desc="Lower layers", unit="batch", leave=False):
            batch = order[start : start + 64]
            tokens, mask = padded([ids[i] for i in batch])
            states = through(model.encoder.layer[: plan.frozen_layers], model.embeddings(tokens), mask)
            for i, state in zip(batch, states, strict=True):
                lower[i] = state[: len(ids[i])].to(torch.bfloat16).clone()
        model.train()

    def vectors(rows: Sequence[Any]) -> Any:
        states, mask = padded(rows)
        hidden = through(trained, states.float(), mask)
        summed = (hidden.float() * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return normalize(summed, dim=1)

    started, step = time.monotonic(), 0
    for epoch in range(plan.epochs):
        losses = []
        for batch in batches([len(line) for line in ids], plan.batch, rng):
            out = vectors([lower[i] for i in batch])
            loss = torch.zeros(())
            for head, layer in heads.items():
                target = labels[head][batch]
                if (target != IGNORED).any():
                    loss = loss + cross_entropy(
                        layer(out * 10), target, ignore_index=IGNORED, label_smoothing=plan.smoothing
                    )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            losses.append(loss.item())
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


def kept_back(example: Example, share: float = 0.1) -> bool:
    """Whether a message is held out; by its text, so that it is the same one every time."""
    return int(sha256(example.text.encode()).hexdigest()[:8], 16) < share * 0x1_0000_0000


def fitted_head(vectors: np.ndarray, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of a multinomial logistic regression (every class is seen, or stays at a low bias)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=30.0, max_iter=2000)
    model.fit(vectors, labels)
    weights = np.zeros((classes, vectors.shape[1]), "f4")
    bias = np.full(classes, -20.0, "f4")
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients, intercepts = (
            np.vstack([-coefficients, coefficients]) / 2,
            np.hstack([-intercepts, intercepts]) / 2,
        )
    weights[model.classes_], bias[model.classes_] = coefficients, intercepts
    return weights, bias


def temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """What divides the scores so that the held-out messages are least surprising."""

    def surprise(t: float) -> float:
        scaled = scores / t
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(labels)), labels].mean())

    return min((t / 20 for t in range(6, 101)), key=surprise)


def thresholds(probability: np.ndarray, positive: np.ndarray) -> dict[str, float]:
    """``emergency``: at most 3% of held-out look-alikes above it; ``urgent``: at most 8%."""
    look_alikes = np.sort(probability[~positive])[::-1]

    def at_most(share: float) -> float:
        return float(max(look_alikes[int(share * len(look_alikes))], 0.05)) if len(look_alikes) else 0.5

    return {"emergency": at_most(0.025), "urgent": at_most(0.08)}


def figures(probability: np.ndarray, positive: np.ndarray, at: dict[str, float]) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    return {
        "messages": len(positive),
        "auc": round(float(roc_auc_score(positive, probability)), 4),
        **{f"recall_{name}": round(float((probability[positive] >= t).mean()), 4) for name, t in at.items()},
        **{f"alarms_{name}": round(float((probability[~positive] >= t).mean()), 4) for name, t in at.items()},
    }


def trained(examples: Sequence[Example], layers: dict[str, bytes]) -> dict[str, np.ndarray]:
    """What ``model.npz`` holds: the layers, the heads with their temperature in, and the card."""
    vectors = SightEncoder(layers).vectors([e.text for e in tqdm(examples, desc="Reading", leave=False)])
    held = np.array([kept_back(e) for e in examples])
    arrays: dict[str, np.ndarray] = {PREFIX + n: np.frombuffer(data, "u1") for n, data in layers.items()}
    card: dict[str, Any] = {
        "date": date.today().isoformat(),
        "plan": asdict(Plan()),
        "heads": {},
        "thresholds": {},
        "held_out": {},
        "messages_sha256": sha256("\n".join(sorted(e.text for e in examples)).encode()).hexdigest(),
    }
    for head, y in labels_of(examples).items():
        known = y != IGNORED
        if len(set(y[known & ~held])) < 2:
            continue
        weights, bias = fitted_head(vectors[known & ~held], y[known & ~held], len(HEADS[head]))
        unseen, truth = vectors[known & held], y[known & held]
        divide = temperature(unseen @ weights.T + bias, truth)
        arrays[f"{head}.weights"], arrays[f"{head}.bias"] = weights / divide, bias / divide
        p = 1 - softmax(unseen @ (weights / divide).T + bias / divide)[:, 0]
        card["heads"][head] = list(HEADS[head])
        card["thresholds"][head] = thresholds(p, truth > 0)
        card["held_out"][head] = figures(p, truth > 0, card["thresholds"][head])
        sources = np.array([e.source for e in examples])[known & held]
        card["held_out"][head]["recall_by_source"] = {
            str(s): round(float((p[(sources == s)] >= card["thresholds"][head]["emergency"]).mean()), 3)
            for s in sorted(set(sources))
        }
    arrays["card"] = np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), "u1")
    return arrays


def softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: np.ndarray = e / e.sum(axis=1, keepdims=True)
    return result


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(__file__).parent / "model.npz",
    show_default="beside this file",
)
@click.option(
    "--keep-layers", is_flag=True, help="Fit only the heads again, over the layers of --out as they are."
)
@click.option("--epochs", type=click.IntRange(1, 50), default=Plan.epochs, show_default=True)
def main(out: Path, keep_layers: bool, epochs: int) -> None:
    """Train the second sight on the messages beside this file and write the model."""
    examples = (*load_examples(), *rule_examples())
    click.echo(f"{len(examples)} messages", err=True)
    if keep_layers:
        with np.load(out) as model:
            layers = {n[len(PREFIX) :]: model[n].tobytes() for n in model.files if n.startswith(PREFIX)}
    else:
        layers = fine_tuned(woven([e for e in examples if not kept_back(e)]), Plan(epochs=epochs))
    arrays = trained(examples, layers)
    part = out.with_suffix(".part.npz")
    np.savez(part, allow_pickle=False, **arrays)
    part.replace(out)
    card = json.loads(arrays["card"].tobytes())
    click.echo(json.dumps({k: card[k] for k in ("held_out", "thresholds")}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
