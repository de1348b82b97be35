"""The one way in which the agent asks a model for words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Message = tuple[str, str]
"""``("system" | "user" | "assistant", text)``"""


def stream_text(
    chat_model: BaseChatModel, messages: Sequence[Message], max_tokens: int, **options: Any
) -> Iterator[str]:
    """Yield the answer piece by piece, at most ``max_tokens`` tokens of it.

    Closing the iterator stops the model. Raises a ``WenzhenError`` where the model fails.
    """
    for chunk in chat_model.stream(list(messages), max_tokens=max_tokens, **options):
        if text := str(chunk.text):
            yield text
