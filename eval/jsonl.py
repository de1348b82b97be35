"""Read JSON Lines with errors that name the line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from agent.errors import UsageError

T = TypeVar("T")


def read_jsonl(path: Path, parse: Callable[[dict[str, Any]], T], shape: str) -> tuple[T, ...]:
    """Every line of ``path`` as ``parse`` understands it; empty lines are skipped.

    Args:
        shape: what a line should look like, for the message.

    Raises:
        UsageError: the file cannot be read, has no line, or a line is not of that shape.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    found: list[T] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(parse(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path}, line {number}: a line is {shape} ({error!r}).") from error
    if not found:
        raise UsageError(f"{path} has no line. A line is {shape}.")
    return tuple(found)
