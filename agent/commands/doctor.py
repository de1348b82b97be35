"""``wenzhen doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

_MARKS = {"ok": ("ok  ", "green"), "note": ("note", "yellow"), "fail": ("FAIL", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> int:
    """Check Python, the data folder, the safety rules, the embedder, the index, the model and the audit log."""
    from agent.doctor import diagnose
    from agent.settings import Settings

    failed = False
    for check in diagnose(Settings()):
        failed |= check.state == "fail"
        if as_json:
            click.echo(json.dumps(asdict(check), ensure_ascii=False))
            continue
        mark, colour = _MARKS[check.state]
        click.echo(f"{click.style(mark, fg=colour)}  {check.name}: {check.detail}")
        if check.way_out:
            click.echo(f"      → {check.way_out}")
    return 3 if failed else 0
