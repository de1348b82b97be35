"""``wenzhen models``: which weights there are, and how to get them."""

from __future__ import annotations

from pathlib import Path

import click

from agent.llm.weights import Weights, catalogue, local_files, path_of
from agent.settings import Settings


@click.group()
def models() -> None:
    """List and fetch model weights."""


@models.command("list")
def list_command() -> None:
    """What can be had, what is here, and under which licence."""
    folder = Settings().models_dir
    for weights in catalogue():
        path = path_of(weights, folder)
        here = f"here: {path}" if path else f"not here (wenzhen models pull {weights.name})"
        click.echo(f"{weights.name:<14} {weights.title}")
        click.echo(f"{'':<14} {_size(weights.size)} · {weights.licence} · {_languages(weights)} · {here}")
    for path in local_files(folder):
        click.echo(f"{path.name:<14} {_size(path.stat().st_size)} · your own file · here: {path}")
    click.echo("Any other: wenzhen models pull hf:ORG/NAME, or a .gguf file. Choose one with WENZHEN_LLM.")


@models.command("pull")
@click.argument("name")
def pull_command(name: str) -> None:
    """Fetch NAME: a name of `models list`, hf:ORG/NAME, or the path of a .gguf file.

    Interrupted, it goes on where it stopped.
    """
    from tqdm import tqdm

    from agent.llm.pull import pull

    folder = Settings().models_dir
    with tqdm(unit="B", unit_scale=True, desc=Path(name).name, delay=0.2, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        path = pull(name, folder, show)
    click.echo(f"{name}: {path}")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _languages(weights: Weights) -> str:
    names = {"en": "English", "zh": "Chinese"}
    return ", ".join(names[code] for code in weights.languages)
