"""``wenzhen eval run``."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from agent.commands import options


@click.command()
@click.argument(
    "suites", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="SUITE…"
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for report.html, report.json, report.md and junit.xml.",
)
@options.jobs(2)
@options.index
@options.llm
@click.option(
    "--sample",
    "size",
    type=click.IntRange(1),
    default=None,
    help="Only about so many cases, stratified by tags.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the slice and of the intervals.")
@click.option(
    "--epochs",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="Hold each conversation so many times.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Begin no conversation after this; what is left out is told.",
)
@click.option("--fresh", is_flag=True, help="Hold every conversation anew, whatever the cache has.")
@click.option(
    "--server",
    default=None,
    metavar="URL",
    help="Measure a chatbot instead: http://host/v1#model (any OpenAI-compatible one). Key: WENZHEN_LLM_API_KEY.",
)
@click.option(
    "--recorded",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="Judge recorded replies: a report, or the output of wenzhen batch.",
)
@click.option(
    "--against",
    default="",
    metavar="bare,naive-rag",
    help="Baselines to run on the same cases, in the same report.",
)
@click.option(
    "--judge",
    "judge_model",
    default=None,
    metavar="MODEL",
    help="A model (as in WENZHEN_LLM) that judges the rubrics.",
)
@click.option(
    "--votes",
    type=click.IntRange(1, 15),
    default=3,
    show_default=True,
    help="Votes of the judge a statement.",
)
def run(
    suites: tuple[Path, ...],
    report: Path | None,
    jobs: int,
    index: Path | None,
    llm: bool | None,
    size: int | None,
    seed: int,
    epochs: int,
    minutes: float | None,
    fresh: bool,
    server: str | None,
    recorded: Path | None,
    against: str,
    judge_model: str | None,
    votes: int,
) -> int:
    """Run suite files or folders; exit code 1 when a gate fails.

    Conversations already held with the same code, prompts, model and corpus are taken from the cache, so that a
    run goes on where it was stopped. Chatbots behind an address count as unchanged for a day.

    \b
    wenzhen eval run eval/suites --no-llm
    wenzhen eval run my-suite.yaml --report out/
    wenzhen eval run eval/suites --sample 60 --server http://127.0.0.1:8080/v1#qwen3
    """
    from contextlib import ExitStack

    from tqdm import tqdm

    from agent.settings import Settings
    from eval.baselines import baselines
    from eval.cache import Cache
    from eval.report.markdown import markdown
    from eval.report.write import write_report
    from eval.result import Run, writers
    from eval.runner import Options, run_suites
    from eval.sampling import sampled
    from eval.schema.load import find_suites, load_suite
    from eval.stopwatch import Stopwatch
    from eval.targets.choose import Targets

    settings = Settings() if index is None else Settings(index=index)
    loaded = [load_suite(path) for path in find_suites(suites)]
    if size is not None:
        loaded = sampled(loaded, size, seed)
    total = sum(len(suite.samples) for suite in loaded) * epochs
    runs: list[Run] = []
    with ExitStack() as stack:
        judge = None
        if judge_model:
            from eval.scoring.model_judge import open_judge

            judge = stack.enter_context(open_judge(settings, judge_model, votes))
        options = Options(
            jobs=jobs,
            epochs=epochs,
            seed=seed,
            seconds=minutes * 60 if minutes else None,
            cache=Cache(settings.home / "eval" / "conversations"),
            fresh=fresh,
            judge=judge,
        )
        chosen = [Targets(settings, llm=llm, server=server, recorded=recorded), *baselines(against, settings)]
        for targets in chosen:
            stack.enter_context(targets)
            watch = Stopwatch()
            with tqdm(
                total=total, unit=" conversations", desc=targets.name, file=sys.stderr, disable=None
            ) as bar:
                found = tuple(run_suites(loaded, targets.of, options, tick=bar.update))
            results = [result for suite in found for result in suite.results]
            about = {"date": date.today().isoformat(), **targets.about(), "seed": str(seed)}
            about |= {"took": watch.told(results), "replies by model": writers(results)}
            if size is not None:
                about["slice"] = f"about {size} cases, stratified by tags"
            if judge_model:
                about["judge"] = f"{judge_model}, {votes} votes a statement"
            runs.append(Run(targets.name, found, about))
    if report is not None:
        write_report(runs, report)
    click.echo(markdown(runs[0], others=runs[1:]))
    return 0 if runs[0].passed else 1
