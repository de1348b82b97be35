"""A reply as a person reads it in a terminal."""

from __future__ import annotations

import textwrap

import click

from agent.types import Level, Reply

_COLOURS = {
    Level.EMERGENCY: "red",
    Level.URGENT: "yellow",
    Level.ROUTINE: "blue",
    Level.SELF_CARE: "green",
    Level.NONE: "white",
}
_WIDTH = 100


def show(reply: Reply) -> None:
    """Print the urgency, the answer, and the numbered sources."""
    chinese = reply.language == "zh"
    if reply.triage.level != Level.NONE:
        label = ("紧急程度：" if chinese else "Urgency: ") + _name(reply.triage.level, chinese)
        click.secho(label, fg=_COLOURS[reply.triage.level], bold=True)
        for reason in reply.triage.reasons:
            click.echo(f"  · {reason}")
        click.echo()
    click.echo(_plain(reply.text))
    sources(reply)
    for warning in reply.warnings:
        click.secho(f"! {warning}", dim=True)


def sources(reply: Reply) -> None:
    """The numbered sources with their quotes."""
    if not reply.citations:
        return
    click.echo()
    click.secho("来源" if reply.language == "zh" else "Sources", bold=True)
    for citation in reply.citations:
        where = ", ".join(
            part
            for part in (
                citation.source,
                citation.published or "",
                f"p. {citation.page}" if citation.page else "",
            )
            if part
        )
        click.echo(
            f"[{citation.n}] {citation.title}"
            + (f" · {citation.section}" if citation.section else "")
            + (f" ({where})" if where else "")
        )
        click.secho(
            textwrap.fill(f"“{citation.quote}”", _WIDTH, initial_indent="    ", subsequent_indent="    "),
            dim=True,
        )
        if citation.url:
            click.echo(f"    {citation.url}")


def _name(level: Level, chinese: bool) -> str:
    from prompts.phrases import phrase

    return phrase(f"name_{level.label}", "zh" if chinese else "en")


def _plain(markdown: str) -> str:
    lines = []
    for line in markdown.replace("**", "").splitlines():
        text = line.strip("*") if line.startswith("*") and line.endswith("*") else line
        wide = any("\u4e00" <= character <= "\u9fff" for character in text)
        lines.append(text if wide or len(text) <= _WIDTH else textwrap.fill(text, _WIDTH))
    return "\n".join(lines)
