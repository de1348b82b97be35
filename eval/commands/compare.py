"""``wenzhen eval compare``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("before", type=click.Path(exists=True, path_type=Path))
@click.argument("after", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--only-sure",
    is_flag=True,
    help="Exit code 1 only if the second run is told to be worse, not for any case.",
)
@click.option("--short", is_flag=True, help="Leave the transcripts out.")
def compare(before: Path, after: Path, only_sure: bool, short: bool) -> int:
    """Say whether AFTER is better, worse or not told apart, and list what flipped with both transcripts.

    BEFORE and AFTER are report folders or report.json files. Exit code 1 if any case got worse.
    """
    from eval.comparison import as_text
    from eval.comparison import compare as pairs
    from eval.report.data import read_report

    found = pairs(read_report(before), read_report(after))
    for line in as_text(found, transcripts=not short):
        click.echo(line)
    if only_sure:
        return 1 if found.overall.verdict == "worse" else 0
    return 1 if found.worse else 0
