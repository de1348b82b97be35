"""``wenzhen eval read``: every conversation of a suite in full, to be read by people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from eval.result import Result

BOTH_SIDES = Path(__file__).parents[1] / "conversations" / "both-sides.yaml"


@click.command()
@click.argument("suites", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[SUITE…]")
@click.option("--llm/--no-llm", default=False, show_default=True, help="With the language model, or without.")
def read(suites: tuple[Path, ...], llm: bool) -> None:
    """Print every conversation in full, for people to read.

    Without a suite: thirty conversations on both sides of the safety lines (emergencies and what sounds like one,
    crises and idioms, requests to decline and to answer). Read them three times: as a frightened patient, as a
    clinician, as a lawyer. Gates are not judged here; wenzhen eval run does that.
    """
    from agent.settings import Settings
    from eval.runner import run_suites
    from eval.schema.load import find_suites, load_suite
    from eval.targets.choose import Targets

    loaded = [load_suite(path) for path in find_suites(suites or (BOTH_SIDES,))]
    with Targets(Settings(), llm=llm) as targets:
        for done in run_suites(loaded, targets.of):
            click.echo(f"# {done.suite.name}\n\n{done.suite.description}\n")
            for number, result in enumerate(done.results, 1):
                click.echo("\n".join(lines(number, result)))


def lines(number: int, result: Result) -> Iterator[str]:
    """One conversation: what was said, what came back, at which level, and on which sources."""
    yield f"## {number}. {result.sample.id} ({result.sample.role.value})\n"
    if result.error:
        yield f"**It broke:** {result.error}\n"
    for answer in result.answers:
        reply = answer.reply
        yield f"> {answer.said}\n"
        flags = ", ".join(flag.id for flag in reply.triage.red_flags)
        yield f"[{reply.outcome.value} · {reply.triage.level.label}{f' · {flags}' if flags else ''}]\n"
        yield f"{reply.text}\n"
        yield from (f"    [{cited.n}] {cited.title}: {cited.quote}" for cited in reply.citations)
        yield ""
    yield from (
        f"    not as expected: {score.scorer}: {score.detail}"
        for _, score in result.scores
        if score.passed is False
    )
    yield ""
