"""The learned second sight: which known danger does a message sound like, beside what the rules can name?

It may only raise a level. It reads the last message, and the last few together, because chest pain now and
sweating three messages later is one picture. Two readers vote: the encoder by what words mean, the wordings by how
they are put. How both were trained and what they miss: ``MODEL_CARD.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from math import exp
from typing import TYPE_CHECKING, Any

from agent.introductions import without_introductions
from agent.safety.second_sight.dangers import known_dangers
from agent.safety.second_sight.encoder import Encoder, Read
from agent.safety.second_sight.wordings import Wordings, shortened
from agent.types import Level

if TYPE_CHECKING:
    import numpy as np

MODEL = "model.npz"
PIECES = "pieces.npz"
TOGETHER = 4
"""Messages that are also read as one."""
GENERAL = "general"
SURE = 0.6
"""Share of a kind among all kinds from which it is named; below, it was right in two of five messages held out."""


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
    """Over the encoder's vector: first the row of "nothing", then one a kind."""
    bias: np.ndarray
    wordings: np.ndarray
    wordings_bias: float
    mix: tuple[float, float, float]
    """How much the log-odds by meaning and by wording count, and what is added."""

    def ask(self, vector: np.ndarray, pieces: list[int], shares: list[float]) -> tuple[str, float]:
        """The likeliest kind, and the calibrated probability that the message is of any kind.

        Where no kind is likely enough among them and the head has a general one, it is that.
        """
        import numpy as np

        scores = self.weights @ vector + self.bias
        best = int(scores[1:].argmax())
        sure = float(np.exp(scores[1 + best] - np.logaddexp.reduce(scores[1:]))) >= SURE
        kind = self.kinds[best] if sure or GENERAL not in self.kinds else GENERAL
        meaning = float(np.logaddexp.reduce(scores[1:]) - scores[0])
        wording = float(self.wordings[pieces] @ shares) + self.wordings_bias if pieces else self.wordings_bias
        by_meaning, by_wording, added = self.mix
        odds = by_meaning * meaning + by_wording * wording + added
        return kind, 1 / (1 + exp(-max(-50.0, min(50.0, odds))))


class SecondSight:
    """Loaded once; keeps nothing but the readings of texts it has just seen."""

    def __init__(self, model: Mapping[str, Any], pieces: Mapping[str, Any]) -> None:
        self.card: Mapping[str, Any] = json.loads(bytes(model["card"]).decode())
        self._encoder = Encoder(model, pieces)
        self._wordings = Wordings(bytes(model["wordings"]).decode().split("\n"), model["wordings.rarity"])
        self._heads = {
            name: Head(
                tuple(kinds[1:]),
                model[f"{name}.weights"],
                model[f"{name}.bias"],
                model[f"{name}.wordings"].astype("f4"),
                self.card["wordings_bias"][name],
                tuple(self.card["mix"][name]),
            )
            for name, kinds in self.card["heads"].items()
        }
        # A conversation sent again brings the same texts; they need not be read again.
        self._read = lru_cache(maxsize=1024)(self._encoder.read)
        self._asked = lru_cache(maxsize=1024)(self._ask_all)

    @classmethod
    def load(cls) -> SecondSight:
        """Raises ``OSError`` or ``ValueError`` where the shipped file is missing or damaged."""
        return _loaded()

    def look(self, said: Sequence[str]) -> Sighting | None:
        """The most likely danger in the last message or in the last few together; ``None`` below the thresholds."""
        if not said or not said[-1].strip():
            return None
        views = [self._asked(_heard(said[-1]))["danger"]]
        if len(said) > 1:
            views.append(self._together(said[-TOGETHER:]))
        danger, probability = max(views, key=lambda found: found[1])
        thresholds = self.card["thresholds"]["danger"]
        if probability >= thresholds["emergency"]:
            level = Level.EMERGENCY
        elif probability >= thresholds["urgent"]:
            level = Level.URGENT
        else:
            return None
        known = known_dangers()[danger]
        text = known["text"] if level == Level.EMERGENCY else "urgent-general"
        return Sighting(danger, probability, level, len(said) - 1, text, known)

    def probability(self, head: str, text: str) -> float:
        """That the message is of the head's kind at all."""
        return self.kind(head, text)[1]

    def kind(self, head: str, text: str) -> tuple[str, float]:
        """The likeliest kind of the head, and the probability that the message is of any; ``("", 0)`` of no head."""
        return self._asked(_heard(text)).get(head, ("", 0.0))

    def threshold(self, head: str, level: str = "emergency") -> float:
        """The probability from which a head speaks; chosen by its false alarms on messages held out of training."""
        return float(self.card["thresholds"][head][level])

    def _ask_all(self, text: str) -> Mapping[str, tuple[str, float]]:
        vector, words = self._read(text).vector, self._wordings.vector(text)
        return {name: head.ask(vector, *words) for name, head in self._heads.items()}

    def _together(self, said: Sequence[str]) -> tuple[str, float]:
        """The danger in several messages as one: each is read once, and the mean is over all their tokens."""
        import numpy as np

        heard = [_heard(text) for text in said]
        reads: list[Read] = [self._read(text) for text in heard]
        states = np.stack([read.vector * read.tokens for read in reads])
        vector = states.sum(axis=0) / sum(read.tokens for read in reads)
        return self._heads["danger"].ask(vector, *self._wordings.vector(shortened(". ".join(heard))))


def _heard(text: str) -> str:
    """A message as it is read: who somebody is and where they come from must not move a level; an age may."""
    return shortened(without_introductions(text, keep_ages=True))


@cache
def _loaded() -> SecondSight:
    return SecondSight(_arrays(MODEL), _arrays(PIECES))


def _arrays(name: str) -> Mapping[str, Any]:
    import numpy as np

    path = resources.files("agent.safety.second_sight").joinpath(name)
    with resources.as_file(path) as file, np.load(file, allow_pickle=False) as model:
        return {part: model[part] for part in model.files}
