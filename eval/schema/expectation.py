"""What one reply must be. Everything left out is not judged."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from agent.types import Level, Outcome

LevelName = Literal["none", "self_care", "routine", "urgent", "emergency"]
_LEVELS = "none|self_care|routine|urgent|emergency"
_LEVEL_SCHEMA = rf"^((>=|<=)\s*)?({_LEVELS})(\s*\.\.\s*({_LEVELS}))?$"
_LEVEL = re.compile(rf"(?:(?P<sign>>=|<=)\s*)?(?P<first>{_LEVELS})(?:\s*\.\.\s*(?P<last>{_LEVELS}))?")


class Strict(BaseModel):
    """Base of everything a suite says: frozen, strict about unknown fields, and open about its short forms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ()
    """JSON schemas of what may be written instead of the fields, for editors."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [*cls.short_forms, schema]} if cls.short_forms else schema


STRING: dict[str, Any] = {"type": "string"}
STRINGS: dict[str, Any] = {"type": "array", "items": STRING}
_ONE_OR_MANY: dict[str, Any] = {"anyOf": [STRING, STRINGS]}


def _phrase(value: Any) -> Any:
    """``"a|b"`` and ``[a, b]`` are one phrase with two synonyms; a regular expression is left whole."""
    if isinstance(value, str):
        return [value] if is_pattern(value) else [part for part in value.split("|") if part]
    return value


def many(value: Any) -> Any:
    """A single value where a list may stand."""
    return [value] if isinstance(value, str | dict | BaseModel) else value


def is_pattern(phrase: str) -> bool:
    """``/…/`` is a regular expression, anything else stands for itself."""
    return len(phrase) > 2 and phrase.startswith("/") and phrase.endswith("/")


def _compiles(phrase: tuple[str, ...]) -> tuple[str, ...]:
    if not all(phrase) or not phrase:
        raise ValueError("the phrase is empty")
    for one in phrase:
        if is_pattern(one):
            try:
                re.compile(one[1:-1])
            except re.error as error:
                raise ValueError(f"{one} is no regular expression: {error}") from error
    return phrase


Phrase = Annotated[
    tuple[str, ...], BeforeValidator(_phrase), AfterValidator(_compiles), WithJsonSchema(_ONE_OR_MANY)
]
"""Synonyms of which one is enough; ``/…/`` is a regular expression."""
Phrases = Annotated[
    tuple[Phrase, ...],
    BeforeValidator(many),
    WithJsonSchema({"anyOf": [STRING, {"type": "array", "items": _ONE_OR_MANY}]}),
]
Names = Annotated[tuple[str, ...], BeforeValidator(many), WithJsonSchema(_ONE_OR_MANY)]
Outcomes = Annotated[
    tuple[Outcome, ...],
    BeforeValidator(many),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [outcome.value for outcome in Outcome]},
                {"type": "array", "items": {"enum": [outcome.value for outcome in Outcome]}},
            ]
        }
    ),
]


class LevelExpectation(Strict):
    """``urgent`` (exactly), ``">=urgent"``, ``"<=routine"``, ``self_care..urgent``, or the fields spelled out."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "string", "pattern": _LEVEL_SCHEMA},)

    exactly: LevelName | None = None
    at_least: LevelName | None = None
    at_most: LevelName | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _LEVEL.fullmatch(value.strip())
        if found is None:
            raise ValueError(
                f"a level is one of {_LEVELS.replace('|', ', ')}, as it stands, with >= or <=, or low..high; "
                f"currently, it is {value!r}"
            )
        if found["last"]:
            return {"at_least": found["first"], "at_most": found["last"]}
        return {{">=": "at_least", "<=": "at_most", None: "exactly"}[found["sign"]]: found["first"]}

    @model_validator(mode="after")
    def _possible(self) -> LevelExpectation:
        if self.lowest > self.highest:
            raise ValueError(f"no level is both {self}")
        return self

    @property
    def lowest(self) -> Level:
        return Level.parse(self.exactly or self.at_least or "none")

    @property
    def highest(self) -> Level:
        return Level.parse(self.exactly or self.at_most or "emergency")

    def allows(self, level: Level) -> bool:
        return self.lowest <= level <= self.highest

    def __str__(self) -> str:
        if self.exactly:
            return self.exactly
        return " and ".join(
            f"{name.replace('_', ' ')} {value}"
            for name, value in (("at_least", self.at_least), ("at_most", self.at_most))
            if value
        )


class RedFlagExpectation(Strict):
    """``any``, ``none``, a list of ids that must all be raised, or the fields spelled out."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING, STRINGS)

    all: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    some: bool | None = None
    """``true``: at least one flag, whichever; ``false``: none at all."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if value in ("any", "none"):
            return {"some": value == "any"}
        if isinstance(value, str):
            parts = value.split("|")
            return {"any_of": parts} if len(parts) > 1 else {"all": parts}
        return {"all": value} if isinstance(value, list | tuple) else value


class CitationExpectation(Strict):
    """``1`` (at least so many), a document, or the fields spelled out."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "integer", "minimum": 0}, STRING)

    at_least: int = Field(default=1, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    document: str | None = None
    """Id of a document or card, ``condition/migraine``; any of several separated by ``|``."""
    source: Phrase | None = None
    """Publisher or collection of one of the citations, in part."""
    quote: Phrase | None = None
    """Words that one of the quotes must hold."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"at_least": value} if value else {"at_least": 0, "at_most": 0}
        return {"document": value} if isinstance(value, str) else value


class Meaning(Strict):
    """A sentence that the reply must (or must not) say in whatever words, by nearness of e5 vectors."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING,)

    text: str = Field(min_length=1)
    threshold: float = Field(default=0.88, ge=0, le=1)
    """Cosine from which a sentence of the reply counts as saying it (multilingual e5: unrelated texts reach
    0.78, rewordings 0.88 and more)."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class DiagnosisExpectation(Strict):
    """A condition that the differential must hold among its first ``top``."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING,)

    name: Phrase
    """Names or ICD-10 codes, any of which is right."""
    top: int = Field(default=3, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Expectation(Strict):
    """What one reply must be. Everything left out is not judged."""

    outcome: Outcomes = ()
    """One, or several of which any is right."""
    level: LevelExpectation | None = None
    red_flags: RedFlagExpectation | None = None
    crisis: bool | None = None
    """Whether the reply must be (``true``) or must not be (``false``) the one for a person in crisis."""
    category: Phrase | None = None
    """Category of a refusal."""
    cites: CitationExpectation | None = None
    must_say: Phrases = ()
    """Each must stand in the text, without regard to case; synonyms separated by ``|``."""
    must_not_say: Phrases = ()
    must_mean: Annotated[tuple[Meaning, ...], BeforeValidator(many)] = ()
    must_not_mean: Annotated[tuple[Meaning, ...], BeforeValidator(many)] = ()
    must_ask: bool | Phrases = False
    """``true``: at least one question is asked back; phrases: each stands in a question asked back."""
    must_not_ask: bool = False
    diagnosis: DiagnosisExpectation | None = None
    language: Literal["en", "zh"] | None = None
    reading_ease: float | None = Field(default=None, le=100)
    """At least so much Flesch reading ease (English; 60 is plain English). Not scored for Chinese."""
    sentence_length: float | None = Field(default=None, gt=0)
    """At most so many words (Chinese: characters) a sentence on average."""
    max_chars: int | None = Field(default=None, gt=0)
    """Length of the whole reply."""
    max_ms: float | None = Field(default=None, gt=0)
    """Agent time of the turn."""
    supported: float | None = Field(default=None, ge=0, le=1)
    """Least share of the claims that stand when each is checked against its quotes anew."""
    no_dose: bool = False
    """No amount of a medicine to take is named."""
    rubric: Names = ()
    """Statements about the reply that a judge model must find true; not scored where there is no judge."""

    def merged(self, over: Expectation) -> Expectation:
        """This one with every field that ``over`` gives replaced by it."""
        given = {name: getattr(over, name) for name in over.given}
        mine = {name: getattr(self, name) for name in self.given}
        return Expectation(**{**mine, **given})

    @property
    def given(self) -> frozenset[str]:
        """Names of the fields that were written down."""
        return frozenset(self.model_fields_set & Expectation.model_fields.keys())


NOTHING = Expectation()
