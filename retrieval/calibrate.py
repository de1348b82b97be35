"""Fit the probability that a hit answers on judged questions: ``python -m retrieval.calibrate --help``."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

from retrieval.filters import ANYONE, Filters
from retrieval.probability import DATA, FIGURES
from retrieval.search import Index, open_index

HITS = 10
"""Passages of each question that are learnt from: those that someone would be shown."""
_FOLDS = 5
_RIDGE = 1.0
"""Pull of the weights towards 0, in questions' worth; a set of 30 questions would else be learnt by heart."""


@dataclass(frozen=True)
class Judged:
    """Figures of hits, whether each answers, and the question it belongs to."""

    name: str
    language: str
    figures: np.ndarray
    answers: np.ndarray
    question: np.ndarray
    whole: bool = True
    """Whether nearly all that answers was judged. Where only some of it was, "not marked" is not "does not answer"."""


def judged(
    name: str,
    language: str,
    index: Index,
    questions: Sequence[tuple[str, frozenset[str], Filters | None]],
    *,
    whole: bool = True,
) -> Judged:
    """The best hits of every question (text, documents that answer, filters)."""
    rows: list[tuple[float, ...]] = []
    answers: list[bool] = []
    owners: list[int] = []
    for number, (text, right, filters) in enumerate(questions):
        for passage_id, figures in index.figures(text, HITS, filters=filters):
            rows.append(figures)
            answers.append(passage_id.rsplit("#", 1)[0] in right)
            owners.append(number)
    return Judged(name, language, np.array(rows), np.array(answers, float), np.array(owners), whole)


def beir_questions(folder: Path, least: float) -> list[tuple[str, frozenset[str], Filters | None]]:
    """Judged questions of a BEIR folder; a grade of ``least`` or more answers."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")[:3]
        grades[query][document] = float(grade)
    return [
        (
            str(query["text"]),
            frozenset(d for d, grade in grades[str(query["_id"])].items() if grade >= least),
            None,
        )
        for query in _lines(folder / "queries.jsonl")
        if str(query["_id"]) in grades
    ]


def card_questions(file: Path, language: str) -> list[tuple[str, frozenset[str], Filters | None]]:
    """Questions with the cards that answer them (``eval/questions/everyday.jsonl``), asked as a patient."""
    patient = Filters(audience=frozenset({ANYONE, "patient"}), language=language)
    return [
        (str(one["text"]), frozenset(one["cards"]), patient)
        for one in _lines(file)
        if one["language"] == language
    ]


def fit(sets: Sequence[Judged]) -> tuple[float, np.ndarray]:
    """Intercept and weights over the figures as they are; every set counts the same, whatever its size.

    Sets differ in how many of their hits answer, as much by how they were judged as by what was found. So each has an
    intercept of its own while the weights are learnt, and these tell hits apart, not sets; the model has the mean of
    those judged whole. No figure may count against a hit: one that does stands in for another, and is left out.
    """
    used = list(range(len(FIGURES)))
    while True:
        intercepts, weights = _newton(sets, used)
        against = [place for place, weight in zip(used, weights, strict=True) if weight < 0]
        if not against:
            break
        used = [place for place in used if place not in against]
    all_weights = np.zeros(len(FIGURES))
    all_weights[used] = weights
    whole = [at for one, at in zip(sets, intercepts, strict=True) if one.whole] or list(intercepts)
    return float(np.mean(whole)), all_weights


def _newton(sets: Sequence[Judged], used: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """An intercept for each set, and one weight for each figure that is used."""
    rows = np.vstack([one.figures for one in sets])[:, used]
    answers = np.concatenate([one.answers for one in sets])
    share = np.concatenate([np.full(len(one.answers), 1000.0 / len(one.answers)) for one in sets])
    own = np.concatenate([np.full(len(one.answers), place) for place, one in enumerate(sets)])
    mean, spread = rows.mean(0), np.where(rows.std(0) > 0, rows.std(0), 1.0)
    x = np.hstack([np.eye(len(sets))[own], (rows - mean) / spread])
    pull = np.diag([0.01] * len(sets) + [_RIDGE] * rows.shape[1])
    beta = np.zeros(x.shape[1])
    for _ in range(50):  # ten are enough
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        slope = x.T @ (share * (answers - p)) - pull @ beta
        step = np.linalg.solve((x * (share * p * (1 - p))[:, None]).T @ x + pull, slope)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    weights = beta[len(sets) :] / spread
    return beta[: len(sets)] - weights @ mean, weights


def predicted(model: tuple[float, np.ndarray], rows: np.ndarray) -> np.ndarray:
    p: np.ndarray = 1 / (1 + np.exp(-np.clip(model[0] + rows @ model[1], -40, 40)))
    return p


def unseen(one: Judged, others: Sequence[Judged]) -> np.ndarray:
    """Probabilities of a set's hits, each by a model that saw all but its question's fifth of the set."""
    fold = list(range(int(one.question.max()) + 1))
    random.Random(0).shuffle(fold)
    of = np.array([fold[q] % _FOLDS for q in one.question])
    p = np.zeros(len(of))
    for part in range(_FOLDS):
        seen = of != part
        rest = Judged(
            one.name, one.language, one.figures[seen], one.answers[seen], one.question[seen], one.whole
        )
        p[~seen] = predicted(fit([rest, *others]), one.figures[~seen])
    return p


def quality(p: np.ndarray, answers: np.ndarray) -> Mapping[str, float]:
    """How well probabilities order (``auc``) and how true they are (``off_by``: mean gap in ten bins; Brier score)."""
    order = np.argsort(np.argsort(p, kind="stable")) + 1
    right, wrong = answers.sum(), len(answers) - answers.sum()
    auc = (order[answers > 0].sum() - right * (right + 1) / 2) / max(1.0, right * wrong)
    bins = np.minimum((p * 10).astype(int), 9)
    off = sum(
        (bins == b).mean() * abs(p[bins == b].mean() - answers[bins == b].mean()) for b in np.unique(bins)
    )
    return {
        "hits": len(p),
        "answering": round(float(answers.mean()), 3),
        "told": round(float(p.mean()), 3),
        "auc": round(float(auc), 3),
        "off_by": round(float(off), 3),
        "brier": round(float(((p - answers) ** 2).mean()), 3),
    }


def _lines(file: Path) -> Iterator[Mapping[str, Any]]:
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


@click.command()
@click.option(
    "--beir",
    type=(str, str, str, float, click.Choice(["whole", "partly"])),
    multiple=True,
    metavar="LANGUAGE FOLDER INDEX GRADE whole|partly",
    help="A BEIR folder, its index, the grade from which a document answers, and whether all that answers is judged.",
)
@click.option(
    "--cards",
    nargs=2,
    multiple=True,
    metavar="QUESTIONS INDEX",
    help="Questions with cards, and the handbook's index.",
)
@click.option("--out", type=click.Path(path_type=Path), default=DATA, show_default=True)
def main(
    beir: tuple[tuple[str, str, str, float, str], ...], cards: tuple[tuple[str, str], ...], out: Path
) -> None:
    """Fit a model for each language and write it down with what it was fitted on."""
    sets: list[Judged] = []
    for language, folder, index, grade, extent in beir:
        with open_index(index) as opened:
            questions = beir_questions(Path(folder), grade)
            sets.append(judged(Path(folder).name, language, opened, questions, whole=extent == "whole"))
    for file, index in cards:
        with open_index(index) as opened:
            for language in ("en", "zh"):
                questions = card_questions(Path(file), language)
                sets.append(judged(Path(file).stem, language, opened, questions))
    fitted: dict[str, Any] = {}
    for language in sorted({one.language for one in sets}):
        own = [one for one in sets if one.language == language]
        intercept, weights = fit(own)
        fitted[language] = {
            "intercept": round(intercept, 4),
            "weights": {name: round(float(w), 4) for name, w in zip(FIGURES, weights, strict=True)},
            "unseen": {
                one.name: quality(unseen(one, [o for o in own if o is not one]), one.answers) for one in own
            },
        }
    out.write_text(
        json.dumps({"fitted": date.today().isoformat(), "models": fitted}, indent=2) + "\n", encoding="utf-8"
    )
    click.echo(out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
