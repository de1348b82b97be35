"""``wenzhen eval retrieval`` and ``wenzhen eval vignettes``: does search find what answers?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.commands import options

if TYPE_CHECKING:
    from retrieval.search import Index


@click.command()
@click.argument(
    "questions",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[QUESTIONS.jsonl]",
)
@options.searched_index
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every question's ranking.")
def retrieval(questions: Path | None, index_dir: Path | None, as_json: bool) -> None:
    """Is the answering card among the first hits? By language and kind of card.

    Without QUESTIONS: 60 everyday questions in English and Chinese. A line is
    {"_id", "text", "language", "cards": [acceptable card ids]}.
    """
    from tqdm import tqdm

    from eval import retrieval_score

    loaded = retrieval_score.load_questions(questions or retrieval_score.EVERYDAY)
    with (
        _open(index_dir) as opened,
        tqdm(total=len(loaded), unit=" questions", file=sys.stderr, disable=None) as bar,
    ):
        results = retrieval_score.score(opened, loaded, tick=bar.update)
    click.echo(
        json.dumps(retrieval_score.as_json(results), ensure_ascii=False)
        if as_json
        else retrieval_score.as_text(results)
    )


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.searched_index
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every vignette's ranking.")
def vignettes(path: Path, index_dir: Path | None, as_json: bool) -> None:
    """Has the handbook a card of each vignette's diagnosis, and does its story alone bring it up?

    PATH is JSONL of the Avey kind: {"correct_diagnosis", "presentation", …}.
    """
    from tqdm import tqdm

    from eval import vignettes as cases

    loaded, names = cases.load_vignettes(path), cases.built_in_names()
    with (
        _open(index_dir) as opened,
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
