"""From ranked passages to released sentences: who writes, what holds them up, what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.budget import fit
from agent.compose import Aspect, aspects_of, choose
from agent.ground import Entailment, Evidence, Quote, without_marks
from agent.grounding.orders import is_order
from agent.grounding.reasons import reason_in
from agent.medicines import asks_for_both, pair_asked_about, said_of_each_other
from agent.safety.injection import injected
from agent.safety.output_rules import check_sentence
from agent.topics import only_medicine
from agent.types import Citation, Claim, Level, Role
from prompts import load_prompt
from retrieval.passage import Hit
from retrieval.sentences import sentences

if TYPE_CHECKING:
    from agent.llm.choose import ChatModel
    from retrieval.search import Index

NOT_FOUND = "NOT FOUND"
_PROMPT_OVERHEAD = 200
"""Tokens of the answer prompt's own words, generously."""


@dataclass(frozen=True, slots=True)
class Released:
    """A sentence that passed: its text without marks, and the words it rests on."""

    text: str
    quote: Quote
    support: float


@dataclass(frozen=True, slots=True)
class Struck:
    """A sentence that no source supports, for a clinician to see struck through with the reason."""

    text: str
    reason: str


@dataclass
class Ledger:
    """Claims and citations of one answer, numbered as they are released."""

    claims: list[Claim] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def release(self, sentence: Released) -> str:
        """Book a sentence and give it back with its mark."""
        number = self._cite(sentence.quote)
        self.claims.append(Claim(text=sentence.text, citations=(number,), support=sentence.support))
        return f"{sentence.text} [{number}]"

    def drop(self, text: str, reason: str, support: float | None) -> None:
        self.claims.append(Claim(text=text, support=support, kept=False, reason=reason))

    @property
    def dropped(self) -> int:
        return sum(not claim.kept for claim in self.claims)

    def _cite(self, quote: Quote) -> int:
        """The number of the citation with these words; a quote that goes on where the last one ended extends it."""
        for place, citation in enumerate(self.citations):
            if citation.passage_id != quote.passage.id:
                continue
            if citation.start <= quote.start and quote.end <= citation.end:
                return citation.n
            if (
                place == len(self.citations) - 1
                and not quote.passage.text[citation.end : quote.start].strip()
                and quote.start >= citation.end
            ):
                self.citations[place] = _citation(citation.n, Quote(quote.passage, citation.start, quote.end))
                return citation.n
        self.citations.append(_citation(len(self.citations) + 1, quote))
        return len(self.citations)


def _citation(number: int, quote: Quote) -> Citation:
    passage = quote.passage
    return Citation(
        n=number,
        document_id=passage.document_id,
        passage_id=passage.id,
        title=passage.title,
        source=passage.source,
        url=passage.url,
        published=passage.published,
        page=passage.page,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        section=passage.section,
        passage=passage.text,
        review=passage.review,
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the answer is for, as the output rules need to know."""

    role: Role
    language: str
    floor: Level | None


def extract(
    question: str,
    asked: str,
    hits: Sequence[Hit],
    index: Index,
    reader: Reader,
    ledger: Ledger,
    *,
    limit: int = 6,
) -> Iterator[Released]:
    """The extractive voice: the passages' own sentences.

    Args:
        question: the full question, with the topic of a follow-up.
        asked: the words of this turn alone, which say what is wanted of the topic.
    """
    prefer = "clinician" if reader.role is Role.CLINICIAN else ""
    aspects = aspects_of(asked)
    # What helps after too much of one medicine harms after another: of these only the one that was named.
    told = only_medicine(question, hits) if aspects & {Aspect.OVERDOSE, Aspect.MISSED_DOSE} else hits
    pair = pair_asked_about(question)
    between = said_of_each_other(pair, index, reader.language) if pair and asks_for_both(asked) else []
    quotes = between[:limit] or choose(
        question, told, index.similarity, aspects=aspects, limit=limit, prefer=prefer
    )
    for quote in quotes:
        yield from passed(Released(quote.text.strip(), quote, 1.0), reader, ledger)


def write(
    question: str,
    hits: Sequence[Hit],
    chat: ChatModel,
    reader: Reader,
    ledger: Ledger,
    *,
    context_tokens: int,
    answer_tokens: int,
    on_first: Callable[[], None],
    inference: Entailment | None = None,
) -> Iterator[Released | Struck]:
    """The generative voice: a model writes, and a sentence is released only once it is tied to its source.

    A clinician also gets what was not released, unless it breaks an output rule or repeats an order from a document.
    """
    from agent.llm.stream import stream_text
    from agent.llm.tokens import estimate_tokens

    room = context_tokens - answer_tokens - _PROMPT_OVERHEAD - estimate_tokens(question)
    kept = fit(hits, room=room, count=estimate_tokens)
    if not kept:
        return
    evidence = Evidence(tuple(hit.passage for hit in kept), inference)
    prompt = load_prompt("answer", reader.language).render(
        role=reader.role.value, question=question, passages=[hit.passage for hit in kept]
    )
    for sentence in _sentences(
        stream_text(chat.model, [("user", prompt)], answer_tokens), reader.language, on_first
    ):
        if NOT_FOUND in sentence:
            return
        bare = without_marks(_LIST_MARK.sub("", sentence))
        if not bare:
            continue
        verdict = evidence.judge(bare)
        if verdict.kept and verdict.quote is not None:
            yield from passed(Released(bare, verdict.quote, verdict.support), reader, ledger)
        else:
            ledger.drop(bare, verdict.reason, verdict.support)
            if _may_be_struck(bare, reader):
                yield Struck(bare, reason_in(reader.language, verdict.reason))


def _may_be_struck(sentence: str, reader: Reader) -> bool:
    if reader.role is not Role.CLINICIAN or is_order(sentence) or injected(sentence):
        return False
    return check_sentence(sentence, role=reader.role, floor=reader.floor, language=reader.language) is None


_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


def passed(sentence: Released, reader: Reader, ledger: Ledger) -> Iterator[Released]:
    """The output rules' last word on a supported sentence; one that breaks them is dropped, with its support."""
    violation = check_sentence(sentence.text, role=reader.role, floor=reader.floor, language=reader.language)
    if violation is None:
        yield sentence
    else:
        ledger.drop(sentence.text, violation.reason, sentence.support)


def _sentences(pieces: Iterator[str], language: str, on_first: Callable[[], None]) -> Iterator[str]:
    """Whole sentences, each as soon as the model has finished it."""
    pending = ""
    for piece in pieces:
        on_first()
        pending += piece
        while (spans := sentences(pending, language)) and len(spans) > 1:
            start, end = spans[0]
            # The mark "[1]" may still be on its way: it belongs to the sentence before it.
            rest = pending[end:]
            if mark := re.match(r"\s*[\[【][\d,，\s]*[\]】]\s*", rest):
                end += mark.end()
            yield pending[start:end]
            pending = pending[end:]
    if pending.strip():
        yield pending.strip()
