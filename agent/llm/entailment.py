"""A natural-language-inference model beside the rules, where one is named (``WENZHEN_NLI=hf:ORG/NAME``). Never needed.

Any sequence classifier whose labels speak of entailment and contradiction will do; it runs on the GPU where there is one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agent.llm.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Inference:
    """Probabilities that a premise entails a sentence and that it contradicts it."""

    entails: float
    contradicts: float


class EntailmentModel:
    """One loaded model. Safe to share: calls take turns."""

    def __init__(self, source: str) -> None:
        """Load a hub id that was pulled, or a local folder.

        Raises:
            WeightsError: the model is not there, or its labels do not speak of entailment.
        """
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        name = source.removeprefix("hf:")
        place = str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(place, local_files_only=True)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(
                place, local_files_only=True
            )
        except (OSError, ValueError) as error:
            raise WeightsError(
                f"The inference model {name} is not here. Run `wenzhen models pull hf:{name}` or unset WENZHEN_NLI."
            ) from error
        labels = {str(text).lower(): int(n) for n, text in self._model.config.id2label.items()}
        self._entails = next((n for text, n in labels.items() if text.startswith("entail")), None)
        self._contradicts = next((n for text, n in labels.items() if text.startswith("contradict")), None)
        if self._entails is None:
            raise WeightsError(
                f"{name} is no inference model: none of its labels ({', '.join(labels)}) is entailment. Name another."
            )
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device).eval()
        self._lock = threading.Lock()

    def infer(self, premise: str, sentence: str) -> Inference:
        """What the model thinks of one pair."""
        import torch

        with self._lock, torch.inference_mode():
            batch = self._tokenizer(
                premise, sentence, return_tensors="pt", truncation=True, max_length=512
            ).to(self._device)
            shares = torch.softmax(self._model(**batch).logits[0].float(), dim=-1).tolist()
        return Inference(
            shares[self._entails] if self._entails is not None else 0.0,
            shares[self._contradicts] if self._contradicts is not None else 0.0,
        )


@cache
def load_entailment(source: str) -> EntailmentModel:
    """The model of a setting, loaded once."""
    return EntailmentModel(source)
