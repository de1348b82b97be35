"""What the page knows of a conversation, and how a turn changes it while it streams. Knows nothing of Gradio."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.errors import NotReadyError, WenzhenError
from agent.safety.locales import locale_for
from agent.sessions import SessionNotYoursError
from agent.types import Event, EventKind, Role
from retrieval.errors import RetrievalError
from ui.render import Shown
from ui.texts import spoken, words

if TYPE_CHECKING:
    from agent.consult import Consultant

OWNER = "page"
"""Conversations of the page; the HTTP API cannot open them, even with the id."""
SESSION_ID = re.compile(r"[A-Za-z0-9_-]{32}")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen at the top of the page."""

    role: Role = Role.PATIENT
    language: str = "auto"
    country: str = "us"


@dataclass(frozen=True, slots=True)
class Talk:
    """One tab's conversation. The id cannot be guessed: who has it, may go on with it."""

    session: str
    turns: tuple[Shown, ...] = ()

    @classmethod
    def new(cls) -> Talk:
        return cls(secrets.token_urlsafe(24))

    @classmethod
    def restored(cls, session: str, consultant: Consultant) -> Talk:
        """The conversation a tab had before it was reloaded; a new one where there is none."""
        if not SESSION_ID.fullmatch(session):
            return cls.new()
        try:
            earlier = consultant.records.sessions.replies(session, OWNER)
        except (SessionNotYoursError, NotReadyError):
            return cls.new()
        return cls(session, tuple(Shown(reply.id, said, reply=reply) for said, reply in earlier))

    def with_last(self, shown: Shown) -> Talk:
        return replace(self, turns=(*self.turns[:-1], shown))

    def stopped(self) -> Talk:
        """The same with a turn that was cut off marked as such."""
        if not self.turns or self.turns[-1].reply is not None or self.turns[-1].error:
            return self
        return self.with_last(replace(self.turns[-1], stopped=True))


def converse(consultant: Consultant, talk: Talk, text: str, choices: Choices) -> Iterator[Talk]:
    """The conversation after each event of one turn. Errors end as a kind sentence inside the turn."""
    shown = Shown(secrets.token_hex(8), text, language=spoken(choices.language, text))
    talk = replace(talk, turns=(*talk.turns, shown))
    yield talk
    try:
        events = consultant.converse(
            text,
            session=talk.session,
            role=choices.role,
            language=choices.language,
            locale=choices.country,
            owner=OWNER,
        )
        for event in events:
            shown = after(shown, event)
            yield talk.with_last(shown)
    except (WenzhenError, RetrievalError) as error:
        yield talk.with_last(replace(shown, error=str(error)))
    except Exception:
        log.exception("a turn of the page failed")
        number = locale_for(choices.country).get("emergency_number", shown.language)
        yield talk.with_last(replace(shown, error=words(shown.language).error.format(number=number)))


def after(shown: Shown, event: Event) -> Shown:
    """The turn as it looks once ``event`` has come."""
    if event.kind is EventKind.STATUS:
        return replace(shown, status=event.text)
    if event.kind is EventKind.ALERT:
        return replace(shown, alert=shown.alert + event.text)
    if event.kind is EventKind.SENTENCE:
        return replace(shown, text=shown.text + event.text)
    return replace(shown, reply=event.reply)
