"""Load a prompt file: a YAML header between ``---`` lines, then a Jinja template.

A missing file, header or variable is an error here, never an empty string in front of a patient.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

LANGUAGES = ("en", "zh")


class PromptError(Exception):
    """A prompt file is missing or malformed, or a variable it needs was not given."""


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    language: str
    version: str
    sha256: str
    text: str
    header: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def render(self, **variables: object) -> str:
        """The text with its variables filled in.

        Raises:
            PromptError: a variable that the template uses was not given.
        """
        if "{" not in self.text:
            return self.text
        from jinja2 import Environment, StrictUndefined, UndefinedError

        environment = Environment(
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
        )
        try:
            return environment.from_string(self.text).render(**variables).strip()
        except UndefinedError as error:
            raise PromptError(f"Prompt {self.name}.{self.language}: {error.message}") from error


def load_prompt(name: str, language: str) -> Prompt:
    """A template for a model: ``prompts/<language>/<name>.md``."""
    return _load(f"{_known(language)}/{name}.md", name, language)


def hand_written(folder: str, name: str, language: str) -> Prompt:
    """A text shown as it stands: ``prompts/<folder>/<name>.<language>.md``."""
    return _load(f"{folder}/{name}.{_known(language)}.md", f"{folder}/{name}", language)


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"


@cache
def _load(relative: str, name: str, language: str) -> Prompt:
    file = resources.files("prompts").joinpath(*relative.split("/"))
    try:
        raw = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"There is no prompt file {relative}.") from error
    if not raw.startswith("---\n") or "\n---\n" not in raw[4:]:
        raise PromptError(f"Prompt file {relative} must start with a header between two --- lines.")
    head, text = raw[4:].split("\n---\n", 1)
    header = yaml.load(head, yaml.CSafeLoader)
    if not isinstance(header, dict) or "version" not in header:
        raise PromptError(f"Prompt file {relative} has no version in its header.")
    digest = hashlib.sha256(raw.encode()).hexdigest()
    return Prompt(name, language, str(header["version"]), digest, text.strip(), MappingProxyType(header))
