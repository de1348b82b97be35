"""Every control in docs/risk.md is shown by a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = sorted(
    set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", (ROOT / "docs" / "risk.md").read_text("utf-8")))
)


def test_the_page_names_tests():
    assert len(NAMED) > 20


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named):
    file, _, test = named.partition("::")
    path = ROOT / file
    assert path.is_file(), f"{file} is named in docs/risk.md and is not there"
    if test and test != "py":
        assert re.search(rf"^\s*def {test}\(", path.read_text("utf-8"), re.MULTILINE), f"{file} has no {test}"
