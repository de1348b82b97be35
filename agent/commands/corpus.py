"""``wenzhen corpus``: free corpora, one command away."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tqdm import tqdm

    from retrieval.corpora.catalogue import Corpus
    from retrieval.http import Progress


@click.group()
def corpus() -> None:
    """List and fetch corpora that are free to use."""


@corpus.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_command(as_json: bool) -> None:
    """What there is: publisher, licence, size, languages, format."""
    from retrieval.corpora.catalogue import catalogue

    if as_json:
        click.echo(json.dumps([entry.model_dump(mode="json") for entry in catalogue()], ensure_ascii=False))
        return
    for entry in catalogue():
        click.echo(f"{entry.name:<22} {entry.title}")
        click.echo(f"{'':<22} {entry.publisher} · {entry.licence}")
        click.echo(
            f"{'':<22} about {entry.size}, {entry.documents} documents ({entry.as_of}) · "
            f"{', '.join(entry.languages)} · for {entry.audience} · format {entry.format} · {entry.about}"
        )
    click.echo("Fetch one:  wenzhen corpus get NAME --ingest --index my-index")


@corpus.command(
    "get",
    epilog="Example:  wenzhen corpus get medlineplus-topics --ingest --index my-index   or   "
    "wenzhen corpus get pubmed-baseline --limit 3",
)
@click.argument("name")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Where the files go. Default: corpora/NAME in the data folder (WENZHEN_HOME).",
)
@click.option(
    "--match",
    default="",
    help="Only files with this in their names (PMC by the beginning of the id: PMC117).",
)
@click.option("--limit", type=click.IntRange(1), default=None, help="Only the first so many files.")
@click.option("--ingest", "then_ingest", is_flag=True, help="Then read them into an index.")
@click.option(
    "--index",
    "index_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="The index for --ingest. Default: as for wenzhen ingest.",
)
@click.pass_context
def get_command(
    context: click.Context,
    name: str,
    folder: Path | None,
    match: str,
    limit: int | None,
    then_ingest: bool,
    index_dir: Path | None,
) -> None:
    """Fetch the corpus NAME (see `corpus list`), and with --ingest read it into an index.

    Interrupted, the same command goes on where it stopped. Files that are here and unchanged are not fetched again.
    """
    from agent.commands.ingest import ingest
    from agent.settings import Settings
    from retrieval.corpora.get import get

    if index_dir and not then_ingest:
        raise click.UsageError("--index says where to ingest: add --ingest.")
    entry = _entry(name)
    target = (folder or Settings().home / "corpora" / name).absolute()
    paths = []
    with _Bar() as bar:
        for fetched in get(entry, target, match=match, limit=limit or 0, progress=bar.of):
            paths.append(fetched.path)
            bar.say(f"{fetched.path.name}: {_size(fetched.size)}{'' if fetched.new else ', already here'}")
    click.echo(f"{entry.title}: {len(paths)} files in {target}")
    click.echo(f"{entry.publisher} · {entry.licence}")
    if then_ingest:
        # One call of the same command that people use, so that both do the same.
        context.invoke(ingest, sources=tuple(paths), index_dir=index_dir, format_="auto")
    else:
        click.echo(f"Read them into an index:  wenzhen ingest {target} --index my-index")


def _entry(name: str) -> Corpus:
    from retrieval.corpora.catalogue import UnknownCorpusError, corpus

    try:
        return corpus(name)
    except UnknownCorpusError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from error


class _Bar:
    """One bar a file, on stderr, silent where that is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def of(self, name: str) -> Progress:
        from tqdm import tqdm

        self._close()
        bar: tqdm[Any] = tqdm(
            unit="B", unit_scale=True, desc=name, delay=0.5, disable=None, file=sys.stderr, leave=False
        )

        self._bar = bar

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        return show

    def say(self, line: str) -> None:
        self._close()
        click.echo(line)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
