"""``wenzhen eval read``: every conversation of a suite in full, to be read by people."""

from __future__ import annotations

from pathlib import Path

import click

from agent.settings import Settings
from eval.runner import Options, run_suites
from eval.schema.load import find_suites, load_suite
from eval.targets.choose import Targets
from eval.targets.conversation import Answer

BOTH_SIDES = Path(__file__).parents[1] / "conversations" / "both-sides.yaml"
