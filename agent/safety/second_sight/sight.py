"""The learned second sight: which known danger does a message sound like, beside what the rules can name?

It may only raise a level. It reads the last message, and the last few together, because chest pain now and
sweating three messages later is one picture. How it was trained and what it misses: ``MODEL_CARD.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from agent.types import Level

if TYPE_CHECKING:
    import numpy as np

MODEL = "model.npz"
TOGETHER = 4
"""Messages that are also read as one."""


@dataclass(frozen=True)
class Sighting:
    """A danger that a message sounds like."""

    danger: str
    """One of ``dangers.yaml``."""
    probability: float
    """Calibrated, that the message needs emergency care."""
    level: Level
    turn: int
    text: str
    """Name of the hand-written text under ``prompts/emergency``."""
    name: Mapping[str, str]


@dataclass(frozen=True)
class Head:
    """A linear layer over the message's vector."""

    classes: tuple[str, ...]
    """The first, empty, says that nothing is there."""
    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        import numpy as np

        scores = vectors @ self.weights.T + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        result: np.ndarray = scores / scores.sum(axis=1, keepdims=True)
        return result


class SecondSight:
    """Loaded once; ``look`` keeps nothing but the vectors of texts it has just read."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        from agent.safety.second_sight.encoder import SightEncoder
        from agent.safety.second_sight.weights import PREFIX

        self.card: Mapping[str, Any] = json.loads(bytes(model["card"]).decode())
        encoder = SightEncoder(
            {name[len(PREFIX) :]: bytes(model[name]) for name in model if name.startswith(PREFIX)}
        )
        self._heads = {
            name: Head(tuple(classes), model[f"{name}.weights"], model[f"{name}.bias"])
            for name, classes in self.card["heads"].items()
        }
        # A conversation sent again brings the same texts; they need not be read again.
        self._vector = lru_cache(maxsize=256)(lambda text: encoder.vectors([text])[0])

    @classmethod
    def load(cls) -> SecondSight:
        """Raises ``OSError`` or ``ValueError`` where the shipped file is missing or damaged."""
        return _loaded()

    def look(self, said: Sequence[str]) -> Sighting | None:
        """The most likely danger in the last message or in the last few together; ``None`` below the thresholds."""
        if not said or not said[-1].strip():
            return None
        views = [said[-1]]
        if len(said) > 1:
            views.append(". ".join(said[-TOGETHER:]))
        best = max((self._danger(view) for view in views), key=lambda found: found[1])
        danger, probability = best
        thresholds = self.card["thresholds"]["danger"]
        if probability >= thresholds["emergency"]:
            level = Level.EMERGENCY
        elif probability >= thresholds["urgent"]:
            level = Level.URGENT
        else:
            return None
        known = _dangers()[danger]
        text = known["text"] if level == Level.EMERGENCY else "urgent-general"
        return Sighting(danger, probability, level, len(said) - 1, text, known)

    def probability(self, head: str, text: str) -> float:
        """That the message is of the head's kind at all."""
        return 1 - float(self._probabilities(head, text)[0])

    def _danger(self, text: str) -> tuple[str, float]:
        p = self._probabilities("danger", text)
        return self._heads["danger"].classes[1 + int(p[1:].argmax())], 1 - float(p[0])

    def _probabilities(self, head: str, text: str) -> np.ndarray:
        row: np.ndarray = self._heads[head].probabilities(self._vector(text)[None, :])[0]
        return row


@cache
def _loaded() -> SecondSight:
    import numpy as np

    path = resources.files("agent.safety.second_sight").joinpath(MODEL)
    with resources.as_file(path) as file, np.load(file, allow_pickle=False) as model:
        return SecondSight({name: model[name] for name in model.files})


@cache
def _dangers() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("agent.safety.second_sight").joinpath("dangers.yaml").read_text("utf-8")
    known: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return known
