"""Read the handbook's YAML files into cards and symptoms, with errors a clinician can act on."""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from retrieval.errors import RetrievalError
from retrieval.handbook.schema import AnyCard, Symptom

HANDBOOK = Path(__file__).parent
CARDS = HANDBOOK / "cards"
SYMPTOMS = HANDBOOK / "symptoms"

_CJK = r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u201c\u201d\u2018\u2019]"
_CJK_GAP = re.compile(rf"(?<={_CJK})[ \t\r\n]+(?={_CJK})")


class CardError(RetrievalError):
    """A handbook file is not a valid card or vocabulary; the message names file, field and value."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in one file."""

    file: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.message}" if self.field else f"{self.file}: {self.message}"


@dataclass(frozen=True, slots=True)
class ParsedCard:
    """A card, or what is wrong with its text."""

    card: AnyCard | None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file and what it holds; ``card`` is ``None`` exactly when there are ``errors``."""

    path: Path
    card: AnyCard | None
    errors: tuple[FieldError, ...] = ()


class _Loader(yaml.CSafeLoader):
    """Safe loading that refuses a key written twice, where YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key.value}' is written twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


@functools.cache
def _cards_adapter() -> TypeAdapter[AnyCard]:
    return TypeAdapter(AnyCard)


@functools.cache
def _symptoms_adapter() -> TypeAdapter[tuple[Symptom, ...]]:
    return TypeAdapter(tuple[Symptom, ...])


def _unfold(value: Any) -> Any:
    """Drop the blanks that YAML's line folding leaves between two Chinese characters."""
    if isinstance(value, str):
        return _CJK_GAP.sub("", value)
    if isinstance(value, dict):
        return {key: _unfold(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unfold(inner) for inner in value]
    return value


def _parse(text: str) -> Any:
    # CSafeLoader is the safe loader, written in C.
    return _unfold(yaml.load(text, Loader=_Loader))


def _field_errors(name: str, error: ValidationError) -> tuple[FieldError, ...]:
    found = []
    for item in error.errors(include_url=False):
        where = [str(part) for part in item["loc"]]
        if where and where[0] in ("condition", "medicine", "test", "topic"):
            where = where[1:]
        message = item["msg"]
        if item["type"] not in ("missing", "extra_forbidden"):
            shown = repr(item["input"])
            message += f"; got {shown if len(shown) <= 120 else shown[:117] + '...'}"
        found.append(FieldError(name, ".".join(where), message))
    return tuple(found)


def _unreadable(name: str, error: Exception) -> FieldError:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        where = f"line {error.problem_mark.line + 1}"
        return FieldError(name, where, f"not valid YAML: {error.problem or error.context}")
    return FieldError(name, "", f"cannot be read: {error}")


def parse_card(name: str, text: str) -> ParsedCard:
    """Parse one card's YAML; problems come back as values so that a checker can list them all."""
    try:
        return ParsedCard(_cards_adapter().validate_python(_parse(text)))
    except yaml.YAMLError as error:
        return ParsedCard(None, (_unreadable(name, error),))
    except ValidationError as error:
        return ParsedCard(None, _field_errors(name, error))


def read_card(path: Path) -> CardFile:
    """Read one card file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return CardFile(path, None, (_unreadable(path.name, error),))
    parsed = parse_card(path.name, text)
    return CardFile(path, parsed.card, parsed.errors)


def card_paths(folder: Path | None = None) -> list[Path]:
    """Every card file under ``folder`` (by default the built-in cards), in a stable order."""
    return sorted((folder or CARDS).rglob("*.yaml"))


def read_cards(folder: Path | None = None) -> Iterator[CardFile]:
    """Read every card file, one at a time."""
    for path in card_paths(folder):
        yield read_card(path)


@functools.cache
def _built_in_cards() -> tuple[AnyCard, ...]:
    return _strict_cards(CARDS)


def _strict_cards(folder: Path) -> tuple[AnyCard, ...]:
    cards = []
    for file in read_cards(folder):
        if file.card is None:
            raise CardError(f"{file.errors[0]} (run 'wenzhen handbook check' to see every problem)")
        cards.append(file.card)
    return tuple(sorted(cards, key=lambda card: card.id))


def load_cards(folder: Path | None = None) -> tuple[AnyCard, ...]:
    """All cards, ordered by id; the built-in ones are read once a process.

    Raises:
        CardError: a file is not a valid card.
    """
    return _built_in_cards() if folder is None else _strict_cards(folder)


def read_symptoms(folder: Path | None = None) -> tuple[tuple[Symptom, ...], tuple[FieldError, ...]]:
    """The shared symptom vocabulary and what is wrong with its files."""
    symptoms: list[Symptom] = []
    errors: list[FieldError] = []
    for path in sorted((folder or SYMPTOMS).glob("*.yaml")):
        try:
            symptoms.extend(
                _symptoms_adapter().validate_python(_parse(path.read_text(encoding="utf-8")) or [])
            )
        except ValidationError as error:
            errors.extend(_field_errors(path.name, error))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            errors.append(_unreadable(path.name, error))
    return tuple(symptoms), tuple(errors)


@functools.cache
def _built_in_symptoms() -> tuple[Symptom, ...]:
    return _strict_symptoms(SYMPTOMS)


def _strict_symptoms(folder: Path) -> tuple[Symptom, ...]:
    symptoms, errors = read_symptoms(folder)
    if errors:
        raise CardError(f"{errors[0]} (run 'wenzhen handbook check' to see every problem)")
    return symptoms


def load_symptoms(folder: Path | None = None) -> tuple[Symptom, ...]:
    """The shared symptom vocabulary, in file order; the built-in one is read once a process.

    Raises:
        CardError: a file is not a valid list of symptoms.
    """
    return _built_in_symptoms() if folder is None else _strict_symptoms(folder)
