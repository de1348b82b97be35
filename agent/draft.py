"""A reply in the making: collects what each step of the turn adds, and becomes the finished value."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from agent.answer import Ledger, Released, Struck
from agent.asked import is_bare
from agent.clock import Clock
from agent.errors import WenzhenError
from agent.ground import Entailment, Quote
from agent.grounding.contradiction import contradictions
from agent.safety.guards import GuardFinding, refusal_text
from agent.safety.locales import locale_for
from agent.safety.screen import Screening
from agent.settings import Settings
from agent.types import (
    Differential,
    Event,
    EventKind,
    Level,
    Outcome,
    Refusal,
    Reply,
    Role,
    Trace,
    Triage,
    Turn,
)
from prompts import hand_written, load_prompt
from prompts.phrases import phrase
from retrieval.language import detect_language

if TYPE_CHECKING:
    from agent.llm.choose import ChatModel
    from retrieval.search import Index

log = logging.getLogger(__name__)


_BY_LANGUAGE = {"en": "us", "zh": "cn"}


class Draft:
    """One turn's reply while it is being made. Not shared between turns."""

    def __init__(self, turn: Turn, settings: Settings, clock: Clock) -> None:
        self.turn = turn
        self.clock = clock
        self.language = turn.language if turn.language in ("en", "zh") else _language_of(turn)
        locale = _BY_LANGUAGE[self.language] if turn.locale in ("", "auto") else turn.locale
        self.numbers = locale_for(locale).variables(self.language)
        self.ledger = Ledger()
        self.triage = Triage()
        self.differential: tuple[Differential, ...] = ()
        self.questions: tuple[str, ...] = ()
        self.query = ""
        self.retrieved: tuple[str, ...] = ()
        self.engine = "rules"
        self.pieces: list[str] = []
        self._settings = settings
        self._model = "none"
        self._prompt_sha256 = ""
        self._index = ""
        self._corpus_sha256 = ""
        self._refusal: Refusal | None = None
        self._guards: tuple[str, ...] = ()
        self._warnings: list[str] = []

    # -- what the steps add ----------------------------------------------------------------------

    def screened(self, screening: Screening) -> None:
        """The triage as far as the rules know it; every later step can only raise it."""
        self.triage = Triage(
            level=screening.lasting,
            floor=screening.lasting or None,
            red_flags=screening.red_flags,
            reasons=screening.reasons,
        )

    def declined(self, finding: GuardFinding) -> None:
        self._refusal = Refusal(category=finding.category, reason=finding.reason)
        self._guards = (finding.guard,)

    def refusal_text(self, finding: GuardFinding) -> str:
        return hand_written("refusals", refusal_text(finding), self.language).render(
            **self.numbers, limit=self._settings.max_question_chars
        )

    def corpus(self, index: Index) -> None:
        self._index, self._corpus_sha256 = str(index.path.name), index.corpus_sha256
        self.engine = "extractive"

    def wrote_with(self, chat: ChatModel) -> None:
        self._model, self.engine = chat.name, chat.engine
        self._prompt_sha256 = load_prompt("answer", self.language).sha256

    def guarded(self, sentences: Iterable[Released | Struck]) -> Iterator[Released | Struck]:
        """Sentences of a model that may break down in the middle; what was released stays."""
        try:
            yield from sentences
        except WenzhenError as error:
            log.warning("The model stopped: %s", error)
            self._warnings.append(phrase("warn_model", self.language))

    # -- what is shown ---------------------------------------------------------------------------

    def status(self, step: str) -> Event:
        return Event(kind=EventKind.STATUS, text=phrase(f"status_{step}", self.language))

    def say(self, text: str, *, kind: EventKind = EventKind.SENTENCE) -> Iterator[Event]:
        """A paragraph of its own; nothing for an empty text."""
        if text:
            piece = f"\n\n{text}" if self.pieces else text
            self.pieces.append(piece)
            yield Event(kind=kind, text=piece)

    def paragraph(self, heading: str, sentences: Sequence[Released], *, listed: bool) -> Iterator[Event]:
        """A heading and its sentences, as running text or as a list."""
        yield from self.say(phrase(heading, self.language))
        for number, sentence in enumerate(sentences):
            text = self.ledger.release(sentence)
            joint = "\n- " if listed else ("\n\n" if number == 0 else self._space)
            yield self._piece(joint + text)

    def flow(self, sentences: Iterable[Released | Struck]) -> Iterator[Event]:
        """Sentences as they are released, one paragraph a source document; at the end, where the sources differ.

        What was struck out is shown where it would have stood, with the reason.
        """
        last = ""
        told: list[tuple[Quote, int]] = []
        for sentence in sentences:
            if isinstance(sentence, Struck):
                struck = f"~~{sentence.text.replace('~', '')}~~ ({sentence.reason})"
                yield self._piece(f"{self._space or ' '}{struck}" if self.pieces else struck)
                continue
            text = self.ledger.release(sentence)
            document = sentence.quote.passage.document_id
            first = not self.pieces
            joint = "" if first else (self._space if document == last else "\n\n")
            last = document
            told.append((sentence.quote, self.ledger.claims[-1].citations[0]))
            yield self._piece(joint + text)
        yield from self._differences(told)

    def _differences(self, told: Sequence[tuple[Quote, int]]) -> Iterator[Event]:
        """Say that two sources differ, naming both, instead of leaving the reader to find out."""
        role = self.turn.role.value
        quotes = [quote for quote, _ in told]
        said: set[tuple[int, int]] = set()
        for one in contradictions(
            [quote.text for quote in quotes], [quote.passage.document_id for quote in quotes]
        ):
            first, second = told[one.first][1], told[one.second][1]
            if first != second and (first, second) not in said:
                said.add((first, second))
                yield from self.say(
                    phrase(
                        f"sources_differ_{role}",
                        self.language,
                        first=first,
                        second=second,
                        said=one.said,
                        against=one.against,
                    )  # fmt: skip
                )

    @property
    def inference(self) -> Entailment | None:
        """The inference model of the settings, loaded at its first use; ``None`` where none is named or it is missing."""
        if not self._settings.nli:
            return None
        from agent.llm.entailment import load_entailment

        try:
            return load_entailment(self._settings.nli)
        except WenzhenError as error:
            log.warning("Answers are checked by rules alone: %s", error)
            return None

    @property
    def _space(self) -> str:
        return "" if self.language == "zh" else " "

    def _piece(self, text: str) -> Event:
        self.clock.mark("first_sentence")
        self.pieces.append(text)
        return Event(kind=EventKind.SENTENCE, text=text)

    # -- the end ---------------------------------------------------------------------------------

    def finish(self, outcome: Outcome) -> Event:
        """The complete reply. The floor is enforced here once more: whatever the steps did, nothing is below it."""
        level = max(self.triage.level, self.triage.floor or Level.NONE)
        reply = Reply(
            session=self.turn.session or uuid.uuid4().hex,
            role=self.turn.role,
            language=self.language,
            outcome=outcome,
            text="".join(self.pieces),
            triage=self.triage.model_copy(update={"level": level}),
            claims=tuple(self.ledger.claims),
            citations=tuple(self.ledger.citations),
            differential=self.differential,
            questions=self.questions,
            refusal=self._refusal,
            warnings=tuple(self._all_warnings()),
            trace=Trace(
                query=self.query,
                model=self._model,
                engine=self.engine,
                prompt_sha256=self._prompt_sha256,
                corpus_sha256=self._corpus_sha256,
                index=self._index,
                dropped_claims=self.ledger.dropped,
                retrieved=self.retrieved,
                guards=self._guards,
                timings_ms=self.clock.timings_ms(),
            ),
        )
        return Event(kind=EventKind.REPLY, reply=reply)

    def _all_warnings(self) -> Iterator[str]:
        yield from self._warnings
        if self.query and self.query != self.turn.text:
            yield phrase("warn_followup", self.language, query=self.query.replace(" ↩ ", " · "))
        if self.ledger.dropped:
            yield phrase("warn_dropped", self.language, count=self.ledger.dropped)
        if any(citation.review == "none" for citation in self.ledger.citations):
            yield phrase("warn_unreviewed", self.language)
        if self.turn.role is Role.PATIENT and self.ledger.citations:
            yield phrase("notice_plain", self.language)


def _language_of(turn: Turn) -> str:
    """The language of the message; a bare "ok, no" or "45" is in the one that was spoken before."""
    said = (turn.text, *(exchange.said for exchange in reversed(turn.history)))
    return detect_language(next((one for one in said if one.strip() and not is_bare(one)), turn.text))
