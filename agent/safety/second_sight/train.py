"""Train the second sight again: ``python -m agent.safety.second_sight.train`` (some minutes on two cores).

Readers are fitted to the messages in ``data``, to the examples of the red-flag rules and, where they are, to the
public development sets in ``../shared/data``: over the e5 vector a linear head (which danger?) and small networks (is
there any?), and a linear head over the message's own pieces. A tenth of the messages is held out, by a hash of the text; on it the readers are weighed against
one another and the thresholds chosen. Needs scikit-learn (the ``gpu`` extra brings it).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from agent.safety.red_flags import RedFlagScreen
from agent.safety.second_sight.examples import (
    HEADS,
    Example,
    calm,
    load_examples,
    plain_examples,
    rule_examples,
    woven,
)
from agent.safety.second_sight.meaning import shortened
from agent.safety.second_sight.shared_data import shared_examples
from agent.safety.second_sight.wordings import Wordings, learned
from agent.settings import Settings
from retrieval.embed import load_embedder

IGNORED = -100
HELD_OUT = 0.1
CURVES = (1, 2, 3)
"""Seeds of the small networks over the vector."""
HIDDEN = 256
QUIET = frozenset({"liveqa", "bioasq", "huatuo-zh", "cmtmedqa-zh", "mts-dialog", "symptom2disease"})
"""Sets of questions, histories and consultations that are hardly ever about an emergency or a crisis."""
ALARMS = {"emergency": 0.025, "urgent": 0.045}
"""Share of held-out look-alikes that may reach a threshold."""


def trained(examples: Sequence[Example]) -> dict[str, np.ndarray]:
    """What ``model.npz`` holds: the pieces, the heads over meaning and wording, and the card."""
    seen = [e for e in examples if not kept_back(e)]
    unseen = [e for e in examples if kept_back(e)]
    click.echo(f"Reading what {len(examples)} messages mean", err=True)
    varied = woven(seen)
    varied_vectors, unseen_vectors = read([e.text for e in varied]), read([e.text for e in unseen])
    known, rarity = learned([shortened(e.text) for e in seen])
    wordings = Wordings(known, np.array([rarity[piece] for piece in known]))
    varied_rows = rows_of(wordings, [e.text for e in varied], len(known))
    unseen_rows = rows_of(wordings, [e.text for e in unseen], len(known))
    arrays: dict[str, np.ndarray] = {
        "wordings": np.frombuffer("\n".join(known).encode(), "u1"),
        "wordings.rarity": np.array([rarity[piece] for piece in known], dtype="f2"),
    }
    card: dict[str, Any] = {
        "date": date.today().isoformat(),
        "messages": dict(sorted(Counter(e.source for e in examples).items())),
        "messages_sha256": sha256("\n".join(sorted(e.text for e in examples)).encode()).hexdigest(),
        **{key: {} for key in ("heads", "curve_bias", "wordings_bias", "mix", "thresholds", "held_out")},
    }
    taught, asked = labels_of(varied), labels_of(unseen)
    for head, kinds in HEADS.items():
        click.echo(f"Fitting {head}", err=True)
        some, held = taught[head] != IGNORED, asked[head] != IGNORED
        weights, bias = fitted_head(varied_vectors[some], taught[head][some], len(kinds))
        pieces, pieces_bias = fitted_wordings(varied_rows[some], taught[head][some] > 0)
        there = asked[head][held] > 0
        scores = unseen_vectors[held] @ weights.T + bias
        meaning = np.logaddexp.reduce(scores[:, 1:], axis=1) - scores[:, 0]
        wording = unseen_rows[held] @ pieces.astype("f4") + pieces_bias
        curves = fitted_curves(varied_vectors[some], taught[head][some] > 0)
        curved = np.mean([curve(unseen_vectors[held]) for curve in curves], axis=0)
        mix = fitted_mix(meaning, curved, wording, there)
        probability = 1 / (1 + np.exp(-(np.column_stack([meaning, curved, wording]) @ mix[:3] + mix[3])))
        arrays |= {f"{head}.weights": weights, f"{head}.bias": bias, f"{head}.wordings": pieces}
        for number, curve in enumerate(curves):
            arrays |= {f"{head}.curve{number}.{part}": value for part, value in curve.arrays().items()}
        card["curve_bias"][head] = [curve.last for curve in curves]
        card["heads"][head], card["wordings_bias"][head], card["mix"][head] = list(kinds), pieces_bias, mix
        card["thresholds"][head] = at = thresholds(probability, there)
        sources = np.array([e.source for e in unseen])[held]
        card["held_out"][head] = {
            **figures(probability, there, at),
            "auc_of_line_alone": auc(meaning, there),
            "auc_of_curves_alone": auc(curved, there),
            "auc_of_wording_alone": auc(wording, there),
            "raised_by_source": {
                str(source): round(float((probability[sources == source] >= at["emergency"]).mean()), 3)
                for source in sorted(set(sources))
            },
        }
    arrays["card"] = np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), "u1")
    return arrays


def read(texts: Sequence[str]) -> np.ndarray:
    """Vectors by the bulk engine: the same space as the one that serves, several times faster."""
    engine = load_embedder(bulk=True, models_dir=Settings().models_dir)
    distinct = sorted(set(texts), key=len)
    rows: dict[str, np.ndarray] = {}
    for start in tqdm(range(0, len(distinct), 64), desc="Reading", unit="batch", mininterval=5):
        batch = distinct[start : start + 64]
        rows.update(zip(batch, engine.embed_queries([shortened(text) for text in batch]), strict=True))
    return np.array([rows[text] for text in texts])


def everything() -> tuple[Example, ...]:
    """All messages there are to learn from; those of other sets are no danger where no rule sees one."""
    rules = RedFlagScreen.load()
    asked = (
        calm(replace(e, labels={**e.labels, "danger": ""}))
        if e.source in QUIET and not rules.check([e.text]).floor
        else e
        for e in shared_examples()
    )
    return (*load_examples(), *rule_examples(), *plain_examples(), *asked)


def kept_back(example: Example) -> bool:
    """Whether a message is held out; by its text, so that it is the same one every time."""
    return int(sha256(example.text.encode()).hexdigest()[:8], 16) < HELD_OUT * 0x1_0000_0000


def labels_of(examples: Sequence[Example]) -> dict[str, np.ndarray]:
    return {
        head: np.array([kinds.index(e.labels[head]) if head in e.labels else IGNORED for e in examples])
        for head, kinds in HEADS.items()
    }


def rows_of(wordings: Wordings, texts: Sequence[str], width: int) -> Any:
    from scipy.sparse import csr_matrix

    found = [wordings.vector(shortened(text)) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    places = np.array([at for some, _ in found for at in some], dtype=np.int64)
    weights = np.array([w for _, some in found for w in some])
    return csr_matrix((weights, places, ends), shape=(len(texts), width))


def fitted_head(rows: np.ndarray, labels: np.ndarray, kinds: int) -> tuple[np.ndarray, np.ndarray]:
    """A multinomial logistic regression over the vectors: which of the kinds is it, if any?"""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=30.0, max_iter=2000).fit(rows, labels)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.hstack([-intercepts, intercepts]) / 2
    weights = np.zeros((kinds, rows.shape[1]), "f4")
    bias = np.full(kinds, -20.0, "f4")  # a kind of which there is no message is never named
    weights[model.classes_], bias[model.classes_] = coefficients, intercepts
    return weights, bias


def fitted_wordings(rows: Any, there: np.ndarray) -> tuple[np.ndarray, float]:
    """A logistic regression over the pieces: is anything of the head's kind there?"""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=30.0, max_iter=1000).fit(rows, there)
    return model.coef_[0].astype("f2"), float(model.intercept_[0])


@dataclass(frozen=True)
class Curve:
    """A network with one hidden layer, its input scaling folded in."""

    into: np.ndarray
    bias: np.ndarray
    out: np.ndarray
    last: float

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        result: np.ndarray = np.maximum(rows @ self.into + self.bias, 0) @ self.out + self.last
        return result

    def arrays(self) -> dict[str, np.ndarray]:
        return {"in": self.into.astype("f2"), "bias": self.bias.astype("f2"), "out": self.out.astype("f2")}


def fitted_curves(rows: np.ndarray, there: np.ndarray) -> list[Curve]:
    """Small networks from different beginnings; their mean errs less than any one."""
    from sklearn.neural_network import MLPClassifier

    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    curves = []
    for seed in CURVES:
        model = MLPClassifier(
            (HIDDEN,),
            alpha=3e-3,
            batch_size=128,
            max_iter=40,
            early_stopping=True,
            validation_fraction=0.08,
            random_state=seed,
        ).fit((rows - middle) / spread, there)
        into = model.coefs_[0] / spread[:, None]
        bias = model.intercepts_[0] - middle @ into
        curves.append(Curve(into, bias, model.coefs_[1][:, 0], float(model.intercepts_[1][0])))
    return curves


def fitted_mix(
    line: np.ndarray, curved: np.ndarray, wording: np.ndarray, there: np.ndarray
) -> tuple[float, float, float, float]:
    """How the readers are weighed, so that the sum is a log-odds that can be believed."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0).fit(np.column_stack([line, curved, wording]), there)
    by_line, by_curve, by_wording = (max(float(weight), 0.0) for weight in model.coef_[0])
    return by_line, by_curve, by_wording, float(model.intercept_[0])


def thresholds(probability: np.ndarray, positive: np.ndarray) -> dict[str, float]:
    """The probabilities that no more than ``ALARMS`` of the held-out look-alikes reach."""
    look_alikes = np.sort(probability[~positive])[::-1]
    return {
        level: float(max(look_alikes[int(share * len(look_alikes))], 0.05)) for level, share in ALARMS.items()
    }


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return round(float(roc_auc_score(positive, score)), 4)


def figures(probability: np.ndarray, positive: np.ndarray, at: dict[str, float]) -> dict[str, float]:
    return {
        "messages": len(positive),
        "auc": auc(probability, positive),
        **{f"recall_{name}": round(float((probability[positive] >= t).mean()), 4) for name, t in at.items()},
        **{f"alarms_{name}": round(float((probability[~positive] >= t).mean()), 4) for name, t in at.items()},
    }


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(__file__).parent / "model.npz",
    show_default="beside this file",
)
def main(out: Path) -> None:
    """Train the second sight on the messages beside this file and write the model."""
    arrays = trained(everything())
    part = out.with_suffix(".part.npz")
    np.savez_compressed(part, allow_pickle=False, **arrays)
    part.replace(out)
    card = json.loads(arrays["card"].tobytes())
    click.echo(json.dumps({k: card[k] for k in ("held_out", "thresholds")}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
