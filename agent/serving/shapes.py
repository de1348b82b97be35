"""Request bodies, and replies in the shape that OpenAI-compatible clients expect."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator

from agent.types import Exchange, Reply, Role

Language = Literal["auto", "en", "zh"]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
MODEL_NAME = "wenzhen"


class ConsultRequest(BaseModel):
    """A batch line (``turns``), or one message (``text``) of a conversation that the server remembers."""

    id: str | None = Field(None, description="Yours; handed back with `?all=1`.")
    text: Said | None = Field(None, description="One message. Send `session` of the last reply to go on.")
    session: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    turns: list[Said] | None = Field(
        None, min_length=1, description="A whole conversation, oldest first; nothing is kept."
    )
    role: Role = Role.PATIENT
    language: Language = "auto"
    locale: str | None = Field(
        None, max_length=16, description="Whose emergency number to show: us, gb, cn, …"
    )

    @model_validator(mode="after")
    def _one_way_of_asking(self) -> ConsultRequest:
        if (self.text is None) == (self.turns is None):
            raise ValueError("send either `text` (one message) or `turns` (a whole conversation)")
        if self.turns is not None and self.session is not None:
            raise ValueError("`session` goes with `text`; a conversation sent as `turns` is not remembered")
        return self


class TextPart(BaseModel):
    type: str
    text: str = ""


class ChatMessage(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    @property
    def plain(self) -> str:
        """The text of the message; parts that are not text are left out."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text").strip()
        return (self.content or "").strip()


class ChatOptions(BaseModel):
    """What the OpenAI format has no field for; send it as ``wenzhen``."""

    role: Role = Role.PATIENT
    language: Language = "auto"
    locale: str | None = Field(None, max_length=16)


class ChatRequest(BaseModel):
    """An OpenAI chat completion request; knobs of a language model (``temperature`` …) are accepted and unused."""

    model: str = MODEL_NAME
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False
    wenzhen: ChatOptions = Field(default_factory=lambda: ChatOptions(locale=None))

    @model_validator(mode="after")
    def _ends_with_the_user(self) -> ChatRequest:
        if self.messages[-1].role != "user" or not self.messages[-1].plain:
            raise ValueError("the last of `messages` must be a user message with text")
        return self

    @property
    def text(self) -> str:
        return self.messages[-1].plain

    def history(self) -> tuple[Exchange, ...]:
        """The earlier messages as exchanges. System messages are left out: nobody talks the agent out of its rules."""
        exchanges: list[Exchange] = []
        for message in self.messages[:-1]:
            if message.role == "user" and message.plain:
                exchanges.append(Exchange(said=message.plain, replied=""))
            elif message.role == "assistant" and exchanges:
                last = exchanges[-1]
                replied = "\n\n".join(part for part in (last.replied, message.plain) if part)
                exchanges[-1] = last.model_copy(update={"replied": replied})
        return tuple(exchanges)


def completion(reply: Reply) -> dict[str, Any]:
    """A whole ``chat.completion`` with the rest of the reply in ``wenzhen``."""
    message = {"role": "assistant", "content": reply.text}
    return {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL_NAME,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "wenzhen": extra(reply),
    }


def chunk(
    completion_id: str, created: int, delta: dict[str, str], reply: Reply | None = None
) -> dict[str, Any]:
    """One ``chat.completion.chunk``; the last one carries ``finish_reason`` and the reply's ``wenzhen`` field."""
    choice = {"index": 0, "delta": delta, "finish_reason": None if reply is None else "stop"}
    body: dict[str, Any] = {
        "id": completion_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": MODEL_NAME,
        "choices": [choice],
    }
    if reply is not None:
        body["wenzhen"] = extra(reply)
    return body


def extra(reply: Reply) -> dict[str, Any]:
    """The reply as JSON without what the OpenAI fields say already."""
    return reply.model_dump(mode="json", exclude={"text", "session"})
