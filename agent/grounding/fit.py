"""Fit what ``support`` needs: word rarities and logistic weights, on the half of the pairs that is not held out.

python -m agent.grounding.fit ../shared/data
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from agent.grounding import support
from agent.grounding.corpora import documents
from agent.grounding.pairs import Pair, make_pairs
from retrieval.analysis import terms

TARGET = Path(__file__).with_name("data") / "support.json"
WORDS_KEPT = 6000
"""Commonest terms whose rarity is remembered; every other counts as rare."""
KEEP_AT = 0.4


def word_rarities(data: Path | None) -> dict[str, int]:
    """Ten times the natural logarithm of "one in how many passages", for the commonest terms of the training half."""
    count: Counter[str] = Counter()
    total = 0
    for source in documents(data, per_corpus=1500, seed=1):
        if source.held_out:
            continue
        for passage in source.passages[:6]:
            count.update(set(terms(passage.text)))
            total += 1
    return {term: round(10 * math.log(total / n)) for term, n in count.most_common(WORDS_KEPT) if n > 2}


def fit_weights(pairs: Sequence[Pair]) -> list[float]:
    """Logistic regression by Newton's method with a little ridge; languages and labels weigh the same."""
    import numpy as np

    from agent.ground import Evidence

    rows, labels, groups = [], [], []
    for pair in pairs:
        features, objection = Evidence(pair.passages).best_features(pair.claim)
        if features is not None and not objection:
            rows.append(features)
            labels.append(float(pair.supported))
            groups.append((pair.language, pair.supported))
    size = Counter(groups)
    x, y = np.array(rows), np.array(labels)
    share = np.array([len(rows) / size[g] for g in groups])
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (share * (y - p)) - 2.0 * weights
        curvature = (x * (share * p * (1 - p))[:, None]).T @ x + 2.0 * np.eye(x.shape[1])
        weights = weights + np.linalg.solve(curvature, gradient)
    return [round(float(w), 4) for w in weights]


def main() -> None:
    """Write ``data/support.json``."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--per-corpus", type=int, default=120)
    given = parser.parse_args()
    data = given.data if given.data.is_dir() else None
    rarities = word_rarities(data)
    blank = [0.0] * len(support.FEATURES)
    _write(rarities, blank)
    training = [
        pair
        for pair in make_pairs(data, per_corpus=given.per_corpus)
        if not pair.held_out and "written" not in pair.kind
    ]
    weights = fit_weights(training)
    _write(rarities, weights)
    print(
        f"{len(training)} pairs;",
        ", ".join(f"{n} {w:+.2f}" for n, w in zip(support.FEATURES, weights, strict=True)),
    )


def _write(rarities: dict[str, int], weights: list[float]) -> None:
    model = {"keep_at": KEEP_AT, "features": support.FEATURES, "weights": weights, "rarity": rarities}
    TARGET.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    support._model.cache_clear()


if __name__ == "__main__":
    main()
