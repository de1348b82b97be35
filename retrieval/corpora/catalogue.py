"""The catalogue as values."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from retrieval.errors import RetrievalError


class UnknownCorpusError(RetrievalError):
    """There is no corpus of that name."""


class Corpus(BaseModel):
    """One entry; the fields are explained at the head of ``catalogue.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    name: str
    title: str
    publisher: str
    licence: str
    languages: tuple[str, ...]
    audience: str
    size: str
    documents: str
    as_of: int
    kind: Literal["file", "listing", "s3"]
    url: str
    about: str
    """The publisher's page for people: where to look when an address has moved."""
    format: str
    pattern: str = ""
    take: Literal["all", "newest"] = "all"
    md5: Literal["", "sidecar", "listing"] = ""
    fixed: bool = False
    file: str = ""
    """What to call the one file, where its address does not say."""


@cache
def catalogue() -> tuple[Corpus, ...]:
    import yaml

    text = files("retrieval.corpora").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return tuple(Corpus.model_validate(entry) for entry in yaml.safe_load(text))


def corpus(name: str) -> Corpus:
    """The entry of that name. Raises ``UnknownCorpusError``."""
    for entry in catalogue():
        if entry.name == name:
            return entry
    names = ", ".join(entry.name for entry in catalogue())
    raise UnknownCorpusError(f"There is no corpus {name!r}. Choose one of: {names}.")
