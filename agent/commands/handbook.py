"""``wenzhen handbook``: check, count, show and start cards."""

from __future__ import annotations

import json
from pathlib import Path

import click

_KINDS = ("condition", "medicine", "test", "topic")


@click.group()
def handbook() -> None:
    """The built-in cards: conditions, medicines, tests and topics, in English and Chinese."""


def _rule_ids() -> frozenset[str]:
    from agent.safety.red_flags import RedFlagScreen

    return frozenset(rule.id for rule in RedFlagScreen.load().rules)


@handbook.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Cards of your own."
)
@click.option("--quiet", is_flag=True, help="Errors only.")
def check(folder: Path | None, quiet: bool) -> None:
    """Read every card and list what is wrong; exit code 1 when there are errors."""
    from retrieval.handbook.check import check_folder
    from retrieval.handbook.load import CARDS

    problems, read = check_folder(folder or CARDS, rules=_rule_ids())
    errors = [problem for problem in problems if problem.level == "error"]
    for problem in errors if quiet else problems:
        click.echo(str(problem))
    click.echo(f"{read} cards: {len(errors)} errors, {len(problems) - len(errors)} warnings.")
    if errors:
        raise click.exceptions.Exit(1)


@handbook.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def stats(as_json: bool) -> None:
    """How much the handbook covers."""
    from retrieval.handbook.load import load_cards, load_symptoms
    from retrieval.handbook.stats import stats as count

    counted = count(load_cards(), load_symptoms())
    if as_json:
        click.echo(json.dumps(counted, ensure_ascii=False))
        return
    for name, value in counted.items():
        if isinstance(value, dict):
            inner = ", ".join(
                f"{key} ({', '.join(f'{what} {n}' for what, n in item.items())})"
                if isinstance(item, dict)
                else f"{key} {item}"
                for key, item in value.items()
            )
            click.echo(f"{name.replace('_', ' ')}: {inner}")
        else:
            click.echo(f"{name.replace('_', ' ')}: {value}")


@handbook.command()
@click.argument("card")
@click.option("--language", type=click.Choice(["en", "zh"]), default=None, help="By default that of CARD.")
def show(card: str, language: str | None) -> None:
    """One card as people read it. CARD is an id, a name or a synonym, in either language."""
    from retrieval.handbook.load import load_cards
    from retrieval.handbook.show import find_card
    from retrieval.handbook.show import show as as_text

    cards = load_cards()
    chosen = language or ("en" if card.isascii() else "zh")
    click.echo(as_text(find_card(cards, card), chosen, cards))


@handbook.command()
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("name")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="By default the built-in cards."
)
def new(kind: str, name: str, folder: Path | None) -> None:
    """Start a card called NAME (in English) from a commented template."""
    from retrieval.handbook.load import CARDS
    from retrieval.handbook.template import write_template

    path = write_template(kind, name, folder or CARDS)
    click.echo(f"Wrote {path}. Fill it in, then run: wenzhen handbook check")


@handbook.command()
def build() -> None:
    """Make the two files that ship beside the cards anew: their outline and their vectors.

    The outline lets a question be reasoned about without parsing every card; the vectors let a first start
    skip the embedding. Only passages that are new or changed are embedded. Run it after editing cards; an old
    file never gives a wrong answer, only a slower one.
    """
    from agent.settings import Settings
    from retrieval.chunk import passages
    from retrieval.embed import load_embedder
    from retrieval.handbook.load import load_cards
    from retrieval.handbook.outline import write_outline
    from retrieval.handbook.render import to_documents
    from retrieval.handbook.vectors import VECTORS, write_vectors

    outline = write_outline()
    made = [passage for document in to_documents(load_cards()) for passage in passages(document)]
    embedder = load_embedder(bulk=True, models_dir=Settings().models_dir)
    fresh = write_vectors([passage.searchable for passage in made], embedder=embedder)
    click.echo(f"{outline.name}: {outline.stat().st_size / 1e6:.1f} MB")
    click.echo(
        f"{VECTORS.name}: {VECTORS.stat().st_size / 1e6:.1f} MB, {len(made)} passages, {fresh} newly embedded"
    )
