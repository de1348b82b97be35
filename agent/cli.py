"""The command line. Commands are imported only when they are called, so that ``--help`` stays instant."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.metadata import entry_points, version
from typing import Any, NoReturn

import click

_COMMANDS = {
    "ask": ("agent.commands.ask", "One question, one cited and triaged answer."),
    "chat": ("agent.commands.chat", "A conversation in the terminal."),
    "batch": ("agent.commands.batch", "Many conversations from a JSONL file."),
    "ingest": ("agent.commands.ingest", "Read files, folders and archives into an index."),
    "search": ("agent.commands.search", "Ranked passages, with scores by channel."),
    "index": ("agent.commands.index", "List, inspect, verify and delete indexes."),
    "handbook": ("agent.commands.handbook", "Check, count, show and start handbook cards."),
    "corpus": ("agent.commands.corpus", "Free corpora: list, fetch, ingest."),
    "models": ("agent.commands.models", "List and fetch model weights."),
    "bench": ("agent.commands.bench", "Ours beside the bare parts, as ratios."),
    "doctor": ("agent.commands.doctor", "Say what is wrong with this installation."),
}
_PLUGINS = "wenzhen.commands"
_PLUGIN_HELP = {
    "serve": "The chat page and the HTTP API, in one process.",
    "eval": "Scripted conversation suites with gates.",
}


class LazyGroup(click.Group):
    """A group that knows the names of its commands and imports each on first use.

    Rooms above ``agent`` (the page, the evaluation) hang their commands in as entry points of the group
    ``wenzhen.commands``, because ``agent`` may not import them.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *(point.name for point in _plugins())]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _COMMANDS:
            module, _ = _COMMANDS[name]
            command: Any = getattr(importlib.import_module(module), name)
        else:
            point = next((point for point in _plugins() if point.name == name), None)
            if point is None:
                return None
            command = point.load()
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, line) for name, (_, line) in _COMMANDS.items()]
        rows += [(point.name, _PLUGIN_HELP.get(point.name, "")) for point in _plugins()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _plugins() -> tuple[Any, ...]:
    return tuple(entry_points(group=_PLUGINS))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Try:  wenzhen ask "How is a migraine treated?"   or   wenzhen ask "孩子发烧39度怎么办？"',
)
@click.version_option(version("wenzhen"), prog_name="wenzhen")
def root() -> None:
    """Wenzhen (问诊): health questions answered with urgency first and every sentence cited.

    Data lives under WENZHEN_HOME; every setting is also a WENZHEN_… environment variable.
    Exit codes: 0 fine, 1 a gate failed, 2 wrong usage, 3 not installed or not indexed, 4 unexpected.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command; errors become one line and an exit code of the contract."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    try:
        code = root.main(args=arguments, prog_name="wenzhen", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        _fail("Stopped. What was already written is kept.", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except KeyboardInterrupt:
        _fail("Stopped. What was already written is kept.", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the outermost frame: every error becomes one line
        _explain(error)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> NoReturn:
    from pydantic import ValidationError

    from agent.errors import WenzhenError
    from retrieval.errors import IndexMissingError, RetrievalError

    if os.environ.get("WENZHEN_DEBUG"):
        raise error
    if isinstance(error, WenzhenError):
        _fail(str(error), error.exit_code)
    if isinstance(error, IndexMissingError):
        _fail(str(error), 3)
    if isinstance(error, RetrievalError):
        _fail(str(error), 4)
    if isinstance(error, ValidationError) and error.title == "Settings":
        first = error.errors()[0]
        name = "WENZHEN_" + "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"The setting {name} is wrong: {first['msg']}. Currently, it is {first['input']!r}.", 2)
    _fail(
        f"Unexpected {type(error).__name__}: {error}. Set WENZHEN_DEBUG=1 to see where; `wenzhen doctor` checks the installation.",
        4,
    )


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"Error: {message}" if code != 130 else message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
