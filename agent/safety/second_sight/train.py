"""Train the second sight again: ``python -m agent.safety.second_sight.train`` (about twenty minutes on two cores).

Readers are fitted to the messages in ``data``, to the examples of the red-flag rules and, where they are, to the
public development sets in ``../shared/data``: a small encoder with a linear head for each question, and a linear
head over the message's own pieces. A tenth of the messages is held out, by a hash of the text; on it the readers
are weighed against one another and the thresholds chosen. Needs torch and scikit-learn (the ``gpu`` extra).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import numpy as np

from agent.safety.red_flags import RedFlagScreen
from agent.safety.second_sight.encoder import Encoder
from agent.safety.second_sight.encoder_training import chosen_pieces, fitted_encoder
from agent.safety.second_sight.examples import (
    HEADS,
    Example,
    calm,
    in_share,
    load_examples,
    plain_examples,
    rule_examples,
    woven,
)
from agent.safety.second_sight.shared_data import shared_examples
from agent.safety.second_sight.sight import MODEL, PIECES
from agent.safety.second_sight.wordings import Wordings, learned, shortened

IGNORED = -100
HELD_OUT = 0.1
QUIET = frozenset({"liveqa", "bioasq", "huatuo-zh", "cmtmedqa-zh", "mts-dialog", "symptom2disease"})
"""Sets of questions, histories and consultations that are hardly ever about an emergency or a crisis."""
ALARMS = {"emergency": 0.025, "urgent": 0.033}
"""Share of held-out look-alikes that may reach a threshold."""

Arrays = dict[str, np.ndarray]


def trained(examples: Sequence[Example]) -> tuple[Arrays, Arrays]:
    """What ``model.npz`` and ``pieces.npz`` hold."""
    seen = [e for e in examples if not kept_back(e)]
    unseen = [e for e in examples if kept_back(e)]
    varied = woven(seen)
    texts, taught, asked = [shortened(e.text) for e in varied], labels_of(varied), labels_of(unseen)
    pieces = chosen_pieces(texts)
    widths = {head: len(kinds) for head, kinds in HEADS.items()}
    arrays = fitted_encoder(texts, taught, widths, pieces, ignored=IGNORED)
    encoder = Encoder(arrays, pieces)
    vectors = np.array([encoder.read(shortened(e.text)).vector for e in unseen])
    known, rarity = learned([shortened(e.text) for e in seen])
    wordings = Wordings(known, np.array([rarity[piece] for piece in known]))
    rows, unseen_rows = (rows_of(wordings, [e.text for e in some], len(known)) for some in (varied, unseen))
    arrays |= {
        "wordings": np.frombuffer("\n".join(known).encode(), "u1"),
        "wordings.rarity": np.array([rarity[piece] for piece in known], dtype="f2"),
    }
    card: dict[str, Any] = {
        "date": date.today().isoformat(),
        "messages": dict(sorted(Counter(e.source for e in examples).items())),
        "messages_sha256": sha256("\n".join(sorted(e.text for e in examples)).encode()).hexdigest(),
        **{key: {} for key in ("heads", "wordings_bias", "mix", "thresholds", "held_out")},
    }
    for head, kinds in HEADS.items():
        click.echo(f"Weighing {head}", err=True)
        some, held = taught[head] != IGNORED, asked[head] != IGNORED
        by_piece, piece_bias = fitted_wordings(rows[some], taught[head][some] > 0)
        there = asked[head][held] > 0
        meaning = odds(vectors[held], arrays, head)
        wording = unseen_rows[held] @ by_piece.astype("f4") + piece_bias
        mix = fitted_mix(meaning, wording, there)
        probability = 1 / (1 + np.exp(-(np.column_stack([meaning, wording]) @ mix[:2] + mix[2])))
        arrays[f"{head}.wordings"] = by_piece
        card["heads"][head], card["wordings_bias"][head], card["mix"][head] = list(kinds), piece_bias, mix
        card["thresholds"][head] = at = thresholds(probability, there)
        sources = np.array([e.source for e in unseen])[held]
        card["held_out"][head] = {
            **figures(probability, there, at),
            "auc_of_meaning_alone": auc(meaning, there),
            "auc_of_wording_alone": auc(wording, there),
            "raised_by_source": {
                str(source): round(float((probability[sources == source] >= at["emergency"]).mean()), 3)
                for source in sorted(set(sources))
            },
        }
    arrays["card"] = np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), "u1")
    return arrays, pieces


def odds(vectors: np.ndarray, arrays: Mapping[str, np.ndarray], head: str) -> np.ndarray:
    """Of any kind being there against none."""
    scores = vectors @ arrays[f"{head}.weights"].T + arrays[f"{head}.bias"]
    result: np.ndarray = np.logaddexp.reduce(scores[:, 1:], axis=1) - scores[:, 0]
    return result


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
    return in_share(example.text, HELD_OUT)


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


def fitted_wordings(rows: Any, there: np.ndarray) -> tuple[np.ndarray, float]:
    """A logistic regression over the pieces: is anything of the head's kind there?"""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=30.0, max_iter=1000).fit(rows, there)
    return model.coef_[0].astype("f2"), float(model.intercept_[0])


def fitted_mix(meaning: np.ndarray, wording: np.ndarray, there: np.ndarray) -> tuple[float, float, float]:
    """How the readers are weighed, so that the sum is a log-odds that can be believed."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0).fit(np.column_stack([meaning, wording]), there)
    by_meaning, by_wording = (max(float(weight), 0.0) for weight in model.coef_[0])
    return by_meaning, by_wording, float(model.intercept_[0])


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
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(__file__).parent,
    show_default="beside this file",
)
def main(out: Path) -> None:
    """Train the second sight on the messages beside this file and write the model."""
    arrays, pieces = trained(everything())
    out.mkdir(parents=True, exist_ok=True)
    for name, some in ((MODEL, arrays), (PIECES, pieces)):
        part = out / f"{name}.part.npz"
        np.savez_compressed(part, allow_pickle=False, **some)
        part.replace(out / name)
    card = json.loads(arrays["card"].tobytes())
    click.echo(json.dumps({k: card[k] for k in ("held_out", "thresholds")}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
