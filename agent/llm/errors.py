"""What can go wrong between a question and a model's words."""

from __future__ import annotations

from agent.errors import NotReadyError, WenzhenError


class ModelError(WenzhenError):
    """The model was there but did not give an answer."""


class PromptTooLongError(ModelError):
    """The prompt does not fit the model's context."""


class RemoteModelError(NotReadyError):
    """A remote model does not answer, refuses the key, or knows no such model."""


class WeightsError(NotReadyError):
    """Weights are missing, cannot be fetched or are not what they should be."""
