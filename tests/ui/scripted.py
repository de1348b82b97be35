"""A consultant that says what a test told it to: for control flow only (streams, stops, errors, isolation).

It stands in for the consultant, its records and its engines at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from agent.errors import NotReadyError
from agent.sessions import SessionNotYoursError
from agent.types import Citation, Event, EventKind, Level, Outcome, RedFlag, Reply, Role, Trace, Triage, Turn

PASSAGE = "Migraine is a headache disorder. Attacks last 4 to 72 hours. <script>alert(1)</script> Rest in a dark room."
QUOTE = "Attacks last 4 to 72 hours."


def citation(n: int = 1, **changes: object) -> Citation:
    start = PASSAGE.index(QUOTE)
    values = {
        "n": n,
        "document_id": "condition/migraine",
        "passage_id": "condition/migraine#summary",
        "title": "Migraine",
        "source": "Wenzhen handbook",
        "url": "https://example.org/migraine",
        "published": "2026",
        "section": "Summary",
        "quote": QUOTE,
        "start": start,
        "end": start + len(QUOTE),
        "passage": PASSAGE,
        "review": "none",
    }
    return Citation.model_validate(values | changes)


class Scripted:
    """Echoes what it knows of the conversation. ``chest pain`` is an emergency, ``slow`` waits, ``break`` fails."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, list[tuple[str, Reply]]]] = {}
        self.go_on = threading.Event()
        self.closed: list[str] = []
        self.missing = ""
        self.records = self.sessions = self.engines = self

    def index(self) -> None:
        if self.missing:
            raise NotReadyError(self.missing)

    def keep(self, said: str, reply: Reply) -> bool:
        return True

    def replies(self, session: str, owner: str = "") -> tuple[tuple[str, Reply], ...]:
        whose, turns = self.kept.get(session, (owner, []))
        if whose != owner:
            raise SessionNotYoursError(session)
        return tuple(turns)

    def converse(
        self, text: str, *, session: str, role: Role, language: str, locale: str, owner: str = ""
    ) -> Iterator[Event]:
        earlier = [said for said, _ in self.replies(session, owner)]
        for event in self._answer(
            text, earlier, Turn(text=text, role=role, language=language, session=session)
        ):
            if event.reply is not None:
                self.kept.setdefault(session, (owner, []))[1].append((text, event.reply))
            yield event

    def stream(self, turn: Turn) -> Iterator[Event]:
        yield from self._answer(turn.text, [exchange.said for exchange in turn.history], turn)

    def _answer(self, text: str, earlier: list[str], turn: Turn) -> Iterator[Event]:
        try:
            yield from self._events(text, earlier, turn)
        finally:
            self.closed.append(text)

    def _events(self, text: str, earlier: list[str], turn: Turn) -> Iterator[Event]:
        yield Event(kind=EventKind.STATUS, text="search")
        emergency = "chest pain" in text
        if emergency:
            yield Event(kind=EventKind.ALERT, text="Call the ambulance now.")
        pieces = [f"You said “{text}” after {len(earlier)} earlier: {'; '.join(earlier)}. ", f"{QUOTE} [1]"]
        said = "" if emergency else pieces[0]
        if not emergency:
            yield Event(kind=EventKind.SENTENCE, text=pieces[0])
        if "slow" in text:
            self.go_on.wait(20)
        if "break" in text:
            raise NotReadyError("The index went away. Run `wenzhen index verify`.")
        if "crash" in text:
            raise ZeroDivisionError("secret inside")
        if not emergency:
            yield Event(kind=EventKind.SENTENCE, text=pieces[1])
        flags = (RedFlag(id="chest", evidence="chest pain", turn=len(earlier)),) if emergency else ()
        level = Level.EMERGENCY if emergency else Level.SELF_CARE
        reply = Reply(
            session=turn.session,
            role=turn.role,
            language="zh" if turn.language == "zh" else "en",
            outcome=Outcome.EMERGENCY if emergency else Outcome.ANSWERED,
            text="Call the ambulance now." if emergency else said + pieces[1],
            triage=Triage(
                level=level, floor=level if emergency else None, red_flags=flags, reasons=("A reason.",)
            ),
            citations=() if emergency else (citation(),),
            questions=("Since when?",),
            trace=Trace(
                query=text,
                retrieved=("condition/migraine#summary",),
                timings_ms={"search": 3.2, "total": 12.0},
            ),
        )
        yield Event(kind=EventKind.REPLY, reply=reply)
