"""A suite as it is run: every case written out in full.

Vocabulary as in inspect_ai: a *sample* is one conversation, a *scorer* judges one expectation of it, a
*metric* summarises scores, a *gate* is a metric that a release must reach, an *epoch* is one repetition.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.types import Level, Outcome, Role
from eval.schema.expectation import NOTHING, Expectation
from eval.schema.gates import Gate
from eval.schema.source import Persona, ScriptedTurn, SimulatedPatient, Strict


class Version(Strict):
    """Which version of a case a sample is: the base, or the one in which ``slot`` differs."""

    of: str
    """Id of the base sample."""
    slot: str = ""
    """Empty for the base; ``paraphrase`` for another wording of the whole."""
    value: str = ""
    same: tuple[str, ...] = ("level", "outcome", "advice")


class Sample(Strict):
    """One conversation. ``expect`` judges its last reply, the turns' own expectations theirs."""

    id: str
    tags: tuple[str, ...] = ()
    role: Role = Role.PATIENT
    language: str = "en"
    """The language that the person speaks, ``en`` or ``zh``."""
    set_language: str = "auto"
    """What the caller tells the agent about it."""
    locale: str = "auto"
    persona: Persona | None = None
    turns: tuple[ScriptedTurn, ...] = ()
    patient: SimulatedPatient | None = None
    expect: Expectation = Expectation()
    why: str = ""
    version: Version | None = None

    @property
    def is_base(self) -> bool:
        """Whether this is no mere version of another sample."""
        return self.version is None or not self.version.slot

    def expectations(self, replies: int) -> Iterator[tuple[int, Expectation]]:
        """Every expectation with the turn whose reply it judges, of a conversation of so many replies."""
        for number, turn in enumerate(self.turns):
            if turn.expect != NOTHING:
                yield number, turn.expect
        if replies:
            yield replies - 1, self.expect

    @property
    def expects_emergency(self) -> bool | None:
        """Whether the last reply must (or must not) tell an emergency; ``None`` where neither is said."""
        alarming = {Outcome.EMERGENCY, Outcome.CRISIS}
        outcomes, level = set(self.expect.outcome), self.expect.level
        if (level and level.lowest == Level.EMERGENCY) or (outcomes and outcomes <= alarming):
            return True
        if (level and level.highest < Level.EMERGENCY) or (outcomes and not outcomes & alarming):
            return False
        return None

    @property
    def key(self) -> str:
        """Hash of all that the conversation depends on; expectations are not among it."""
        said = self.model_dump_json(include={"role", "set_language", "locale", "persona", "patient"})
        turns = "\x1f".join(turn.say for turn in self.turns)
        return hashlib.sha256(f"{said}\x1e{turns}".encode()).hexdigest()


@dataclass(frozen=True)
class Suite:
    name: str
    description: str
    gates: tuple[Gate, ...]
    samples: tuple[Sample, ...]
    corpus: Path | None = None
    """Folder of documents to answer from instead of the handbook."""
    path: Path | None = None
