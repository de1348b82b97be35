"""A progress bar for long work, and the handbook's index brought up to date behind one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.report import Progress


@contextmanager
def progress_bar(
    unit: str, *, description: str = "", delay: float = 0.0
) -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr with rate and time left; silent where stderr is no terminal.

    Args:
        delay: seconds before it appears, so that quick work shows none.
    """
    from tqdm import tqdm

    with tqdm(
        desc=description or None,
        unit=f" {unit}",
        delay=delay,
        file=sys.stderr,
        disable=None,
        dynamic_ncols=True,
    ) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.set_postfix_str(f"{progress.passages} passages", refresh=False)
            bar.update(progress.done - bar.n)

        yield show


def ensure_handbook(index_dir: Path) -> None:
    """Build or refresh the handbook's index where the cards have changed, with a bar if that takes a moment."""
    from retrieval.handbook.index import ensure_handbook_index, is_current

    if not is_current(index_dir):
        with progress_bar("cards", description="Handbook", delay=0.5) as show:
            ensure_handbook_index(index_dir, progress=show)
