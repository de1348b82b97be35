"""The learned second sight: which known danger does a message sound like, beside what the rules can name?

It may only raise a level. It reads the last message, and the last few together, because chest pain now and
sweating three messages later is one picture. Two readers vote: the e5 vector by what
words mean, the wordings by how they are put. How both were trained and what they miss: ``MODEL_CARD.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from math import exp
from typing import TYPE_CHECKING, Any

import yaml

from agent.safety.second_sight.meaning import shortened, vectors
from agent.safety.second_sight.wordings import Wordings
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
    """One question asked of every message: which of these is it, if any?"""

    kinds: tuple[str, ...]
    weights: np.ndarray
    """Over the e5 vector: first the row of "nothing", then one a kind."""
    bias: np.ndarray
    curved: tuple[tuple[np.ndarray, np.ndarray, np.ndarray, float], ...]
    """Small networks over the same vector (one hidden layer: weights, bias, weights out, bias out): is there any?"""
    wordings: np.ndarray
    wordings_bias: float
    mix: tuple[float, float, float, float]
    """How much the log-odds by line, by curve and by wording count, and what is added."""

    def read(self, vector: np.ndarray, words: Callable[[np.ndarray, float], float]) -> tuple[str, float]:
        """The likeliest kind, and the calibrated probability that the message is of any kind."""
        import numpy as np

        scores = self.weights @ vector + self.bias
        there = float(np.logaddexp.reduce(scores[1:]) - scores[0])
        curves = [float(np.maximum(vector @ w + b, 0) @ out + last) for w, b, out, last in self.curved]
        by_line, by_curve, by_wording, added = self.mix
        odds = by_line * there + by_curve * sum(curves) / len(curves)
        odds += by_wording * words(self.wordings, self.wordings_bias) + added
        return self.kinds[int(scores[1:].argmax())], 1 / (1 + exp(-max(-50.0, min(50.0, odds))))


class SecondSight:
    """Loaded once; ``look`` keeps nothing but the readings of texts it has just seen."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        self.card: Mapping[str, Any] = json.loads(bytes(model["card"]).decode())
        self._wordings = Wordings(bytes(model["wordings"]).decode().split("\n"), model["wordings.rarity"])
        self._heads = {
            name: Head(
                tuple(kinds[1:]),
                model[f"{name}.weights"],
                model[f"{name}.bias"],
                tuple(
                    (
                        model[f"{name}.curve{n}.in"].astype("f4"),
                        model[f"{name}.curve{n}.bias"].astype("f4"),
                        model[f"{name}.curve{n}.out"].astype("f4"),
                        float(self.card["curve_bias"][name][n]),
                    )
                    for n in range(len(self.card["curve_bias"][name]))
                ),
                model[f"{name}.wordings"].astype("f4"),
                self.card["wordings_bias"][name],
                tuple(self.card["mix"][name]),
            )
            for name, kinds in self.card["heads"].items()
        }
        # A conversation sent again brings the same texts; they need not be read again.
        self._read = lru_cache(maxsize=256)(self._read_once)

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
        danger, probability = max((self.kind("danger", view) for view in views), key=lambda found: found[1])
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
        return self.kind(head, text)[1]

    def kind(self, head: str, text: str) -> tuple[str, float]:
        """The likeliest kind of the head, and the probability that the message is of any; ``("", 0)`` of no head."""
        return self._read(shortened(text)).get(head, ("", 0.0))

    def threshold(self, head: str, level: str = "emergency") -> float:
        """The probability from which a head speaks; chosen by its false alarms on messages held out of training."""
        return float(self.card["thresholds"][head][level])

    def _read_once(self, text: str) -> Mapping[str, tuple[str, float]]:
        vector = vectors([text])[0]
        places, weights = self._wordings.vector(text)

        def words(coefficients: np.ndarray, bias: float) -> float:
            return float(coefficients[places] @ weights) + bias if places else bias

        return {name: head.read(vector, words) for name, head in self._heads.items()}


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
