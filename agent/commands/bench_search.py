"""``wenzhen bench search``: what a search costs beside its bare parts, at several sizes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


def _sizes(context: click.Context, parameter: click.Parameter, value: str) -> list[int]:
    try:
        sizes = [int(part.replace("_", "")) for part in value.split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < 100:
        raise click.BadParameter(f"give numbers of passages, 100 or more, as in 1000,10000. Got {value!r}.")
    return sizes


@click.command("search")
@click.option(
    "--sizes", default="1000,10000", show_default=True, callback=_sizes, help="Passages, comma-separated."
)
@click.option(
    "--queries", type=click.IntRange(5, 10_000), default=50, show_default=True, help="Questions asked."
)
@click.option(
    "--embedder",
    type=click.Choice(["random", "real"]),
    default="random",
    show_default=True,
    help="Who embeds the passages: random vectors (a million in an hour), or the model. Questions: the model, always.",
)
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=None, help="Keep the index here."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def search(sizes: list[int], queries: int, embedder: str, folder: Path | None, as_json: bool) -> None:
    """Time one question through the index (both channels, fusion, copies collapsed) beside one bare query embedding
    plus one bare Chroma query.

    The passages are synthetic. The ratio is ours over bare, medians; the aim is 1.5 or less. p95 at the largest
    size over p95 at the smallest tells how search grows; the aim is 2 or less.
    """
    from retrieval.bench import ModelQuestions, bench_search
    from retrieval.embed import load_embedder

    model = load_embedder("auto")
    found = bench_search(
        sizes,
        model if embedder == "real" else ModelQuestions(model),
        queries=queries,
        folder=folder,
        told=lambda line: click.echo(f"… {line}", err=True),
    )
    growth = found[-1].p95 / found[0].p95
    if as_json:
        click.echo(json.dumps({"sizes": [asdict(row) for row in found], "p95_growth": growth}))
        return
    click.echo("passages   ours p50   p95   bare p50   p95   ratio   MB on disk   built in")
    for row in found:
        click.echo(
            f"{row.passages:>8,} {row.p50:>7.1f} ms {row.p95:>5.1f} {row.bare_p50:>7.1f} ms {row.bare_p95:>5.1f} "
            f"{row.ratio:>7.2f} {row.megabytes:>12,} {row.build_seconds:>8.0f} s"
        )
    click.echo(
        f"Ratio: ours over bare, aim 1.5 or less. p95, largest size over smallest: {growth:.2f}, aim 2 or less."
    )
