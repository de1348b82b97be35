"""A name that the agent does not know is told with its file, its line and its field."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.cli import eval_group

SUITE = """suite: names
description: Names of cards and rules.
gates: ["pass_rate >= 1"]
cases:
  gout: {say: "What is gout?", cites: condition/gout}
  gout-too: {say: "Is gout inherited?", cites: "condition/gout|condition/gouty"}
  heart:
    say: crushing chest pain, sweating
    red_flags: [acs-chest-pan]
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (6, "cites: there is no card 'condition/gouty'; did you mean "),
        (9, "red_flags: there is no red flag 'acs-chest-pan'; did you mean acs-chest-pain"),
    ],
)
def test_an_unknown_name_is_told_with_its_line(line: int, told: str, tmp_path: Path) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(SUITE, encoding="utf-8")
    done = CliRunner().invoke(eval_group, ["lint", str(path)], standalone_mode=False)
    assert done.return_value == 2
    assert f"{path}:{line}: {told}" in done.stderr


def test_a_known_name_beside_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(SUITE, encoding="utf-8")
    done = CliRunner().invoke(eval_group, ["lint", str(path)], standalone_mode=False)
    assert f"{path}:5:" not in done.stderr
