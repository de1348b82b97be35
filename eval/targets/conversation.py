"""What is measured: anything that one can talk to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from agent.types import Reply
from eval.schema.suite import Sample
from retrieval.passage import Passage


@dataclass(frozen=True)
class Answer:
    """One reply, and whether its fields come from the one who spoke or were read from the words alone."""

    said: str
    reply: Reply
    typed: bool = True
    """``False`` for a chatbot that answers with text only: outcome and level are then read from the words,
    and what words cannot tell (red flags, citations) is not scored."""

    def as_json(self) -> dict[str, Any]:
        return {
            "said": self.said,
            "typed": self.typed,
            "reply": self.reply.model_dump(mode="json", by_alias=True),
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Answer:
        return cls(raw["said"], Reply.model_validate(raw["reply"]), raw["typed"])


Say = Callable[[str], Answer]
"""Say the next thing in one conversation."""


class Target(Protocol):
    """Something to be measured."""

    name: str
    """For people: ``agent``, ``bare model``, an address."""

    def fingerprint(self) -> str:
        """Changes whenever the answers may change; empty where that cannot be known (nothing is cached then)."""
        ...

    def begin(self, sample: Sample, epoch: int) -> Say:
        """A new conversation under the circumstances of ``sample``."""
        ...

    def passage(self, passage_id: str) -> Passage | None:
        """A passage of the corpus that is answered from, for checking quotes; ``None`` where it is not there."""
        ...

    @property
    def has_corpus(self) -> bool:
        """Whether ``passage`` can be asked at all."""
        ...

    def close(self) -> None: ...
