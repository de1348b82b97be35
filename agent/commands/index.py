"""``wenzhen index``: list, inspect, verify and delete index folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from agent.settings import Settings

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def index() -> None:
    """List, inspect, verify and delete indexes. An INDEX is a folder, or the name of one in the data folder."""


@index.command("list")
def list_() -> None:
    """Indexes in the data folder, with what they hold."""
    from agent.settings import Settings
    from retrieval.errors import RetrievalError
    from retrieval.info import describe

    settings = Settings()
    found = sorted(path.parent for path in (settings.home / "index").glob("*/manifest.db"))
    if not found:
        click.echo(f"No indexes in {settings.home / 'index'} yet. Build one: wenzhen ingest SOURCE")
    for folder in found:
        try:
            known = describe(folder)
            click.echo(
                f"{folder.name:<16} {known.documents:>8,} documents {known.passages:>9,} passages  {folder}"
            )
        except RetrievalError as error:
            click.echo(f"{folder.name:<16} unreadable: {error}")


@index.command()
@click.argument("folder", metavar="[INDEX]", required=False, type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def info(folder: Path | None, as_json: bool) -> None:
    """Documents, passages, embedding model, corpus hash and size of INDEX (default: the one answers come from)."""
    from dataclasses import asdict

    from retrieval.info import describe

    known = asdict(describe(_resolve(folder)))
    if as_json:
        click.echo(json.dumps(known, ensure_ascii=False))
        return
    for name, value in known.items():
        click.echo(
            f"{name.replace('_', ' '):<16} {value:,}"
            if isinstance(value, int)
            else f"{name.replace('_', ' '):<16} {value}"
        )


@index.command()
@click.argument("folder", metavar="[INDEX]", required=False, type=_FOLDER)
def verify(folder: Path | None) -> None:
    """Check that both channels hold what the manifest says, and that passages are found again by their own words."""
    from retrieval.verify import verify as check

    target = _resolve(folder)
    result = check(target)
    for problem in result.problems:
        click.echo(f"Problem: {problem}")
    if result.problems:
        click.echo(f"Rebuild it: wenzhen index delete {target} --yes, then ingest again.")
        raise click.exceptions.Exit(4)
    click.echo(
        f"{target}: {result.documents:,} documents, {result.passages:,} passages, {result.sampled} found again by search. No problems."
    )


@index.command()
@click.argument("folder", metavar="INDEX", type=_FOLDER)
@click.option("--document", "document_id", default=None, help="Only this document.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(folder: Path, document_id: str | None, yes: bool) -> None:
    """Delete INDEX, or one document of it. Sources are never touched."""
    from retrieval.info import delete_index
    from retrieval.search import open_index

    target = _resolve(folder)
    if document_id is not None:
        with open_index(target) as opened:
            removed = opened.delete(document_id)
        if not removed:
            raise click.BadParameter(f"{target} holds no document {document_id!r}.", param_hint="--document")
        click.echo(f"Deleted {document_id}: {removed} passages.")
        return
    if not yes:
        click.confirm(f"Delete the index in {target}?", abort=True)
    delete_index(target)
    click.echo(f"Deleted {target}.")


def _resolve(folder: Path | None) -> Path:
    """The folder itself, or one of that name among the indexes of the data folder."""
    from agent.settings import Settings

    settings: Settings = Settings()
    if folder is None:
        return settings.index_dir
    named = settings.home / "index" / folder
    return named if not folder.exists() and len(folder.parts) == 1 and named.exists() else folder.absolute()
