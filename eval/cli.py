"""``wenzhen eval``: run suites, compare two runs, measure search."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from retrieval.search import Index


@click.group()
def eval_group() -> None:
    """Scripted conversations with gates: is this agent safe and good enough to release?"""


@eval_group.command()
@click.argument(
    "suites", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="SUITE…"
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for report.json and report.md.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Conversations at the same time."
)
@click.option(
    "--index",
    type=click.Path(path_type=Path),
    default=None,
    help="Answer from this index instead of the handbook.",
)
@click.option("--llm/--no-llm", default=None, help="Force the language model on or off.")
def run(
    suites: tuple[Path, ...], report: Path | None, jobs: int, index: Path | None, llm: bool | None
) -> int:
    """Run suite files or folders; exit code 1 when a gate fails.

    \b
    wenzhen eval run eval/suites --no-llm
    wenzhen eval run my-suite.yaml --report out/
    """
    from tqdm import tqdm

    from agent.consult import open_consultant
    from agent.settings import Settings
    from eval.report import markdown, write_report
    from eval.runner import run_suites
    from eval.suite import find_suites, load_suite

    settings = Settings() if index is None else Settings(index=index)
    loaded = [load_suite(path) for path in find_suites(suites)]
    total = sum(len(suite.samples) for suite in loaded)
    with (
        open_consultant(settings, llm=llm) as consultant,
        tqdm(total=total, unit=" samples", file=sys.stderr, disable=None) as bar,
    ):
        results = list(run_suites(loaded, consultant, jobs=jobs, tick=bar.update))
    about = {
        "date": date.today().isoformat(),
        "index": str(settings.index or "handbook"),
        "model": "none" if llm is False else settings.llm,
    }
    if report is not None:
        write_report(results, report, about=about)
    click.echo(markdown(results, about=about))
    return 0 if all(result.passed for result in results) else 1


@eval_group.command()
@click.argument("before", type=click.Path(exists=True, path_type=Path))
@click.argument("after", type=click.Path(exists=True, path_type=Path))
def compare(before: Path, after: Path) -> int:
    """List the samples that flipped between two reports (folders or report.json); exit code 1 if any got worse."""
    old, new = _passes(before), _passes(after)
    worse = sorted(name for name in old.keys() & new.keys() if old[name] and not new[name])
    better = sorted(name for name in old.keys() & new.keys() if new[name] and not old[name])
    click.echo(f"{len(old.keys() & new.keys())} samples in both: {len(better)} better, {len(worse)} worse.")
    for word, names in (("better", better), ("worse", worse)):
        for name in names:
            click.echo(f"  {word}: {name}")
    for word, names in (
        ("only before", sorted(old.keys() - new.keys())),
        ("only after", sorted(new.keys() - old.keys())),
    ):
        if names:
            click.echo(f"  {word}: {', '.join(names)}")
    return 1 if worse else 0


@eval_group.command()
@click.argument(
    "questions",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[QUESTIONS.jsonl]",
)
@click.option(
    "--index",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Index folder. Default: the handbook's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every question's ranking.")
def retrieval(questions: Path | None, index: Path | None, as_json: bool) -> None:
    """Is the answering card among the first hits? By language and kind of card.

    Without QUESTIONS: 60 everyday questions in English and Chinese. A line is
    {"_id", "text", "language", "cards": [acceptable card ids]}.
    """
    from tqdm import tqdm

    from eval import retrieval_score

    loaded = retrieval_score.load_questions(questions or retrieval_score.EVERYDAY)
    with (
        _open(index) as opened,
        tqdm(total=len(loaded), unit=" questions", file=sys.stderr, disable=None) as bar,
    ):
        results = retrieval_score.score(opened, loaded, tick=bar.update)
    click.echo(
        json.dumps(retrieval_score.as_json(results), ensure_ascii=False)
        if as_json
        else retrieval_score.as_text(results)
    )


@eval_group.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--index",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Index folder. Default: the handbook's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every vignette's ranking.")
def vignettes(path: Path, index: Path | None, as_json: bool) -> None:
    """Has the handbook a card of each vignette's diagnosis, and does its story alone bring it up?

    PATH is JSONL of the Avey kind: {"correct_diagnosis", "presentation", …}.
    """
    from tqdm import tqdm

    from eval import vignettes as cases

    loaded, names = cases.load_vignettes(path), cases.built_in_names()
    with (
        _open(index) as opened,
        tqdm(total=len(loaded), unit=" vignettes", file=sys.stderr, disable=None) as bar,
    ):
        results = cases.score_vignettes(opened, loaded, names, tick=bar.update)
    click.echo(json.dumps(cases.as_json(results), ensure_ascii=False) if as_json else cases.as_text(results))


def _open(folder: Path | None) -> Index:
    """The index in ``folder``, else the one that the settings name, else the handbook's, made current."""
    from agent.settings import Settings
    from retrieval.handbook.index import ensure_handbook_index
    from retrieval.search import open_index

    settings = Settings()
    if folder is None and settings.index is None:
        ensure_handbook_index(settings.handbook_index)
    return open_index(folder or settings.index_dir)


def _passes(path: Path) -> dict[str, bool]:
    from agent.errors import UsageError

    file = path / "report.json" if path.is_dir() else path
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return {
            f"{suite['suite']}/{one['id']}": bool(one["passed"])
            for suite in raw["suites"]
            for one in suite["samples"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is not a report of wenzhen eval run.") from error
