"""``wenzhen bench``: ours beside the bare parts it is made of, in one run, as ratios."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Any

import click

_COMMANDS = {
    "search": "One question through the index, beside one embedding and one Chroma query.",
    "ingest": "Passages through the whole ingest, beside the embedder alone.",
    "guard": "What the screens and guards of a turn cost.",
}
"""Each lives in ``agent/commands/bench_NAME.py`` and is imported when it is called."""
_PLUGINS = "wenzhen.bench"
"""Entry points by which rooms above ``agent`` hang their own in."""


class _Benches(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *(point.name for point in entry_points(group=_PLUGINS))]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _COMMANDS:
            command: Any = getattr(importlib.import_module(f"agent.commands.bench_{name}"), name)
        else:
            point = next((point for point in entry_points(group=_PLUGINS) if point.name == name), None)
            command = point.load() if point else None
        assert command is None or isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        known = {point.name: "" for point in entry_points(group=_PLUGINS)} | _COMMANDS
        with formatter.section("Commands"):
            formatter.write_dl([(name, known[name]) for name in self.list_commands(ctx)])


@click.group(
    cls=_Benches, epilog="Example:  wenzhen bench search --sizes 1000,10000   then   wenzhen bench ingest"
)
def bench() -> None:
    """Measure on this machine. Ours and the bare parts take turns in one run, so that the ratio holds on a busy
    machine too; times alone do not."""
