"""The page's own words, English and Chinese, from ``texts.yaml``."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from retrieval.language import detect_language

LANGUAGES = ("en", "zh")


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelWords(Strict):
    word: str
    line: str


class Words(Strict):
    """One language. A missing or unknown key is an error at start, never an empty label on the page."""

    title: str
    tagline: str
    role: str
    roles: dict[str, str]
    language: str
    languages: dict[str, str]
    country: str
    other_country: str
    new: str
    ask_label: str
    placeholder: str
    send: str
    stop: str
    conversation: str
    you: str
    answer: str
    welcome: str
    welcome_text: str
    examples_title: str
    examples: dict[str, tuple[str, ...]]
    notice: str
    notice_number: str
    levels: dict[str, LevelWords]
    outcomes: dict[str, str]
    reasons: str
    your_words: str
    sources: str
    source: str
    open_source: str
    page_number: str
    review_none: str
    reviewed_by: str
    differential: str
    condition: str
    speaks_for: str
    speaks_against: str
    urgency: str
    follow_ups: str
    questions_back: str
    yes: str
    no: str
    warnings: str
    why: str
    why_query: str
    why_passages: str
    why_model: str
    why_dropped: str
    why_guards: str
    why_timings: str
    engines: dict[str, str]
    milliseconds: str
    steps: dict[str, str]
    working: str
    stopped: str
    empty: str
    error_title: str
    error: str
    shortened: str


def words(language: str) -> Words:
    """The words of ``en`` or ``zh``; any other language reads English."""
    return _load()[language if language in LANGUAGES else "en"]


def spoken(chosen: str, text: str) -> str:
    """The language of a turn: as chosen, or as the person wrote."""
    return chosen if chosen in LANGUAGES else detect_language(text)


@cache
def _load() -> dict[str, Words]:
    raw = resources.files("ui").joinpath("texts.yaml").read_text(encoding="utf-8")
    return {language: Words.model_validate(texts) for language, texts in yaml.safe_load(raw).items()}
