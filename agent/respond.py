"""What a turn is answered with, once it is understood and searched for.

The cards that explain a complaint, the passages that answer a question, what comes near it, or a question back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.abstain import enough, speaks_of
from agent.answer import Reader, Released, extract, passed, write
from agent.asked import asked_before
from agent.complaint import Block, blocks, first, section, shown, when_to_get_help
from agent.compose import aspects_of
from agent.draft import Draft
from agent.engines import Engines
from agent.medicines import nothing_listed
from agent.results import Result, result_in, told_of
from agent.rewrite import for_search
from agent.settings import Settings
from agent.skills.differential import Candidate, names_in
from agent.skills.interview import questions
from agent.topics import named_cards, names_a_card
from agent.types import Event, Level, Outcome, Role
from agent.understand import Understanding
from prompts.phrases import phrase
from retrieval.passage import Hit

if TYPE_CHECKING:
    from retrieval.search import Index


@dataclass(frozen=True, slots=True)
class Response:
    """The answer of one turn, written into its draft."""

    draft: Draft
    understanding: Understanding
    candidates: Sequence[Candidate]
    """Conditions that would explain the complaint, likeliest first; what to ask next is to tell them apart."""
    likely: Sequence[Candidate]
    """The same by how often they are met: what a patient reads agrees with the urgency."""
    unchanged: bool
    """Whether this turn only answered a question, and the answer changed neither the conditions nor the urgency."""
    index: Index
    hits: Sequence[Hit]
    engines: Engines
    settings: Settings

    def urgency(self) -> Iterator[Event]:
        """How soon to be seen, to a patient who was not told already."""
        level = self.draft.triage.level
        if self.unchanged:
            yield from self.draft.say(self._as_before(level))
        elif self._patient and level != Level.NONE and not self.draft.pieces:
            yield from self.draft.say(phrase(f"level_{level.label}", self._language, **self.draft.numbers))

    def answer(self) -> Iterator[Event]:
        """The answer with its citations; nothing where no source holds one."""
        if self.unchanged or self._is_about_the_complaint():
            yield from self._to_the_complaint()
        elif self._patient and (result := self._result()):
            yield from self._to_the_result(result)
        elif self._enough() and not self._is_vague():
            yield from self._to_the_question()
        elif self.understanding.complaint and self.candidates and self._patient:
            yield from self._to_the_complaint()
        elif speaks_of(self._question, self.hits, self.index):
            yield from self._nearly()

    def ask_more(self) -> Iterator[Event]:
        """Ask a patient back what would change the picture most, unless it is too urgent for questions."""
        understanding = self.understanding
        if not self._may_ask_back():
            return
        self.draft.questions = questions(
            self.candidates,
            understanding.present,
            understanding.denied,
            self._language,
            duration_known=understanding.circumstances.duration_days is not None,
            person_known=understanding.circumstances.age_years is not None,
            asked=asked_before(self.draft.turn.history),
        )
        if self.draft.questions:
            yield from self._ask("ask_more")

    def without_an_answer(self) -> Iterator[Event]:
        """Ask back where a complaint was too vague to search for; otherwise say honestly that there is no answer."""
        draft = self.draft
        if self._may_ask_back():
            draft.questions = tuple(
                phrase(key, self._language) for key in ("ask_where", "ask_since", "ask_who")
            )
            yield from self._ask("vague")
            yield draft.finish(Outcome.CLARIFYING)
            return
        yield from draft.say(phrase("abstained", self._language))
        yield from draft.say(phrase(f"abstained_{draft.turn.role.value}", self._language, **draft.numbers))
        yield draft.finish(Outcome.ABSTAINED)

    # -- what it is about ------------------------------------------------------------------------

    @property
    def _patient(self) -> bool:
        return self.draft.turn.role is Role.PATIENT

    @property
    def _language(self) -> str:
        return self.draft.language

    @property
    def _question(self) -> str:
        return for_search(self.draft.query)

    @property
    def _reader(self) -> Reader:
        return Reader(self.draft.turn.role, self._language, self.draft.triage.floor)

    def _enough(self) -> bool:
        return enough(self._question, self.hits, self.index)

    def _is_about_the_complaint(self) -> bool:
        """A patient's complaint that cards explain; not a question about a medicine, whoever is ill besides."""
        if not self._patient or not self.understanding.complaint or not self.candidates:
            return False
        return not names_a_card(self.draft.turn.text, "medicine")

    def _is_vague(self) -> bool:
        """Somebody is ill, and neither a symptom nor anything the handbook knows is named."""
        understanding = self.understanding
        return (
            understanding.complaint and not understanding.specific and not names_a_card(self.draft.turn.text)
        )

    def _may_ask_back(self) -> bool:
        return self._patient and self.understanding.complaint and self.draft.triage.level < Level.URGENT

    # -- the ways to answer ----------------------------------------------------------------------

    def _to_the_complaint(self) -> Iterator[Event]:
        draft, reader = self.draft, self._reader
        for block in self._blocks():
            released = [
                sentence
                for quote in block.quotes
                for sentence in passed(Released(quote.text, quote, 1.0), reader, draft.ledger)
            ]
            if released:
                yield from draft.paragraph(block.heading, released, listed=block.listed)
        if not draft.ledger.citations and self._enough():
            yield from self._to_the_question()

    def _as_before(self, level: Level) -> str:
        names = names_in(self._language)
        told = ("、" if self._language == "zh" else ", ").join(
            names[one.card.id] for one in shown(self.likely)
        )
        named = phrase(f"name_{level.label}", self._language)
        return phrase("picture_same", self._language, level=named, conditions=told)

    def _result(self) -> Result | None:
        person = self.understanding.person
        return result_in(self.draft.turn.text, person.sex, pregnant=person.pregnant)

    def _to_the_result(self, result: Result) -> Iterator[Event]:
        """Where the person's own number lies, the range it is held against, and what the card says of such a result."""
        name = names_in(self._language)[result.test]
        yield from self.draft.say(
            phrase(f"result_{result.place.value}", self._language, test=name, value=result.written)
        )
        quotes = told_of(result, self.index, self._language)
        released = (Released(quote.text, quote, 1.0) for quote in quotes)
        yield from self.draft.flow(
            one for each in released for one in passed(each, self._reader, self.draft.ledger)
        )

    def _blocks(self) -> Iterable[Block]:
        if self.unchanged:
            return (when_to_get_help(self.likely, self.index, self._language),)
        asked = aspects_of(self.draft.turn.text)
        return blocks(self.likely, asked, self.draft.triage.level, self.index, self._language)

    def _to_the_question(self) -> Iterator[Event]:
        draft = self.draft
        if any(hit.passage.language != self._language for hit in self.hits[:1]):
            yield from draft.say(phrase("foreign_sources", self._language))
        if chat := self.engines.writer(self._language):
            draft.wrote_with(chat)
            written = write(
                self._question,
                self.hits,
                chat,
                self._reader,
                draft.ledger,
                context_tokens=self.settings.context_tokens,
                answer_tokens=self.settings.answer_tokens,
                on_first=lambda: draft.clock.mark("first_token"),
                inference=draft.inference,
            )
            yield from draft.flow(draft.guarded(written))
        if not draft.ledger.citations:
            draft.engine = "extractive"
            yield from draft.flow(self._for_the_pregnant())
            if nothing_listed(draft.turn.text, self.index, self._language):
                yield from draft.say(phrase("pair_unlisted", self._language))
            yield from draft.flow(self._extracted())

    def _for_the_pregnant(self) -> Iterator[Released]:
        """What the medicines asked about mean for a pregnancy that was told of, before anything else."""
        if not (self._patient and self.understanding.person.pregnant):
            return
        for card in sorted(card for card in named_cards(self.draft.query) if card.startswith("medicine/")):
            for quote in first(section(self.index, card, "pregnancy", self._language), 2):
                yield from passed(Released(quote.text, quote, 1.0), self._reader, self.draft.ledger)

    def _nearly(self) -> Iterator[Event]:
        """What the sources say about the subject, with the word that it may not be what was asked.

        Only the sources' own sentences: a model would be asked for what they do not say.
        """
        if told := list(self._extracted()):
            yield from self.draft.say(phrase("nearly", self._language))
            yield from self.draft.flow(told)

    def _extracted(self) -> Iterator[Released]:
        draft = self.draft
        return extract(self._question, draft.turn.text, self.hits, self.index, self._reader, draft.ledger)

    def _ask(self, heading: str) -> Iterator[Event]:
        lines = "\n".join(f"- {question}" for question in self.draft.questions)
        yield from self.draft.say(f"{phrase(heading, self._language)}\n{lines}")
