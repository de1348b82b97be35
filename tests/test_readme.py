"""The README keeps its word: its commands exist and its sample output is what comes out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


def test_every_make_target_exists() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    targets = [command.split()[1] for command in COMMANDS if command.startswith("make ")]
    assert {"serve", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_file_it_names_is_there() -> None:
    for path in re.findall(r"`((?:docs|eval|agent|retrieval|prompts|ui)/[\w./-]*)`", TEXT):
        assert (README.parent / path).exists(), path


@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if " ask " in command and "--index" not in command]
)
def test_its_questions_are_answered(command: str, wenzhen_home: Path, handbook_index: Path) -> None:
    done = _run(command, wenzhen_home, handbook_index)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_its_sample_is_what_comes_out(wenzhen_home: Path, handbook_index: Path) -> None:
    sample = re.search(r"<!-- sample: ask -->\n```text\n(.*?)```", TEXT, re.DOTALL)
    assert sample is not None
    command = next(command for command in COMMANDS if "migraine" in command)
    assert _run(command, wenzhen_home, handbook_index).stdout.strip() == sample.group(1).strip()


def _run(command: str, home: Path, index: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    arguments = words[next(place for place, word in enumerate(words) if word.endswith("wenzhen")) + 1 :]
    environment = {**os.environ, "WENZHEN_HOME": str(home), "WENZHEN_INDEX": str(index)}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
        env=environment,
    )
