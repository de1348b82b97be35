"""A suite file as a person writes it: short forms, defaults, groups, two languages of one case, variants."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from agent.types import Role
from eval.schema.expectation import STRING, Expectation, Names, Phrase, Strict
from eval.schema.gates import Gate

_ID = r"^[a-z0-9]+([._-][a-z0-9]+)*$"
_SLUG: dict[str, Any] = {"type": "string", "pattern": _ID}
SAME = ("level", "outcome", "advice")
"""What may not change between the versions of one case."""


class Persona(Strict):
    """Who speaks. A simulated patient answers questions about itself from here; scripted turns only document it."""

    age: Annotated[str, WithJsonSchema({"type": ["string", "integer"]})] = ""
    sex: Literal["", "female", "male"] = ""
    about: str = ""
    """Anything else worth knowing, for readers."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING,)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"about": value} if isinstance(value, str) else value

    @field_validator("age", mode="before")
    @classmethod
    def _years(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value


class Fact(Strict):
    """One thing that a simulated patient tells when asked for it."""

    say: str = Field(min_length=1)
    """What the patient answers, in their own words."""
    asked: Phrase = ()
    """Words of a question that this answers; without them the symptoms named in ``say`` decide."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING,)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"say": value} if isinstance(value, str) else value


class SimulatedPatient(Strict):
    """Begins with ``opening``, knows the facts, answers only what is asked, and never volunteers the rest."""

    opening: str = Field(min_length=1)
    facts: tuple[Fact, ...] = ()
    absent: Names = ()
    """Findings that the patient does not have, in plain words; asked about, they are denied."""
    goal: str = ""
    """What the patient wants of the conversation, for readers and for a model that plays the patient."""
    unknown: str = ""
    """Answer to anything else; by default "I don't know" in the language of ``opening``."""
    max_turns: int = Field(default=6, ge=1, le=40)


class ScriptedTurn(Strict):
    """One message, with what its reply must be."""

    say: str = Field(min_length=1)
    expect: Expectation = Expectation()

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING,)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"say": value} if isinstance(value, str) else value


def _turns(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Turns = Annotated[tuple[ScriptedTurn, ...], BeforeValidator(_turns)]


class Shared(Expectation):
    """What a case, a group of cases and a suite's defaults have in common.

    Expectations stand directly beside the other fields; ``expect`` spells the same out, ``expect_en`` and
    ``expect_zh`` hold for one language only and win.
    """

    tags: Names = ()
    why: str = ""
    """What this guards against, for whoever reads a failure."""
    role: Role | None = None
    set_language: Literal["auto", "en", "zh"] | None = None
    """What the caller tells the agent about the language; ``auto`` unless said."""
    locale: str | None = None
    persona: Persona | None = None
    expect: Expectation = Expectation()
    expect_en: Expectation = Expectation()
    expect_zh: Expectation = Expectation()
    same: Annotated[
        tuple[Literal["level", "outcome", "advice"], ...] | None,
        WithJsonSchema({"type": "array", "items": {"enum": list(SAME)}}),
    ] = None
    """What must not change between the versions of one case; all three unless said."""

    def expectation(self, language: str) -> Expectation:
        """The expectation for a case in ``language``, most particular last."""
        direct = Expectation(**{name: getattr(self, name) for name in self.given})
        own = self.expect_zh if language == "zh" else self.expect_en
        return direct.merged(self.expect).merged(own)


def _texts(value: Any) -> Any:
    """Slot values may be numbers."""
    if not isinstance(value, dict):
        return value
    return {
        slot: [str(one) if isinstance(one, int | float) else one for one in values]
        if isinstance(values, list)
        else values
        for slot, values in value.items()
    }


_VALUES: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 2},
}
Slots = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_texts), WithJsonSchema(_VALUES)]


class CaseSource(Shared):
    """One case. A bare string or list of strings is its turns; ``en`` and ``zh`` make two cases of it."""

    id: str | None = Field(default=None, pattern=_ID)
    say: str | None = None
    """The one message of a case of one turn."""
    turns: Turns = ()
    en: Turns = ()
    """The English wording; the case then gets ``-en`` to its id and the tag ``en``."""
    zh: Turns = ()
    patient: SimulatedPatient | None = None
    """A conversation with a simulated patient instead of turns."""
    variants: Slots = Field(default_factory=dict)
    """Slots of the text, ``{age}``, with their values; the first of each makes the base, every other one a
    version of the case in which only that slot differs."""
    variants_zh: Slots = Field(default_factory=dict)
    """The slots' values for the Chinese wording, where they differ."""
    paraphrases: Names = ()
    """The whole of the last message in other words; each is a version of the case."""
    paraphrases_zh: Names = ()

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (STRING,)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"say": value}
        return {"turns": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _says_something_once(self) -> CaseSource:
        ways = [bool(self.say), bool(self.turns), bool(self.en or self.zh), self.patient is not None]
        if sum(ways) != 1:
            raise ValueError(
                "a case has either `say`, or `turns`, or wordings in `en` and `zh`, or a `patient`; "
                f"currently, it has {'none' if not any(ways) else 'several'} of them"
            )
        if not self.en and not self.zh and (self.variants_zh or self.paraphrases_zh):
            raise ValueError("variants_zh and paraphrases_zh go with a wording in `zh`")
        for slots in (self.variants, self.variants_zh):
            for slot, values in slots.items():
                if len(values) < 2:
                    raise ValueError(f"the slot {slot!r} needs at least two values")
        if self.patient is not None and (self.variants or self.paraphrases):
            raise ValueError("a simulated patient has no variants or paraphrases")
        return self


def _cases(value: Any) -> Any:
    """A mapping of ids to cases is a list of cases with ids."""
    if not isinstance(value, dict):
        return value
    return [_with_id(str(name), case) for name, case in value.items()]


def _with_id(name: str, case: Any) -> Any:
    if isinstance(case, str):
        return {"id": name, "say": case}
    if isinstance(case, list):
        return {"id": name, "turns": case}
    return {"id": name, **case} if isinstance(case, dict) else case


Cases = Annotated[tuple[CaseSource, ...], BeforeValidator(_cases)]


class GroupSource(Shared):
    """Cases that share expectations and tags."""

    group: str = Field(default="", pattern=rf"^$|{_ID}")
    """Goes before the ids of its cases, ``group-case``, when given."""
    cases: Cases = Field(min_length=1)


class SuiteSource(Strict):
    """A suite file."""

    suite: str = Field(pattern=_ID)
    description: str
    authors: Names = ()
    """Who wrote or reviewed it, by role (``nurse``, ``engineer``), for readers."""
    sources: Names = ()
    """Where its thresholds and expectations come from."""
    corpus: str = ""
    """Folder beside the suite file whose documents are answered from, instead of the handbook."""
    gates: tuple[Gate, ...] = Field(min_length=1)
    defaults: Shared = Shared()
    cases: Cases = ()
    samples: Cases = ()
    """The same as ``cases``."""
    groups: tuple[GroupSource, ...] = ()
