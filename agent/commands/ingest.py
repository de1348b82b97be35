"""``wenzhen ingest``: files, folders and archives into an index."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retrieval.errors import UnreadableSourceError

if TYPE_CHECKING:
    from agent.settings import Settings
    from retrieval.embed import Embedder
    from retrieval.ingest import Engine
    from retrieval.report import IngestReport


def _known_format(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from retrieval.readers import formats

    if value not in formats():
        raise click.BadParameter(f"there is no format {value!r}. Choose one of: {', '.join(formats())}.")
    return value


@click.command(
    epilog="Example:  wenzhen ingest guidelines/ leaflets.zip --index my-index   "
    'then   wenzhen ask "…" --index my-index'
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE…")
@click.option(
    "--index",
    "index_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Index folder, made new where there is none. Default: index/documents in the data folder (WENZHEN_HOME).",
)
@click.option(
    "--format",
    "format_",
    default="auto",
    show_default=True,
    callback=_known_format,
    help="How to read the files; auto looks at name and content.",
)
@click.option("--prune", is_flag=True, help="Remove documents that the sources no longer hold.")
@click.option(
    "--rebuild",
    is_flag=True,
    help="Build a new version from these sources and serve it when it is whole; until then the old one answers.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who reads and embeds: this process, or the workers of a Ray cluster (RAY_ADDRESS; else this machine).",
)
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
def ingest(
    sources: tuple[Path, ...],
    index_dir: Path | None,
    format_: str,
    prune: bool,
    rebuild: bool,
    engine: str,
    as_json: bool,
) -> None:
    """Read files, folders and archives (.zip, .tar.gz, .gz) into an index.

    What is already in the index and unchanged is passed over, so the same command goes on after an
    interruption and picks up changes later. Ctrl-C keeps what is written. With WENZHEN_CHROMA=http://host:port a
    new index keeps its vectors on that Chroma server.
    """
    from agent.progress import progress_bar
    from agent.settings import Settings
    from retrieval.ingest import ingest as run

    for source in sources:
        if not source.exists():
            raise click.BadParameter(f"there is no file or folder {str(source)!r}.", param_hint="SOURCE")
    settings = Settings()
    folder = (index_dir or settings.home / "index" / "documents").absolute()
    with progress_bar("documents") as progress:
        report = run(
            sources,
            folder,
            format=format_,
            embedder=bulk_embedder(settings),
            progress=progress,
            prune=prune,
            rebuild=rebuild,
            server=settings.chroma,
            engine=_ray(settings) if engine == "ray" else None,
        )
    if as_json:
        click.echo(json.dumps({**asdict(report), "index": str(folder)}, ensure_ascii=False))
    else:
        click.echo(summary(report, folder))
    if report.interrupted:
        raise click.exceptions.Exit(130)
    if report.failed and not report.read:
        raise UnreadableSourceError(f"Nothing could be read: {report.reasons[0][0]}: {report.reasons[0][1]}")


def summary(report: IngestReport, folder: Path) -> str:
    """What an ingest did, for people; reasons are grouped, with examples."""
    rate = report.read / report.seconds if report.seconds else 0.0
    lines = [
        f"Read {report.read:,} documents in {report.seconds:,.1f} s ({rate:,.1f} a second): {report.added:,} new, "
        f"{report.updated:,} changed, {report.unchanged:,} unchanged, {report.removed:,} removed; "
        f"{report.passages:,} passages written.",
        f"Skipped {report.skipped:,}, failed {report.failed:,}." if report.skipped or report.failed else "",
    ]
    by_reason: dict[str, list[str]] = {}
    for name, reason in report.reasons:
        by_reason.setdefault(reason, []).append(name)
    for reason, names in sorted(by_reason.items(), key=lambda item: -len(item[1]))[:12]:
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        lines.append(f"  {len(names)} × {reason} ({shown})" if len(names) > 1 else f"  {shown}: {reason}")
    lines.append(f"Index: {folder}")
    if report.interrupted:
        lines.append("Stopped before the end; what is written is kept. The same command goes on from here.")
    return "\n".join(line for line in lines if line)


def bulk_embedder(settings: Settings) -> Embedder:
    """Who embeds documents: the light engine for a few, the fast one for many."""
    from retrieval.bulk import BulkEmbedder
    from retrieval.embed import load_embedder

    if settings.embedder == "auto":
        return BulkEmbedder(
            load_embedder("auto"), lambda: load_embedder("auto", bulk=True, models_dir=settings.models_dir)
        )
    return load_embedder(settings.embedder, bulk=True, models_dir=settings.models_dir)


def _ray(settings: Settings) -> Engine:
    from functools import partial

    from retrieval.embed import load_embedder
    from retrieval.ray_bulk import ray_engine

    return ray_engine(partial(load_embedder, settings.embedder, bulk=True, models_dir=settings.models_dir))
