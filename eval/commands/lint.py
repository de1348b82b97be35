"""``wenzhen eval lint``: is a suite well written, before anything is run?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="PATH…")
@click.option(
    "--write-schema", is_flag=True, help="Write the JSON schema that editors complete and check with."
)
@click.option("--list", "listed", is_flag=True, help="List every conversation as it will be held.")
def lint(paths: tuple[Path, ...], write_schema: bool, listed: bool) -> int:
    """Check suite files (or folders of them): file, line and field of whatever is wrong. Exit code 2 when any is.

    \b
    wenzhen eval lint eval/suites
    wenzhen eval lint my-suite.yaml --list
    """
    from eval.lint import unknown_names
    from eval.schema.editor import SCHEMA, schema_text
    from eval.schema.load import SuiteError, find_suites, load_suite
    from eval.schema.suite import Suite

    if write_schema:
        SCHEMA.write_text(schema_text(), encoding="utf-8")
        click.echo(f"Wrote {SCHEMA}.")
        if not paths:
            return 0
    problems: list[str] = []
    suites: list[Suite] = []
    for path in find_suites(paths):
        try:
            suite = load_suite(path)
        except SuiteError as error:
            problems += error.problems
            continue
        suites.append(suite)
        problems += unknown_names(suite)
    for suite in suites:
        for line in _lines(suite, listed):
            click.echo(line)
    for problem in problems:
        click.echo(problem, err=True)
    return 2 if problems else 0


def _lines(suite, listed: bool) -> Iterator[str]:  # type: ignore[no-untyped-def]
    tags = Counter(tag for sample in suite.samples for tag in sample.tags)
    bases = sum(sample.is_base for sample in suite.samples)
    versions = len(suite.samples) - bases
    yield (
        f"{suite.name}: {bases} cases"
        + (f" and {versions} versions of them" if versions else "")
        + f", {sum(sample.language == 'zh' for sample in suite.samples) / len(suite.samples):.0%} Chinese; "
        + ", ".join(f"{tag} {count}" for tag, count in tags.most_common())
    )
    if listed:
        for sample in suite.samples:
            said = (
                sample.patient.opening + " …" if sample.patient else " / ".join(t.say for t in sample.turns)
            )
            yield f"  {sample.id}: {said}"
