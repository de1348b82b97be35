"""``wenzhen eval``: run suites, compare runs, measure on public benchmarks, watch what is recorded."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "run": ("eval.commands.run", "Run suite files or folders; exit code 1 when a gate fails."),
    "read": ("eval.commands.read", "Print conversations in full, for people to read."),
    "compare": ("eval.commands.compare", "Two reports: better, worse or not told apart, and what flipped."),
    "lint": ("eval.commands.lint", "Check suite files: file, line and field of whatever is wrong."),
    "mutate": ("eval.commands.mutate", "Switch off parts of the agent: which gates notice?"),
    "bench": ("eval.commands.bench", "Public benchmarks by path, with the field's own metrics."),
    "watch": ("eval.commands.watch", "Score a sample of recorded conversations; drift by week."),
    "retrieval": ("eval.commands.retrieval", "Is the answering card among the first hits?"),
    "vignettes": (
        "eval.commands.retrieval",
        "Is there a card of each vignette's diagnosis, and is it found?",
    ),
}


class _LazyGroup(click.Group):
    """Knows the names of its commands and imports each on first use, so that ``--help`` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(_COMMANDS[name][0]), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=_LazyGroup)
def eval_group() -> None:
    """Scripted conversations with gates: is this agent safe and good enough to release?"""
