"""The spine: one turn in, events out, the last of which is the complete reply.

Reads top to bottom like the path of a turn: screen, guard, understand, search, budget, generate, ground,
guard the output, triage, record. Everything before the search works with no model and no index.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from types import TracebackType

from agent.abstain import enough, speaks_of
from agent.answer import Reader, Released, extract, write
from agent.clock import Clock
from agent.complaint import blocks
from agent.compose import aspects_of
from agent.draft import Draft
from agent.engines import Engines
from agent.records import Records
from agent.rewrite import for_search, full_question
from agent.safety.guards import GuardFinding
from agent.safety.screen import Screening, screen, warm_up
from agent.sessions import exchange_of
from agent.settings import Settings
from agent.skills.differential import Candidate, Reasoner, as_values
from agent.skills.interview import questions
from agent.topics import names_a_card
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
            understanding = understand(screening.said, screening.findings)
            draft.query = full_question(
                turn.text, turn.history, own_topic=self.engines.names_a_topic(turn.text)
            )
            candidates = self._candidates(understanding)
            self._judge(draft, screening, understanding, candidates)

        yield draft.status("search")
        with clock.step("search"):
            index = self.engines.index()
            draft.corpus(index)
            hits = self._search(index, draft, turn.role)

        yield draft.status("answer")
        yield from self._urgency_line(draft, understanding)
        if self._is_about_the_complaint(draft, understanding, candidates):
            yield from self._answer_complaint(draft, candidates, understanding, index, hits)
        elif enough(for_search(draft.query), hits, index) and not self._is_vague(draft, understanding):
            yield from self._answer_question(draft, index, hits)
        elif understanding.complaint and candidates and turn.role is Role.PATIENT:
            yield from self._answer_complaint(draft, candidates, understanding, index, hits)
        elif speaks_of(for_search(draft.query), hits, index):
            yield from self._answer_nearly(draft, index, hits)
        if draft.ledger.citations:
            yield from self._ask_back(draft, understanding, candidates)
            yield draft.finish(Outcome.EMERGENCY if screening.pinned_emergency else Outcome.ANSWERED)
        else:
            yield from self._nothing_found(draft, understanding)

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

    def _candidates(self, understanding: Understanding) -> tuple[Candidate, ...]:
        if not understanding.specific:
            return ()
        return Reasoner.load().rank(understanding.present, understanding.denied, understanding.person)

    def _judge(
        self,
        draft: Draft,
        screening: Screening,
        understanding: Understanding,
        candidates: Sequence[Candidate],
    ) -> None:
        opinion = (
            estimate(candidates, understanding.circumstances, draft.language)
            if understanding.complaint
            else None
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
        draft.differential = as_values(candidates, draft.language)

    def _search(self, index: Index, draft: Draft, role: Role) -> list[Hit]:
        """Passages in the person's language where there are any, else in any language."""
        query = for_search(draft.query)
        audience = _AUDIENCE[role]
        k = self.settings.top_k * (2 if role is Role.CLINICIAN else 1)
        hits = index.search(query, k, filters=Filters(audience=audience, language=draft.language))
        if not enough(query, hits, index) and not speaks_of(query, hits, index):
            anywhere = index.search(query, k, filters=Filters(audience=audience))
            hits = anywhere if enough(query, anywhere, index) else hits
        draft.retrieved = tuple(hit.passage.id for hit in hits)
        return hits

    def _urgency_line(self, draft: Draft, understanding: Understanding) -> Iterator[Event]:
        level = draft.triage.level
        if draft.turn.role is Role.CLINICIAN or level == Level.NONE or draft.pieces:
            return
        yield from draft.say(phrase(f"level_{level.label}", draft.language, **draft.numbers))

    @staticmethod
    def _is_about_the_complaint(
        draft: Draft, understanding: Understanding, candidates: Sequence[Candidate]
    ) -> bool:
        """A patient's complaint that cards explain; not a question about a medicine, whoever is ill besides."""
        if draft.turn.role is Role.CLINICIAN or not understanding.complaint or not candidates:
            return False
        return not names_a_card(draft.turn.text, "medicine")

    @staticmethod
    def _is_vague(draft: Draft, understanding: Understanding) -> bool:
        """Somebody is ill, and neither a symptom nor anything the handbook knows is named."""
        return understanding.complaint and not understanding.specific and not names_a_card(draft.turn.text)

    def _answer_complaint(
        self,
        draft: Draft,
        candidates: Sequence[Candidate],
        understanding: Understanding,
        index: Index,
        hits: Sequence[Hit],
    ) -> Iterator[Event]:
        reader = self._reader(draft)
        asked = aspects_of(draft.turn.text)
        for block in blocks(candidates, asked, draft.triage.level, index, draft.language):
            released = [
                Released(quote.text, quote, 1.0)
                for quote in block.quotes
                if draft.allowed(quote.text, reader)
            ]
            if released:
                yield from draft.paragraph(block.heading, released, listed=block.listed)
        if not draft.ledger.citations and enough(for_search(draft.query), hits, index):
            yield from self._answer_question(draft, index, hits)

    def _answer_question(self, draft: Draft, index: Index, hits: Sequence[Hit]) -> Iterator[Event]:
        reader = self._reader(draft)
        question = for_search(draft.query)
        if any(hit.passage.language != draft.language for hit in hits[:1]):
            yield from draft.say(phrase("foreign_sources", draft.language))
        if chat := self.engines.writer(draft.language):
            draft.wrote_with(chat)
            written = write(
                question,
                hits,
                chat,
                reader,
                draft.ledger,
                context_tokens=self.settings.context_tokens,
                answer_tokens=self.settings.answer_tokens,
                on_first=lambda: draft.clock.mark("first_token"),
                inference=draft.inference,
            )
            yield from draft.flow(draft.guarded(written))
        if not draft.ledger.citations:
            draft.engine = "extractive"
            yield from draft.flow(extract(question, draft.turn.text, hits, index, reader, draft.ledger))

    def _answer_nearly(self, draft: Draft, index: Index, hits: Sequence[Hit]) -> Iterator[Event]:
        """What the sources say about the subject, with the word that it may not be what was asked.

        Only the sources' own sentences: a model would be asked for what they do not say.
        """
        told = list(
            extract(for_search(draft.query), draft.turn.text, hits, index, self._reader(draft), draft.ledger)
        )
        if told:
            yield from draft.say(phrase("nearly", draft.language))
            yield from draft.flow(told)

    def _reader(self, draft: Draft) -> Reader:
        return Reader(draft.turn.role, draft.language, draft.triage.floor)

    def _ask_back(
        self, draft: Draft, understanding: Understanding, candidates: Sequence[Candidate]
    ) -> Iterator[Event]:
        if (
            draft.turn.role is Role.CLINICIAN
            or not understanding.complaint
            or draft.triage.level >= Level.URGENT
        ):
            return
        draft.questions = questions(
            candidates,
            {*understanding.present, *understanding.denied},
            draft.language,
            duration_known=understanding.circumstances.duration_days is not None,
            person_known=understanding.person.age_years is not None,
        )
        if draft.questions:
            lines = "\n".join(f"- {question}" for question in draft.questions)
            yield from draft.say(f"{phrase('ask_more', draft.language)}\n{lines}")

    def _nothing_found(self, draft: Draft, understanding: Understanding) -> Iterator[Event]:
        """Ask back where a complaint was too vague to search for; otherwise say honestly that there is no answer."""
        if draft.turn.role is Role.PATIENT and understanding.complaint and draft.triage.level < Level.URGENT:
            draft.questions = tuple(
                phrase(key, draft.language) for key in ("ask_where", "ask_since", "ask_who")
            )
            lines = "\n".join(f"- {question}" for question in draft.questions)
            yield from draft.say(f"{phrase('vague', draft.language)}\n{lines}")
            yield draft.finish(Outcome.CLARIFYING)
            return
        yield from draft.say(phrase("abstained", draft.language))
        yield from draft.say(phrase(f"abstained_{draft.turn.role.value}", draft.language, **draft.numbers))
        yield draft.finish(Outcome.ABSTAINED)


def open_consultant(settings: Settings, *, llm: bool | None = None) -> Consultant:
    """A consultant over the installation that ``settings`` describes.

    Nothing heavy is opened here: the index at the first search, the model at the first sentence it writes.

    Args:
        llm: ``True`` lets the model write whatever its size, ``False`` keeps it out; ``None`` follows ``settings.voice``.
    """
    return Consultant(settings, Engines(settings, llm=llm), Records(settings.database, audit=settings.audit))
