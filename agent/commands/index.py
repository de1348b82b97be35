"""``wenzhen index``: list, inspect, verify, mend, roll back and delete index folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from agent.settings import Settings
    from retrieval.verify import Verification

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def index() -> None:
    """List, inspect, verify, mend, roll back and delete indexes.

    An INDEX is a folder, or the name of one in the data folder.
    """


@index.command("list")
def list_() -> None:
    """Indexes in the data folder, with what they hold."""
    from agent.settings import Settings
    from retrieval.errors import RetrievalError
    from retrieval.info import describe, is_index

    settings = Settings()
    found = sorted(path for path in (settings.home / "index").glob("*/") if is_index(path))
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
@click.option("--all", "everything", is_flag=True, help="Search every passage, not 200 of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(folder: Path | None, everything: bool, as_json: bool) -> None:
    """Check that both channels hold what the manifest says, and that passages are found again by their own
    vectors and words.

    Exit code 4 where something is amiss.
    """
    from dataclasses import asdict

    from agent.progress import progress_bar
    from retrieval.verify import SAMPLE
    from retrieval.verify import verify as check

    target = _resolve(folder)
    with progress_bar("passages", delay=1.0) as progress:
        result = check(target, sample=None if everything else SAMPLE, progress=progress)
    if as_json:
        click.echo(json.dumps({"index": str(target), **asdict(result)}, ensure_ascii=False))
    else:
        _show_problems(target, result)
    if result.problems:
        raise click.exceptions.Exit(4)


@index.command()
@click.argument("folder", metavar="[INDEX]", required=False, type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="What was done, as one JSON object.")
def repair(folder: Path | None, as_json: bool) -> None:
    """Make INDEX whole again.

    What the dense or the word channel lost is rebuilt from the passages in the manifest; what nobody recorded
    is taken out; documents whose text is nowhere are dropped, and the next ingest reads them again.
    """
    from dataclasses import asdict

    from agent.commands.ingest import bulk_embedder
    from agent.progress import progress_bar
    from agent.settings import Settings
    from retrieval.repair import repair as mend

    target = _resolve(folder)
    with progress_bar("documents", delay=1.0) as progress:
        done = mend(target, lambda: bulk_embedder(Settings()), progress=progress)
    assert done.after is not None
    if as_json:
        click.echo(json.dumps({"index": str(target), **asdict(done)}, ensure_ascii=False))
    else:
        said = [
            f"{done.embedded:,} passages embedded again" if done.embedded else "",
            f"{done.relinked:,} put back with their vectors" if done.relinked else "",
            f"{done.orphans:,} unrecorded ones taken out" if done.orphans else "",
            f"{done.recorded:,} recorded" if done.recorded else "",
            "word index rebuilt" if done.words_rebuilt else "",
        ]
        click.echo(f"Done: {', '.join(part for part in said if part) or 'nothing had to be mended'}.")
        if done.lost_documents:
            click.echo(
                f"{done.lost_documents:,} documents could not be saved. The ingest that read them brings them back."
            )
        _show_problems(target, done.after)
    if done.after.problems:
        raise click.exceptions.Exit(4)


@index.command()
@click.argument("folder", metavar="[INDEX]", required=False, type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def versions(folder: Path | None, as_json: bool) -> None:
    """Versions of INDEX: the one that is served, the one before it, and unfinished builds.

    A new version is built by: wenzhen ingest SOURCE --index INDEX --rebuild
    """
    from retrieval.errors import RetrievalError
    from retrieval.manifest import Manifest
    from retrieval.versions import versions as all_versions

    target = _resolve(folder)
    rows: list[dict[str, object]] = []
    for version in all_versions(target):
        row: dict[str, object] = {
            "version": int(version.name),
            "served": version.current,
            "complete": version.complete,
        }
        try:
            manifest = Manifest.open(version.path)
            documents, passages = manifest.totals()
            row |= {"documents": documents, "passages": passages, "created": manifest.value("created")}
            manifest.close()
        except RetrievalError as error:
            row["error"] = str(error)
        rows.append(row)
    if as_json:
        click.echo(json.dumps({"index": str(target), "versions": rows}, ensure_ascii=False))
        return
    for row in rows:
        state = "served" if row["served"] else "kept" if row["complete"] else "unfinished"
        held = row.get("error") or (
            f"{row['documents']:>8,} documents {row['passages']:>9,} passages  {row['created']}"
        )
        click.echo(f"{row['version']:>4}  {state:<10} {held}")


@index.command()
@click.argument("folder", metavar="[INDEX]", required=False, type=_FOLDER)
@click.option(
    "--to", "name", type=click.IntRange(min=1), default=None, help="This version. Default: the one before."
)
def rollback(folder: Path | None, name: int | None) -> None:
    """Serve an earlier version of INDEX again. Open readers follow with their next search."""
    from retrieval.lock import WriteLock
    from retrieval.versions import rollback as roll
    from retrieval.versions import versions as all_versions
    from retrieval.writer import LOCK

    target = _resolve(folder)
    all_versions(target)  # before the lock file appears in a folder without an index
    with WriteLock(target / LOCK):
        version = roll(target, None if name is None else str(name))
    click.echo(f"{target} serves version {version.name} now.")


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


def _show_problems(target: Path, result: Verification) -> None:
    for problem in result.problems:
        click.echo(f"Problem: {problem}")
    if result.problems:
        click.echo(f"Mend it: wenzhen index repair {target}")
        return
    click.echo(
        f"{target}: {result.documents:,} documents, {result.passages:,} passages, "
        f"{result.sampled:,} found again by search. No problems."
    )


def _resolve(folder: Path | None) -> Path:
    """The folder itself, or one of that name among the indexes of the data folder."""
    from agent.settings import Settings

    settings: Settings = Settings()
    if folder is None:
        return settings.index_dir
    named = settings.home / "index" / folder
    return named if not folder.exists() and len(folder.parts) == 1 and named.exists() else folder.absolute()
