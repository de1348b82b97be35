"""``wenzhen ask``: one question, one reply."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.commands import options
from agent.errors import UsageError


def read_question(text: str) -> str:
    """The question itself, or standard input for ``-``."""
    if text != "-":
        return text
    raw = sys.stdin.buffer.read()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            "Standard input is not UTF-8 text. Convert it first, for example with iconv."
        ) from error


@click.command()
@click.argument("text")
@options.role
@options.language("reply")
@options.locale
@options.index
@click.option("--json", "as_json", is_flag=True, help="The whole reply as JSON.")
@options.llm
def ask(
    text: str,
    role: str,
    language: str,
    locale: str | None,
    index: Path | None,
    as_json: bool,
    llm: bool | None,
) -> None:
    """Ask TEXT (or standard input, for -) and print a cited, triaged reply.

    \b
    wenzhen ask "How is a migraine treated?"
    wenzhen ask "我白细胞计数偏低，可能是什么原因？" --locale cn
    wenzhen ask "first-line treatment of hypertension" --role clinician --json
    """
    from agent.consult import open_consultant
    from agent.settings import Settings
    from agent.types import Role, Turn

    settings = Settings() if index is None else Settings(index=index)
    question = read_question(text)
    consultant = open_consultant(settings, llm=llm)
    try:
        turn = Turn(text=question, role=Role(role), language=language, locale=locale or settings.locale)
        reply = consultant.ask(turn)
    finally:
        consultant.close()
    if as_json:
        click.echo(reply.model_dump_json(indent=2))
    else:
        from agent.terminal import show

        show(reply)
