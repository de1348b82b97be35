"""``wenzhen search``: ranked passages, and run files for measuring."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.commands import options
from agent.errors import UsageError

if TYPE_CHECKING:
    from retrieval.filters import Filters
    from retrieval.passage import Hit
    from retrieval.search import Index

_PREVIEW = 240
"""Characters of a passage that the readable list shows."""


@click.command(
    epilog='Example:  wenzhen search "how is a migraine treated?" -k 3   or   '
    "wenzhen search --queries queries.jsonl --run run.tsv --index my-index"
)
@click.argument("query", required=False)
@click.option(
    "-k",
    "k",
    type=click.IntRange(1, 1000),
    default=None,
    help="Passages (default 10) or documents of a run (100).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with all that a passage carries.")
@options.searched_index
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help='JSONL with {"_id", "text"}.',
)
@click.option(
    "--run",
    "run_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Where the ranking goes: query-id, document-id, rank, score, tab-separated.",
)
@click.option(
    "--since", default="", metavar="DATE", help="Published then or later: 2020, 2020-06 or 2020-06-15."
)
@click.option("--until", default="", metavar="DATE", help="Published then or before.")
@click.option("--language", default="", metavar="CODE", help="Only passages in this language: en, zh.")
@click.option(
    "--source", default="", metavar="NAME", help="Only passages of this source, as the results name it."
)
@click.option(
    "--evidence", default="", metavar="TYPE", help="Only this kind: guideline, systematic_review, trial …"
)
def search(
    query: str | None,
    k: int | None,
    as_json: bool,
    index_dir: Path | None,
    queries: Path | None,
    run_file: Path | None,
    since: str,
    until: str,
    language: str,
    source: str,
    evidence: str,
) -> None:
    """Ranked passages for QUERY, with scores by channel (dense: meaning, lexical: words).

    What is dated by its year or month counts with the last day of it; what has no date passes no --since or --until.
    With --queries and --run, rank documents for many queries instead, best passage a document.
    """
    if (queries is None) != (run_file is None):
        raise UsageError(
            "--queries and --run belong together: the questions, and the file their ranking goes to."
        )
    if (query is None) == (queries is None):
        raise UsageError('Give either a QUERY or --queries FILE. For example: wenzhen search "low iron"')
    filters = _filters(since, until, language, source, evidence)
    with _open(index_dir) as index:
        if queries is not None and run_file is not None:
            count = write_run(index, queries, run_file, k or 100, filters)
            click.echo(f"Ranked {count} queries: {run_file}", err=True)
            return
        hits = index.search(query or "", k or 10, filters=filters)
        click.echo(
            json.dumps(
                {"query": query, "hits": [_record(n, hit) for n, hit in enumerate(hits, 1)]},
                ensure_ascii=False,
            )
            if as_json
            else _readable(hits)
        )


def write_run(index: Index, queries: Path, run_file: Path, k: int, filters: Filters | None = None) -> int:
    """Rank documents for every query; the file appears only when it is complete."""
    from tqdm import tqdm

    part = run_file.with_name(run_file.name + ".part")
    count = 0
    with part.open("w", encoding="utf-8") as out:
        for query_id, text in tqdm(_queries(queries), unit=" queries", file=sys.stderr, disable=None):
            count += 1
            for rank, hit in enumerate(index.search_documents(text, k, filters=filters), start=1):
                out.write(f"{query_id}\t{hit.passage.document_id}\t{rank}\t{hit.score:.6f}\n")
    part.replace(run_file)
    return count


def _filters(since: str, until: str, language: str, source: str, evidence: str) -> Filters:
    from retrieval.filters import Filters

    try:
        return Filters(language=language, source=source, evidence=evidence, since=since, until=until)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _queries(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                yield str(record["_id"]), str(record["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    f'{path}, line {number}: a query is {{"_id": …, "text": …}} ({error}).'
                ) from error


def _open(index_dir: Path | None) -> Index:
    from agent.settings import Settings
    from retrieval.search import open_index

    settings = Settings()
    if index_dir is None and settings.index is None:
        from agent.progress import ensure_handbook

        ensure_handbook(settings.handbook_index)
    return open_index(index_dir or settings.index_dir)


def _record(rank: int, hit: Hit) -> dict[str, object]:
    channels = {name: {"rank": c.rank, "score": round(c.score, 4)} for name, c in hit.channels.items()}
    return {
        "rank": rank,
        "score": round(hit.score, 6),
        "probability": None if hit.probability is None else round(hit.probability, 3),
        "channels": channels,
        "passage": asdict(hit.passage),
    }


def _readable(hits: list[Hit]) -> str:
    if not hits:
        return "Nothing found."
    return "\n\n".join(_entry(rank, hit) for rank, hit in enumerate(hits, start=1))


def _entry(rank: int, hit: Hit) -> str:
    passage = hit.passage
    head = " · ".join(
        part for part in (passage.title, passage.section, passage.source, passage.published) if part
    )
    scores = "  ".join(f"{name} #{place.rank} ({place.score:.3f})" for name, place in hit.channels.items())
    text = " ".join(passage.text.split())
    shown = text if len(text) <= _PREVIEW else text[:_PREVIEW] + " …"
    answers = "" if hit.probability is None else f"   answers: {hit.probability:.0%}"
    return (
        f"{rank}. {head or passage.document_id}\n   {shown}\n"
        f"   {passage.id}{answers}   fused {hit.score:.4f}   {scores}"
    )
