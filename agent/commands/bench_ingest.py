"""``wenzhen bench ingest``: what an ingest costs beside the embedder alone."""

from __future__ import annotations

import json
from dataclasses import asdict

import click


@click.command("ingest")
@click.option(
    "--passages",
    type=click.IntRange(8, 1_000_000),
    default=240,
    show_default=True,
    help="Passages, each of about 120 tokens.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def ingest(passages: int, as_json: bool) -> None:
    """Time passages through the whole ingest (cut, embedded, written to both channels and the manifest) beside the
    same texts through the embedder alone, turn by turn.

    The ratio is ours over bare, in passages a second; the aim is 0.9 or more. WENZHEN_EMBEDDER chooses the engine.
    """
    from agent.commands.ingest import bulk_embedder
    from agent.settings import Settings
    from retrieval.bench import bench_ingest

    found = bench_ingest(
        passages, bulk_embedder(Settings()), told=lambda line: click.echo(f"… {line}", err=True)
    )
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    click.echo(f"ours   {found.ours:>8.1f} passages a second")
    click.echo(f"bare   {found.bare:>8.1f} passages a second")
    click.echo(f"ratio  {found.ratio:>8.2f}   (aim: 0.9 or more)")
