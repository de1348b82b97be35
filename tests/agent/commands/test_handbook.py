import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.commands.handbook import handbook
from retrieval.handbook.load import CardError


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(handbook, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_stats_as_json() -> None:
    code, output = run("stats", "--json")
    counted = json.loads(output)
    assert code == 0
    assert counted["conditions"] >= 1
    assert {"medicines", "tests", "topics", "symptoms"} <= set(counted)


def test_show_follows_the_language_of_the_name() -> None:
    assert "When to get help" in run("show", "migraine")[1]
    assert "什么时候就医" in run("show", "偏头痛")[1]
    assert "什么时候就医" in run("show", "migraine", "--language", "zh")[1]
    with pytest.raises(CardError, match="There is no card"):
        run("show", "no such card")


def test_a_new_card_fails_the_check_until_it_is_filled_in(tmp_path: Path) -> None:
    code, output = run("new", "condition", "Cluster headache", "--folder", str(tmp_path))
    assert code == 0
    assert (tmp_path / "conditions" / "cluster-headache.yaml").exists()
    code, output = run("check", "--folder", str(tmp_path), "--quiet")
    assert code == 1
    assert "still to be filled in" in output
