"""``wenzhen eval watch``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--per-week",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Conversations of each week, drawn by --seed.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--database",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Conversation store; by default this installation's.",
)
@click.option(
    "--index", type=click.Path(path_type=Path), default=None, help="Check quotes against this index too."
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for watch.html and watch.json.",
)
def watch(per_week: int, seed: int, database: Path | None, index: Path | None, report: Path | None) -> int:
    """Score a sample of the recorded conversations, de-identified, and tell what drifted in the last week.

    Run it once a week. Exit code 1 when a check drifted. Nothing that identifies a person is scored or written.
    """
    from contextlib import nullcontext

    from tqdm import tqdm

    from agent.database import open_database
    from agent.errors import NotReadyError
    from agent.settings import Settings
    from eval.watch import as_json, as_text, conversations, drifts, page
    from retrieval.search import open_index

    store = database or Settings().database
    if not store.exists():
        raise NotReadyError(f"No conversation was recorded yet: there is no {store}.")
    records = conversations(open_database(store), per_week, seed)
    if not records:
        raise NotReadyError(f"{store} holds no conversation yet.")
    count = len({one.session for one in records})
    with (
        open_index(index) if index else nullcontext() as opened,
        tqdm(total=len(records), unit=" replies", file=sys.stderr, disable=None) as bar,
    ):
        found = drifts(records, opened.passage if opened else None, tick=bar.update)
    for line in as_text(found):
        click.echo(line)
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
        (report / "watch.json").write_text(json.dumps(as_json(found, count), indent=1), encoding="utf-8")
        (report / "watch.html").write_text(page(found, count), encoding="utf-8")
    return 1 if any(one.drifted for one in found) else 0
