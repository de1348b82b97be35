"""All files of a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.report.data import write_json
from eval.report.html import page
from eval.report.junit import junit
from eval.report.markdown import markdown
from eval.result import Run


def write_report(runs: Sequence[Run], folder: Path) -> None:
    """Write the first run's files into ``folder``, and each baseline's JSON into a folder of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(runs[0], folder)
    for other in runs[1:]:
        write_json(other, folder / other.target)
    (folder / "report.md").write_text(markdown(runs[0], others=runs[1:]), encoding="utf-8")
    (folder / "report.html").write_text(page(runs[0], runs[1:]), encoding="utf-8")
    (folder / "junit.xml").write_text(junit(runs[0]), encoding="utf-8")
