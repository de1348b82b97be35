"""``pytest --wenzhen-suite``: conversations and gates as tests, and nothing at all without the option."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

SUITE = """
suite: tiny
description: One that holds and one that does not.
gates: ["recall >= 1", "pass_rate >= 1"]
cases:
  heart: {say: "crushing chest pain spreading to my left arm, sweating", level: emergency}
  heart-zh: {say: "胸口压榨样疼痛，放射到左胳膊，一直出冷汗", must_say: "no such words"}
"""


def pytest_run(folder: Path, *arguments: str) -> str:
    installed = any(point.name == "wenzhen" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "eval.pytest_plugin")
    command = [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "-v", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_conversations_and_gates_are_tests(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(SUITE, encoding="utf-8")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    out = pytest_run(tmp_path, "--wenzhen-suite", "tiny.yaml", "test_own.py")
    assert "3 passed" in out and "2 failed" in out, out
    assert "tiny.yaml::heart PASSED" in out and "tiny.yaml::recall >= 1 PASSED" in out, out
    assert "must say: no such words" in out and "120" in out, out


def test_an_ordinary_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n\ndef test_own():\n    assert 'eval.runner' not in sys.modules and 'yaml' not in sys.modules\n",
        encoding="utf-8",
    )
    out = pytest_run(tmp_path)
    assert "1 passed" in out, out
