from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from retrieval import ingest_documents, open_index
from retrieval.calibrate import Judged, fit, main, predicted, quality, unseen
from retrieval.embed import Embedder
from retrieval.probability import FIGURES, Channel, Model, figures, models

from .conftest import document


def test_every_hit_has_a_probability_and_what_is_asked_for_has_more(
    handbook_index: Path, embedder: Embedder
) -> None:
    with open_index(handbook_index, embedder=embedder) as handbook:
        asked = handbook.search("How is gout treated?", 5)
        strange = handbook.search("How do I replace the chain of a bicycle?", 5)
        chinese, odd = handbook.search("痛风怎么治疗？", 5), handbook.search("自行车链条怎么换？", 5)
        documents = handbook.search_documents("gout", 2)
    everything = [hit.probability for hit in asked + strange + chinese + odd]
    assert all(p is not None and 0 <= p <= 1 for p in everything)
    assert (asked[0].probability or 0) > 2 * max(hit.probability or 0 for hit in strange)
    assert (chinese[0].probability or 0) > 2 * max(hit.probability or 0 for hit in odd)
    assert [hit.probability for hit in documents] == [None, None]


def test_a_small_index_is_no_reason_to_be_sure(tmp_path: Path, embedder: Embedder) -> None:
    ingest_documents(
        [document("gout", "Gout swells the big toe."), document("tea", "Tea is grown on hills.")],
        tmp_path / "i",
        embedder=embedder,
    )
    with open_index(tmp_path / "i", embedder=embedder) as index:
        (first, *_) = index.search("Which court is the tennis final played on?", 2)
    assert (first.probability or 0) < 0.5


def test_the_fitted_models_let_no_figure_count_against_a_hit() -> None:
    assert set(models()) == {"en", "zh"}
    for model in models().values():
        assert all(weight >= 0 for weight in model.weights)
        assert model.weights[FIGURES.index("words")] > 0


def test_probability_stays_within_bounds() -> None:
    model = Model(0.0, (1.0,) * len(FIGURES))
    assert model.probability((1e9,) * len(FIGURES)) <= 1
    assert model.probability((-1e9,) * len(FIGURES)) >= 0


def test_figures_do_not_depend_on_how_deep_the_search_was() -> None:
    ranking = [(f"p{n}", 1.0 - n / 1000) for n in range(300)]
    shallow = figures("p3", Channel.of(ranking[:100]), Channel.of(ranking[:100], 2.0))
    assert figures("p3", Channel.of(ranking), Channel.of(ranking, 2.0)) == shallow
    assert len(shallow) == len(FIGURES)
    assert figures("nowhere", Channel.of([]), Channel.of([])) == (0.0,) * len(FIGURES)


def drawn(seed: int, intercept: float, *, whole: bool = True) -> Judged:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(600, len(FIGURES)))
    odds = intercept + 2 * rows[:, 0] - rows[:, 3]
    return Judged(
        f"s{seed}",
        "en",
        rows,
        (chance.random(600) < 1 / (1 + np.exp(-odds))).astype(float),
        np.arange(600) // 10,
        whole,
    )


def test_fitting_finds_what_answers_and_takes_the_level_from_sets_judged_whole() -> None:
    whole, partly = drawn(1, 0.0), drawn(2, -3.0, whole=False)
    intercept, weights = fit([whole, partly])
    assert weights[0] == pytest.approx(2, abs=0.5)
    assert weights[3] == 0, "a figure that counts against a hit is left out"
    assert intercept == pytest.approx(0, abs=0.4)
    told = quality(predicted((intercept, weights), whole.figures), whole.answers)
    assert told["auc"] > 0.8
    assert told["off_by"] < 0.08
    assert quality(unseen(whole, [partly]), whole.answers)["auc"] > 0.75


def test_the_script_reads_judged_questions_and_writes_the_models(tmp_path: Path, built_index: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    texts = ["throbbing head", "wheeze at night", "LDL cholesterol", "triptans", "muscle pain", "cough"]
    rights = ["migraine", "asthma", "statins", "migraine", "statins", "asthma"]
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": str(n), "text": text}) for n, text in enumerate(texts)), encoding="utf-8"
    )
    rows = [f"{n}\t{right}\t1" for n, right in enumerate(rights)]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]), encoding="utf-8")
    out = tmp_path / "out.json"
    said = CliRunner().invoke(
        main, ["--beir", "en", str(folder), str(built_index), "1", "whole", "--out", str(out)]
    )
    assert said.exit_code == 0, said.output
    fitted = models(out)["en"]
    assert len(fitted.weights) == len(FIGURES)
    assert json.loads(out.read_text(encoding="utf-8"))["models"]["en"]["unseen"]["set"]["auc"] > 0.5
