"""``wenzhen batch``: many conversations from a JSONL file, in order, resumable."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.commands import options
from agent.errors import UsageError

if TYPE_CHECKING:
    from agent.consult import Consultant


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="IN.jsonl")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.jsonl")
@options.jobs(1)
@options.index
@options.llm
@click.option("--restart", is_flag=True, help="Start anew instead of going on after an interruption.")
def batch(source: Path, target: Path, jobs: int, index: Path | None, llm: bool | None, restart: bool) -> None:
    """Answer every conversation of IN.jsonl into OUT.jsonl, one line for one line, in the same order.

    IN: {"id", "role"?, "language"?, "locale"?, "turns": ["…", …]}. OUT: {"id", "replies": [Reply, …]}.
    A bad line yields {"id", "error"} and the rest goes on. After an interruption the same command goes on
    where it stopped.
    """
    from tqdm import tqdm

    from agent.consult import open_consultant
    from agent.settings import Settings

    settings = Settings() if index is None else Settings(index=index)
    done = 0 if restart else complete_lines(target)
    total = sum(1 for _ in _lines(source))
    if done > total:
        raise UsageError(
            f"{target} has {done} lines and {source} only {total}: it belongs to another input. Use --restart to start anew."
        )
    failed = 0
    with (
        open_consultant(settings, llm=llm) as consultant,
        target.open("a" if done else "w", encoding="utf-8") as out,
        ThreadPoolExecutor(jobs) as pool,
        tqdm(total=total, initial=done, unit=" conversations", file=sys.stderr, disable=None) as bar,
    ):
        for answer in _in_order(pool, consultant, settings.locale, _lines(source), done, jobs):
            failed += "error" in answer
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            out.flush()
            bar.update()
    click.echo(
        f"{total - done} conversations answered, {failed} with an error"
        + (f", {done} were there already" if done else "")
        + f": {target}",
        err=True,
    )


def complete_lines(path: Path) -> int:
    """Lines already written; a last line cut short by a crash is removed so that it is written again."""
    if not path.exists():
        return 0
    with path.open("rb+") as file:
        count, end = 0, 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            count, end = count + 1, end + len(line)
        file.truncate(end)
        os.fsync(file.fileno())
    return count


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from (line for line in file if line.strip())


def _in_order(
    pool: ThreadPoolExecutor, consultant: Consultant, locale: str, lines: Iterator[str], skip: int, jobs: int
) -> Iterator[dict[str, Any]]:
    """Answers in the order of the lines, at most ``2 * jobs`` under way, so that memory does not grow."""
    waiting: list[Future[dict[str, Any]]] = []
    for number, line in enumerate(lines):
        if number < skip:
            continue
        waiting.append(pool.submit(answer_line, consultant, line, number, locale))
        if len(waiting) >= jobs * 2:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def answer_line(consultant: Consultant, line: str, number: int, locale: str) -> dict[str, Any]:
    """One line's conversation; whatever is wrong with it becomes its ``error``."""
    from agent.errors import WenzhenError
    from agent.types import Role
    from retrieval.errors import RetrievalError

    name: Any = number
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError("a line must be a JSON object")
        name = record.get("id", number)
        turns = record.get("turns")
        if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
            raise ValueError('"turns" must be a list of at least one string')
        replies = consultant.talk(
            turns,
            role=Role(record.get("role", "patient")),
            language=str(record.get("language", "auto")),
            locale=str(record.get("locale", locale)),
        )
    except (ValueError, WenzhenError, RetrievalError) as error:
        return {"id": name, "error": str(error)}
    return {"id": name, "replies": [reply.model_dump(mode="json", by_alias=True) for reply in replies]}
