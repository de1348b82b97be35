"""``wenzhen eval bench``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.commands import options

if TYPE_CHECKING:
    from agent.settings import Settings
    from eval.scoring.expected import Judge
    from eval.statistics import Measure
    from eval.targets.choose import Targets

Table = Mapping[str, Mapping[str, "Measure"]]
"""System to metric to value."""


@click.command()
@click.argument("name")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--limit", type=click.IntRange(1), default=None, help="Only so many records, drawn by --seed.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--index", type=click.Path(path_type=Path), default=None, help="Answer from (or rank over) this index."
)
@options.llm
@click.option(
    "--server", default=None, metavar="URL", help="Measure a chatbot instead: http://host/v1#model."
)
@click.option("--against", default="", metavar="bare,naive-rag", help="Baselines on the same records.")
@options.jobs(2)
@click.option("--judge", "judge_model", default=None, metavar="MODEL", help="Judge model, for healthbench.")
@click.option("--votes", type=click.IntRange(1, 15), default=3, show_default=True, help="Votes of the judge.")
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for bench.json, bench.md and every answer as JSONL.",
)
def bench(
    name: str,
    path: Path,
    limit: int | None,
    seed: int,
    index: Path | None,
    llm: bool | None,
    server: str | None,
    against: str,
    jobs: int,
    judge_model: str | None,
    votes: int,
    report: Path | None,
) -> None:
    """Run a public benchmark, read by PATH as its publisher gives it out, with the field's own metrics.

    \b
    NAME is pubmedqa, bioasq, medqa, medmcqa, triage, avey, symptom2disease, medsafety, xstest, jailbreaks,
    mts-dialog, healthbench (with --judge), beir or liveqa (folders); `all` runs every development set that
    lies in the folder PATH.

    \b
    wenzhen eval bench avey avey.jsonl --limit 50 --no-llm
    wenzhen eval bench all ../shared/data --limit 30 --against bare,naive-rag --report out/
    """
    from contextlib import ExitStack

    from agent.errors import UsageError
    from agent.settings import Settings
    from eval.baselines import baselines
    from eval.bench.catalogue import BENCHES, DEVELOPMENT, RANKING
    from eval.targets.choose import Targets

    planned = [(name, path)]
    if name == "all":
        planned = [(one, path / place) for one, place in DEVELOPMENT]
    elif name not in BENCHES and name not in RANKING:
        raise UsageError(
            f"There is no benchmark {name!r}; there are {', '.join([*BENCHES, *RANKING, 'all'])}."
        )
    settings = Settings() if index is None else Settings(index=index)
    plan = _Plan(settings, limit, seed, jobs, index, report)
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        judge = None
        if judge_model:
            from eval.scoring.model_judge import open_judge

            judge = stack.enter_context(open_judge(settings, judge_model, votes))
        systems = [
            stack.enter_context(one)
            for one in (Targets(settings, llm=llm, server=server), *baselines(against, settings))
        ]
        for one, place in planned:
            if not place.exists():
                click.echo(f"{one}: {place} is not there; left out.", err=True)
                continue
            table, n = plan.ranked(one, place) if one in RANKING else plan.held(one, place, systems, judge)
            title = one if len(planned) == 1 else f"{one} ({place.name})"
            found[title] = {
                "n": n,
                "systems": {s: {m: v.as_json() for m, v in t.items()} for s, t in table.items()},
            }
            for line in lines(title, n, table):
                click.echo(line)
            if report is not None:  # after each, so that a long run that is stopped leaves what it has
                _write(report, found, limit, seed)


@dataclass(frozen=True)
class _Plan:
    settings: Settings
    limit: int | None
    seed: int
    jobs: int
    index: Path | None
    report: Path | None

    def held(self, name: str, path: Path, systems: list[Targets], judge: Judge | None) -> tuple[Table, int]:
        """Conversations of each system."""
        from tqdm import tqdm

        from eval.bench.bench import run
        from eval.bench.catalogue import BENCHES
        from eval.cache import Cache
        from eval.schema.suite import Suite

        chosen = BENCHES[name](judge)
        items = chosen.load(path, self.limit, self.seed)
        literature = (
            None if self.index else chosen.literature(path, items, self.settings.home / "eval" / "beir")
        )
        suite = Suite(name, "", (), (), corpus=literature)
        cache = Cache(self.settings.home / "eval" / "conversations")
        table: dict[str, Mapping[str, Measure]] = {}
        for system in systems:
            with tqdm(
                total=len(items), unit=" items", desc=f"{name} {system.name}", file=sys.stderr, disable=None
            ) as bar:
                result = run(
                    chosen,
                    items,
                    system.of(suite),
                    jobs=self.jobs,
                    cache=cache,
                    seed=self.seed,
                    tick=bar.update,
                )
            table[system.name] = result.metrics
            if self.report is not None:
                self.report.mkdir(parents=True, exist_ok=True)
                (self.report / f"{name}.{system.name}.jsonl").write_text(
                    "".join(
                        json.dumps(
                            {
                                "id": one.item.sample.id,
                                "gold": str(one.item.gold),
                                "values": one.values,
                                "error": one.error or None,
                                "answers": [answer.as_json() for answer in one.answers],
                            },
                            ensure_ascii=False,
                        )
                        + "\n"
                        for one in result.scored
                    ),
                    encoding="utf-8",
                )
        return table, len(items)

    def ranked(self, name: str, path: Path) -> tuple[Table, int]:
        """Search over the folder's documents: in the index named, else in one made of a sample."""
        from tqdm import tqdm

        from eval.bench.catalogue import RANKING
        from eval.bench.ranking import measured, queries_of, read_folder, sampled_corpus
        from eval.corpus import index_of
        from retrieval.search import open_index

        folder = read_folder(path)
        queries = queries_of(folder, self.limit, self.seed)
        home = self.settings.home / "eval"
        where = self.index or index_of(
            sampled_corpus(folder, queries, home / "beir", self.seed), home / "corpora", bulk=True
        )
        with (
            open_index(where) as opened,
            tqdm(total=len(queries), unit=" queries", desc=name, file=sys.stderr, disable=None) as bar,
        ):
            return measured(opened, folder, queries, graded=RANKING[name], tick=bar.update), len(queries)


def lines(title: str, n: int, table: Table) -> Iterator[str]:
    """A Markdown table: a metric a row, a system a column."""
    yield f"\n## {title}, {n} cases\n"
    yield "| |" + "".join(f" {system} |" for system in table)
    yield "|---|" + "---|" * len(table)
    for metric in dict.fromkeys(name for metrics in table.values() for name in metrics):
        yield f"| {metric} |" + "".join(f" {_cell(metrics.get(metric))} |" for metrics in table.values())


def _cell(found: Measure | None) -> str:
    if found is None or found.value is None:
        return "not scored"
    return f"{found.value:.3f} ({found.low:.2f}–{found.high:.2f}; {found.n})"


def _write(folder: Path, found: dict[str, Any], limit: int | None, seed: int) -> None:
    from eval.statistics import Measure

    folder.mkdir(parents=True, exist_ok=True)
    about = {"date": date.today().isoformat(), "limit": limit, "seed": seed}
    text = json.dumps({"about": about, "benchmarks": found}, ensure_ascii=False, indent=1)
    (folder / "bench.json").write_text(text, encoding="utf-8")
    parts = [f"# Benchmarks, {about['date']}, at most {limit or 'all'} records each, seed {seed}"]
    for title, one in found.items():
        table = {s: {m: Measure(**v) for m, v in metrics.items()} for s, metrics in one["systems"].items()}
        parts += lines(title, one["n"], table)
    (folder / "bench.md").write_text("\n".join(parts) + "\n", encoding="utf-8")
