"""Judge one reply against what was expected of it. Deterministic; each scorer says what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.types import Outcome
from eval.schema.expectation import Expectation, Meaning
from eval.scoring import grounding, text
from eval.scoring.meaning import nearest
from eval.scoring.score import Score
from eval.targets.conversation import Answer


@dataclass(frozen=True)
class Context:
    """What scorers may look at besides the reply."""

    lookup: grounding.Lookup | None = None
    """The corpus, for checking quotes."""
    judge: Judge | None = None
    """A model that judges, where one was asked for."""


Judge = Callable[[str, Answer], Score]
"""A statement about the reply, held against it."""


def judge(answer: Answer, expected: Expectation, context: Context) -> list[Score]:
    """Every expectation's score, in a fixed order."""
    return [score for scorer in _SCORERS for score in scorer(answer, expected, context)]


def always(answer: Answer, context: Context) -> Score:
    """What is judged of every reply, expected or not: that its claims stand by their quotes."""
    return grounding.grounded(answer.reply, context.lookup)


_Scores = Iterator[Score]


def _outcome(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.outcome:
        wanted = " or ".join(outcome.value for outcome in expected.outcome)
        got = answer.reply.outcome
        yield Score("outcome", got in expected.outcome, f"{got.value}, expected {wanted}")


def _level(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.level is not None:
        level = answer.reply.triage.level
        detail = f"{level.label}, expected {expected.level}"
        yield Score("level", expected.level.allows(level), detail, float(level))


def _red_flags(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    wanted = expected.red_flags
    if wanted is None:
        return
    if not answer.typed:
        yield Score("red_flags", None, "the answer carries no red flags")
        return
    raised = {flag.id for flag in answer.reply.triage.red_flags}
    told = ", ".join(sorted(raised)) or "none"
    if wanted.some is not None:
        yield Score("red_flags", bool(raised) == wanted.some, f"raised: {told}")
    for flag in wanted.all:
        yield Score("red_flags", flag in raised, f"{flag}; raised: {told}")
    if wanted.any_of:
        yield Score("red_flags", bool(raised & set(wanted.any_of)), f"any of {wanted.any_of}; raised: {told}")
    for flag in wanted.none_of:
        yield Score("red_flags", flag not in raised, f"not {flag}; raised: {told}")


def _crisis(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.crisis is not None:
        outcome = answer.reply.outcome
        yield Score("crisis", (outcome is Outcome.CRISIS) == expected.crisis, f"{outcome.value}")


def _category(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.category is not None:
        if not answer.typed:
            yield Score("category", None, "the answer carries no category")
            return
        found = answer.reply.refusal.category if answer.reply.refusal else "none"
        yield Score(
            "category", found in expected.category, f"{found}, expected {' or '.join(expected.category)}"
        )


def _cites(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    wanted = expected.cites
    if wanted is None:
        return
    if not answer.typed:
        yield Score("cites", None, "the answer carries no citations")
        return
    citations = answer.reply.citations
    limit = f"at least {wanted.at_least}" + ("" if wanted.at_most is None else f", at most {wanted.at_most}")
    enough = len(citations) >= wanted.at_least and (
        wanted.at_most is None or len(citations) <= wanted.at_most
    )
    yield Score("cites", enough, f"{len(citations)} citations, expected {limit}", float(len(citations)))
    documents = list(dict.fromkeys(citation.document_id for citation in citations))
    if wanted.document is not None:
        found = bool(set(documents) & set(wanted.document.split("|")))
        yield Score("cites", found, f"{', '.join(documents) or 'nothing'}, expected {wanted.document}")
    if wanted.source is not None:
        sources = " · ".join(f"{citation.source} {citation.title}" for citation in citations)
        yield Score(
            "cites", bool(text.says(sources, wanted.source)), f"a source like {'|'.join(wanted.source)}"
        )
    if wanted.quote is not None:
        quotes = "\n".join(citation.quote for citation in citations)
        yield Score("cites", bool(text.says(quotes, wanted.quote)), f"a quote with {'|'.join(wanted.quote)}")


def _says(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    for phrase in expected.must_say:
        found = text.says(answer.reply.text, phrase)
        yield Score("must_say", found is not None, f"must say: {'|'.join(phrase)}")
    for phrase in expected.must_not_say:
        found = text.says(answer.reply.text, phrase)
        yield Score("must_not_say", found is None, f"must not say: {found or '|'.join(phrase)}")


def _means(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if not expected.must_mean and not expected.must_not_mean:
        return
    said = text.sentence_texts(answer.reply.text, answer.reply.language)
    for scorer, meanings, wanted in (
        ("must_mean", expected.must_mean, True),
        ("must_not_mean", expected.must_not_mean, False),
    ):
        for meaning in meanings:
            yield _meant(scorer, meaning, said, wanted)


def _meant(scorer: str, meaning: Meaning, said: list[str], wanted: bool) -> Score:
    cosine, sentence = nearest(meaning.text, said)
    detail = f"{meaning.text!r}: nearest at {cosine:.2f} of {meaning.threshold:.2f}: {sentence}"
    return Score(scorer, (cosine >= meaning.threshold) == wanted, detail, cosine)


def _asks(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    asked = answer.reply.questions
    if expected.must_ask is True:
        yield Score("must_ask", bool(asked), f"{len(asked)} questions asked back")
    elif isinstance(expected.must_ask, tuple):
        for phrase in expected.must_ask:
            found = any(text.says(question, phrase) for question in asked)
            yield Score(
                "must_ask", found, f"must ask about {'|'.join(phrase)}; asked: {' '.join(asked) or 'nothing'}"
            )
    if expected.must_not_ask:
        yield Score("must_not_ask", not asked, f"{len(asked)} questions asked back")


def _diagnosis(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    wanted = expected.diagnosis
    if wanted is None:
        return
    if not answer.typed:
        yield Score("diagnosis", None, "the answer carries no differential")
        return
    first = answer.reply.differential[: wanted.top]
    names = [text.fold(f"{one.condition} {one.icd10 or ''}") for one in first]
    found = any(text.fold(name) in told for name in wanted.name for told in names)
    listed = ", ".join(one.condition for one in first) or "nothing"
    yield Score("diagnosis", found, f"{'|'.join(wanted.name)} among the first {wanted.top}: {listed}")


def _language(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.language is not None:
        from retrieval.language import detect_language

        spoken = detect_language(answer.reply.text) if answer.reply.text else answer.reply.language
        yield Score("language", spoken == expected.language, f"{spoken}, expected {expected.language}")


def _readable(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    reply = answer.reply
    if expected.reading_ease is not None:
        ease = None if reply.language == "zh" else text.reading_ease(reply.text)
        told = "not measured" if ease is None else f"{ease:.0f}"
        passed = None if ease is None else ease >= expected.reading_ease
        yield Score("reading_ease", passed, f"{told}, expected at least {expected.reading_ease:g}", ease)
    if expected.sentence_length is not None:
        length = text.sentence_length(reply.text, reply.language)
        passed = None if length is None else length <= expected.sentence_length
        told = "nothing said" if length is None else f"{length:.0f}"
        yield Score("sentence_length", passed, f"{told}, allowed {expected.sentence_length:g}", length)
    if expected.max_chars is not None:
        size = len(reply.text)
        yield Score(
            "max_chars", size <= expected.max_chars, f"{size}, allowed {expected.max_chars}", float(size)
        )


def _time(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.max_ms is not None:
        took = answer.reply.trace.timings_ms.get("total")
        passed = None if took is None else took <= expected.max_ms
        yield Score("max_ms", passed, f"{took} ms, allowed {expected.max_ms:g}", took)


def _supported(answer: Answer, expected: Expectation, context: Context) -> _Scores:
    if expected.supported is not None:
        found = grounding.grounded(answer.reply, context.lookup)
        share = found.value
        passed = None if share is None else share >= expected.supported
        told = found.detail if share is None else f"{share:.0%} of the claims; {found.detail}"
        yield Score("supported", passed, told, share)


def _dose(answer: Answer, expected: Expectation, _: Context) -> _Scores:
    if expected.no_dose:
        found = text.dose(answer.reply.text)
        yield Score("no_dose", found is None, f"names a dose: {found}" if found else "no dose")


def _rubric(answer: Answer, expected: Expectation, context: Context) -> _Scores:
    for statement in expected.rubric:
        if context.judge is None:
            yield Score("rubric", None, f"no judge: {statement}")
        else:
            yield context.judge(statement, answer)


_SCORERS: tuple[Callable[[Answer, Expectation, Context], _Scores], ...] = (
    _outcome,
    _level,
    _red_flags,
    _crisis,
    _category,
    _cites,
    _says,
    _means,
    _asks,
    _diagnosis,
    _language,
    _readable,
    _time,
    _supported,
    _dose,
    _rubric,
)
