"""The spine: one turn in, events out, the last of which is the complete reply.

Reads top to bottom like the path of a turn: screen, guard, understand, search, budget, generate, ground,
guard the output, triage, record. Everything before the search works with no model and no index; how the answer is
chosen and written after it is ``agent/respond.py``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType

from agent.abstain import enough, speaks_of
from agent.asked import asks, completed, questions_in
from agent.clock import Clock
from agent.complaint import ANCHORS, section, shown
from agent.compose import aspects_of
from agent.draft import Draft
from agent.engines import Engines
from agent.records import Records
from agent.respond import Response
from agent.rewrite import for_search, full_question
from agent.safety.guards import GuardFinding
from agent.safety.screen import Screening, screen, warm_up
from agent.sessions import exchange_of
from agent.settings import Settings
from agent.skills.differential import Candidate, Reasoner, as_values
from agent.topics import topic_first, turned_on
from agent.triage import decide, estimate
from agent.types import Event, EventKind, Exchange, Level, Outcome, Reply, Role, Turn
from agent.understand import Understanding, understand
from prompts.phrases import phrase
from retrieval.passage import Hit
from retrieval.search import Filters, Index

_AUDIENCE = {
    Role.PATIENT: frozenset({"any", "patient"}),
    Role.CLINICIAN: frozenset({"any", "patient", "clinician"}),
}


DEEP = 60
"""Hits among which the card that a question names is looked for."""
OF_THE_NAMED = 4
"""Its passages that are added where it is not among the first hits."""


class Consultant:
    """Answers turns. One instance serves many conversations and threads; it keeps no conversation itself."""

    def __init__(self, settings: Settings, engines: Engines, records: Records) -> None:
        warm_up()
        self.settings = settings
        self.engines = engines
        self.records = records

    # -- a turn ---------------------------------------------------------------------------------

    def stream(self, turn: Turn) -> Iterator[Event]:
        """Walk one turn. The events' texts, concatenated, are the reply's text; the last event is the reply."""
        clock = Clock()
        draft = Draft(turn, self.settings, clock)
        with clock.step("screen"):
            screening = screen(turn, draft.language)
        draft.screened(screening)

        if screening.ends_turn:
            yield from draft.say(screening.text(draft.numbers), kind=EventKind.ALERT)
            yield draft.finish(screening.outcome)
            return
        yield from draft.say(screening.reminder(draft.numbers), kind=EventKind.ALERT)

        with clock.step("guard"):
            finding = self.engines.guard(turn)
        if finding is not None:
            yield from self._declined(draft, finding)
            return

        with clock.step("understand"):
            understanding = understand(completed(turn), screening.findings)
            draft.query = full_question(
                turn.text, turn.history, own_topic=self.engines.names_a_topic(turn.text)
            )
            candidates = self._candidates(understanding)
            likely = self._candidates(understanding, in_practice=True)
            draft.differential = as_values(candidates, draft.language)
            self._judge(draft, screening, understanding, likely)

        yield draft.status("search")
        with clock.step("search"):
            index = self.engines.index()
            draft.corpus(index)
            hits = self._search(index, draft, turn.role)

        yield draft.status("answer")
        response = Response(
            draft,
            understanding,
            candidates,
            likely,
            self._unchanged(turn, screening, understanding, likely),
            index,
            hits,
            self.engines,
            self.settings,
        )
        yield from response.urgency()
        yield from response.answer()
        if draft.ledger.citations:
            yield from response.ask_more()
            yield draft.finish(Outcome.EMERGENCY if screening.pinned_emergency else Outcome.ANSWERED)
        else:
            yield from response.without_an_answer()

    def ask(self, turn: Turn) -> Reply:
        """The reply alone."""
        for event in self.stream(turn):
            if event.reply is not None:
                reply = event.reply
        self.records.keep(turn.text, reply)
        return reply

    # -- conversations ---------------------------------------------------------------------------

    def converse(
        self,
        text: str,
        *,
        session: str,
        role: Role = Role.PATIENT,
        language: str = "auto",
        locale: str = "",
        owner: str = "",
    ) -> Iterator[Event]:
        """One turn of a stored conversation: its history is loaded first and the reply kept afterwards.

        Raises:
            SessionNotYoursError: the session was begun by another owner.
        """
        history = self.records.history(session, owner)
        turn = Turn(
            text=text,
            role=role,
            language=language,
            locale=locale or self.settings.locale,
            session=session,
            history=history,
        )
        for event in self.stream(turn):
            if event.reply is not None and not self.records.keep(
                text, event.reply, session=session, owner=owner
            ):
                warning = phrase("warn_not_kept", event.reply.language)
                kept = event.reply.model_copy(update={"warnings": (*event.reply.warnings, warning)})
                event = event.model_copy(update={"reply": kept})
            yield event

    def talk(
        self, turns: Sequence[str], *, role: Role = Role.PATIENT, language: str = "auto", locale: str = "auto"
    ) -> list[Reply]:
        """A whole conversation at once, one reply a turn; nothing of it is stored but the audit."""
        session = uuid.uuid4().hex
        history: tuple[Exchange, ...] = ()
        replies: list[Reply] = []
        for text in turns:
            turn = Turn(
                text=text, role=role, language=language, locale=locale, session=session, history=history
            )
            replies.append(self.ask(turn))
            history = (*history, exchange_of(text, replies[-1]))
        return replies

    def close(self) -> None:
        self.engines.close()

    def __enter__(self) -> Consultant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the steps -------------------------------------------------------------------------------

    def _declined(self, draft: Draft, finding: GuardFinding) -> Iterator[Event]:
        draft.declined(finding)
        yield from draft.say(draft.refusal_text(finding))
        outcome = Outcome.REDIRECTED if finding.action == "redirect" else Outcome.REFUSED
        yield draft.finish(outcome)

    def _candidates(
        self, understanding: Understanding, *, in_practice: bool = False
    ) -> tuple[Candidate, ...]:
        if not understanding.specific:
            return ()
        return Reasoner.load().rank(
            understanding.present, understanding.denied, understanding.person, in_practice=in_practice
        )

    def _unchanged(
        self, turn: Turn, screening: Screening, now: Understanding, likely: Sequence[Candidate]
    ) -> bool:
        """Whether a message only answers what was asked back, and leaves the picture as it was."""
        answers = bool(turn.history) and bool(questions_in(turn.history[-1].replied)) and now.complaint
        if not answers or asks(turn.text) or screening.lasting >= Level.URGENT:
            return False
        last = len(turn.history)
        before = understand(completed(turn)[:last], [f for f in screening.findings if f.turn < last])
        then = self._candidates(before, in_practice=True)
        if not then or [one.card.id for one in shown(then)] != [one.card.id for one in shown(likely)]:
            return False
        levels = {
            estimate(some, one.circumstances, "en").level for some, one in ((then, before), (likely, now))
        }
        return len(levels) == 1

    def _judge(
        self,
        draft: Draft,
        screening: Screening,
        understanding: Understanding,
        likely: Sequence[Candidate],
    ) -> None:
        opinion = (
            estimate(likely, understanding.circumstances, draft.language) if understanding.complaint else None
        )
        draft.triage = decide(
            floor=screening.floor,
            pinned=screening.pinned,
            red_flags=screening.red_flags,
            flag_reasons=screening.reasons,
            opinion=opinion,
            model=None,
            language=draft.language,
        )

    def _search(self, index: Index, draft: Draft, role: Role) -> list[Hit]:
        """Passages in the person's language where there are any, else in any language."""
        query = for_search(draft.query)
        audience = _AUDIENCE[role]
        k = self.settings.top_k * (2 if role is Role.CLINICIAN else 1)
        filters = Filters(audience=audience, language=draft.language)
        found = index.search(query, DEEP, filters=filters)
        hits = topic_first(draft.query, _with_the_named(draft.query, found, k, index, draft.language))
        if not enough(query, hits, index) and not speaks_of(query, hits, index):
            anywhere = index.search(query, k, filters=Filters(audience=audience))
            hits = anywhere if enough(query, anywhere, index) else hits
        draft.retrieved = tuple(hit.passage.id for hit in hits)
        return hits


def _with_the_named(query: str, found: Sequence[Hit], k: int, index: Index, language: str) -> list[Hit]:
    """The first ``k`` hits, and of the card that the question turns on what others have crowded out.

    "First signs of diabetes" is answered by the section on symptoms, which nobody finds by the word "first".
    """
    cards = turned_on(query)
    hits, rest = list(found[:k]), found[k:]
    for card in sorted(cards):
        for aspect in sorted(aspects_of(query.partition(" ↩ ")[0]) & ANCHORS.keys()):
            passage = section(index, card, ANCHORS[aspect], language)
            if passage and hits and all(hit.passage.id != passage.id for hit in hits):
                hits.insert(0, replace(hits[0], passage=passage))
    if cards and not any(hit.passage.document_id in cards for hit in hits):
        hits += [hit for hit in rest if hit.passage.document_id in cards][:OF_THE_NAMED]
    return hits


def open_consultant(settings: Settings, *, llm: bool | None = None) -> Consultant:
    """A consultant over the installation that ``settings`` describes.

    Nothing heavy is opened here: the index at the first search, the model at the first sentence it writes.

    Args:
        llm: ``True`` lets the model write whatever its size, ``False`` keeps it out; ``None`` follows ``settings.voice``.
    """
    return Consultant(settings, Engines(settings, llm=llm), Records(settings.database, audit=settings.audit))
