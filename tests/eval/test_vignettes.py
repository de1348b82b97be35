from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import UsageError
from eval.cli import eval_group
from eval.vignettes import (
    as_text,
    built_in_names,
    groups,
    load_vignettes,
    missing,
    score_vignettes,
)
from retrieval.search import Index

AVEY = Path(__file__).resolve().parents[2] / "../shared/data/vignettes/avey-dev.jsonl"

OWN = [
    {
        "_id": "own-1",
        "correct_diagnosis": "Gout",
        "presentation": "He woke with a red, hot and very painful big toe after a feast. The joint is swollen.",
        "absent_findings": "No fever",
    },
    {
        "_id": "own-2",
        "correct_diagnosis": "Moonbeam Fever",
        "presentation": "She glows at night.",
    },
]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "vignettes.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in OWN), encoding="utf-8")
    return path


def test_the_story_alone_brings_up_the_card_and_what_has_none_is_told(own: Path, handbook: Index) -> None:
    results = score_vignettes(handbook, load_vignettes(own), built_in_names())
    assert results[0].cards == {"condition/gout"}
    assert results[0].rank == 1
    assert results[1].rank is None
    assert missing(results) == {"Moonbeam Fever": 1}
    assert groups(results)["all"].within[10] == groups(results)["with a card"].n == 1
    assert "Moonbeam Fever" in as_text(results)


def test_the_command_reports_as_json(own: Path, handbook_index: Path) -> None:
    called = CliRunner().invoke(eval_group, ["vignettes", str(own), "--index", str(handbook_index), "--json"])
    assert called.exit_code == 0, called.output
    report = json.loads(called.stdout)
    assert report["covered"] == 1
    assert report["missing"] == {"Moonbeam Fever": 1}
    assert report["vignettes"][0]["rank"] == 1


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"question": "?"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="correct_diagnosis"):
        load_vignettes(path)


@pytest.mark.skipif(not AVEY.exists(), reason="the shared vignettes are not beside this checkout")
def test_most_real_diagnoses_have_a_card_that_the_story_finds(handbook: Index) -> None:
    """Floors, a little under what was measured when they were set."""
    results = score_vignettes(handbook, load_vignettes(AVEY), built_in_names())
    covered = groups(results)
    assert covered["with a card"].n >= 0.85 * len(results), as_text(results)
    assert covered["all"].within[10] >= 0.70 * len(results), as_text(results)
