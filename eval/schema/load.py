"""Read suite files; whatever is wrong is told with its file, its line and its field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from agent.errors import UsageError
from eval.schema.expand import CaseError, expand
from eval.schema.source import SuiteSource
from eval.schema.suite import Suite

_SHOWN = 8
"""Problems of one file told at once."""


class SuiteError(UsageError):
    """A file is no suite; ``problems`` lists each as ``file:line: field: what``."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = f"\n… and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        super().__init__("\n".join(problems[:_SHOWN]) + more)
        self.problems = tuple(problems)


def load_suite(path: Path) -> Suite:
    """Read one suite file.

    Raises:
        SuiteError: it is no suite; the message names the file, the line and the field.
        UsageError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    try:
        tree = yaml.compose(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SuiteError([f"{path}:{line}: {error.problem}"]) from error
    if tree is None:
        raise SuiteError([f"{path}:1: the file is empty"])
    try:
        if twice := list(_repeated(tree)):
            raise SuiteError([f"{path}:{line}: the key {key!r} stands here twice" for key, line in twice])
        raw = yaml.load(text, yaml.CSafeLoader)
        return expand(SuiteSource.model_validate(raw), path)
    except ValidationError as error:
        raise SuiteError(
            [
                f"{path}:{_line(tree, one['loc'])}: {_field(one['loc'])}: {_message(one['msg'])}"
                for one in error.errors()
            ]
        ) from error
    except CaseError as error:
        problem = f"{path}:{_line(tree, error.place)}: {_field(error.place)}: {error}"
        raise SuiteError([problem]) from error


def find_suites(paths: Iterable[Path]) -> list[Path]:
    """Suite files named, and those in folders named, in order.

    Raises:
        UsageError: there is none.
    """
    paths = list(paths)
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("**/*.yaml")) if path.is_dir() else [path]
    if not found:
        raise UsageError(f"No suite (*.yaml) in {', '.join(str(path) for path in paths)}.")
    return found


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")


def _field(place: Sequence[Any]) -> str:
    return ".".join(str(part) for part in place) or "suite"


def _line(tree: yaml.Node, place: Sequence[Any]) -> int:
    """The line of the deepest node on the way to ``place``; parts that the file does not spell out are passed over."""
    node, line = tree, tree.start_mark.line
    for part in place:
        below = _child(node, part)
        if below is not None:
            node, line = below
    return int(line) + 1


def _child(node: yaml.Node, part: Any) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for number, (key, value) in enumerate(node.value):
            if key.value == str(part) or (isinstance(part, int) and number == part):
                return value, key.start_mark.line
    if isinstance(node, yaml.SequenceNode):
        if isinstance(part, int) and part < len(node.value):
            return node.value[part], node.value[part].start_mark.line
        for value in node.value:
            if (named := _child(value, "id")) is not None and named[0].value == part:
                return value, value.start_mark.line
    return None


def _repeated(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Keys that stand twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield str(key.value), key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)
