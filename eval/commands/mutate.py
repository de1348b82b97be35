"""``wenzhen eval mutate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.commands import options


@click.command()
@click.argument(
    "suites", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="SUITE…"
)
@click.option("--switch", "names", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@click.option("--sample", "size", type=click.IntRange(1), default=None, help="Only about so many cases.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the slice.")
@options.jobs(2)
@options.index
def mutate(
    suites: tuple[Path, ...],
    names: tuple[str, ...],
    size: int | None,
    seed: int,
    jobs: int,
    index: Path | None,
) -> int:
    """Switch off parts of the agent, one at a time, and tell which gates notice.

    A gate notices when it holds with the part on and fails with it off. Exit code 1 when a switch goes unnoticed.
    The parts are replaced inside this process only: no setting can switch them off.
    """
    from tqdm import tqdm

    from agent.settings import Settings
    from eval.cache import Cache
    from eval.mutation import SWITCHES, switch
    from eval.result import SuiteResult
    from eval.runner import Options, run_suites
    from eval.sampling import sampled
    from eval.schema.load import find_suites, load_suite
    from eval.targets.choose import Targets

    settings = Settings() if index is None else Settings(index=index)
    chosen = [switch(name) for name in names] or list(SWITCHES)
    loaded = [load_suite(path) for path in find_suites(suites)]
    if size is not None:
        loaded = sampled(loaded, size, seed)
    options = Options(jobs=jobs, seed=seed, cache=Cache(settings.home / "eval" / "conversations"))
    total = sum(len(suite.samples) for suite in loaded) * (len(chosen) + 1)

    with tqdm(total=total, unit=" conversations", file=sys.stderr, disable=None) as bar:

        def held(altered: str) -> list[SuiteResult]:
            with Targets(settings, llm=False, altered=altered) as targets:
                return list(run_suites(loaded, targets.of, options, tick=bar.update))

        whole = {_name(suite, gate): gate.passed for suite in held("") for gate in suite.gates}
        click.echo("| switched off | | gates that notice |\n|---|---|---|")
        unnoticed = []
        for one in chosen:
            with one.off():
                results = held(one.name)
            noticed = [
                _name(suite, gate)
                for suite in results
                for gate in suite.gates
                if not gate.passed and whole[_name(suite, gate)]
            ]
            if not noticed:
                unnoticed.append(one.name)
            listed = ", ".join(f"`{name}`" for name in noticed) or "**none**"
            click.echo(f"| {one.name} | {one.does} | {len(noticed)}: {listed} |")
    failing = sorted(name for name, passed in whole.items() if not passed)
    click.echo(f"\n{len(whole)} gates; failing with everything on: {', '.join(failing) or 'none'}.")
    if unnoticed:
        click.echo(
            f"Nobody notices that {', '.join(unnoticed)} is off: the suites lack cases or gates for it."
        )
    return 1 if unnoticed else 0


def _name(suite, gate) -> str:  # type: ignore[no-untyped-def]
    return f"{suite.suite.name}: {gate.gate.name}"
