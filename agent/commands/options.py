"""Options that several commands share, here and in ``eval``, so that they are spelt and explained alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Command], Command]

role: Option = click.option(
    "--role",
    type=click.Choice(["patient", "clinician"]),
    default="patient",
    show_default=True,
    help="Who is asking.",
)
locale: Option = click.option(
    "--locale", default=None, metavar="CODE", help="Whose emergency numbers to show: us, gb, cn, …"
)
llm: Option = click.option("--llm/--no-llm", default=None, help="Force the language model on or off.")
index: Option = click.option(
    "--index",
    type=click.Path(path_type=Path),
    default=None,
    help="Answer from this index instead of the handbook.",
)
searched_index: Option = click.option(
    "--index",
    "index_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Index folder. Default: the handbook's.",
)


def language(of: str) -> Option:
    """``--language`` of the reply or the replies, as ``of`` says."""
    return click.option(
        "--language",
        type=click.Choice(["auto", "en", "zh"]),
        default="auto",
        show_default=True,
        help=f"Language of the {of}.",
    )


def jobs(default: int) -> Option:
    return click.option(
        "--jobs",
        type=click.IntRange(1, 64),
        default=default,
        show_default=True,
        help="Conversations at the same time.",
    )
