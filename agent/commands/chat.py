"""``wenzhen chat``: a conversation in the terminal."""

from __future__ import annotations

import uuid

import click

from agent.commands import options


@click.command()
@options.role
@options.language("replies")
@options.locale
@click.option("--session", default=None, metavar="ID", help="Go on with an earlier conversation.")
@options.llm
def chat(role: str, language: str, locale: str | None, session: str | None, llm: bool | None) -> None:
    """Talk with Wenzhen. An empty line or Ctrl-D ends the conversation; it is kept and can be resumed.

    \b
    wenzhen chat
    wenzhen chat --locale cn --language zh
    """
    from agent.consult import open_consultant
    from agent.settings import Settings
    from agent.terminal import sources
    from agent.types import EventKind, Role

    settings = Settings()
    name = session or uuid.uuid4().hex
    with open_consultant(settings, llm=llm) as consultant:
        click.echo(
            "Describe what is wrong or ask a question (empty line to stop). 请描述症状或提问（空行结束）。"
        )
        while True:
            try:
                text = click.prompt(
                    click.style(">", bold=True), default="", show_default=False, prompt_suffix=" "
                )
            except (EOFError, click.Abort):
                break
            if not text.strip():
                break
            events = consultant.converse(
                text, session=name, role=Role(role), language=language, locale=locale or settings.locale
            )
            for event in events:
                if event.kind in (EventKind.ALERT, EventKind.SENTENCE):
                    click.echo(event.text.replace("**", ""), nl=False)
                elif event.reply is not None:
                    click.echo()
                    sources(event.reply)
        click.echo(f"\nThis conversation is kept. Go on with: wenzhen chat --session {name}")
