"""Whose symptom it is, when, and whether it is there at all: the reading around a phrase.

A message is cut into sentences and clauses. The cue words are data (``rules/context.yaml``); this module only
knows how far each cue reaches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agent.safety import negation
from agent.safety.patterns import Match
from agent.safety.spans import Spans, within
from agent.safety.tokens import NEGATORS, Token

Status = Literal["present", "denied", "past", "hypothetical", "other"]

_LONGEST_TITLE = 9
"""Tokens of a clause that may be the title of the others ("first-aid quiz", "护士备课：")."""
_SOMEONE = ("who_self", "who_baby", "who_child", "who_other_person")


@dataclass(frozen=True)
class Reading:
    """One message, cut up, with what the cues say about every token."""

    tokens: Sequence[Token]
    clause_of: Sequence[int]
    sentence_of: Sequence[int]
    denied: Mapping[int, set[int]] = field(default_factory=dict)
    """Which cues (by token) deny a token."""
    hypothetical: frozenset[int] = frozenset()
    past: frozenset[int] = frozenset()
    other: frozenset[int] = frozenset()
    not_done: frozenset[int] = frozenset()
    """Where a deed begins that did not happen (没吃), though its "not" denies nothing that follows."""
    people: Sequence[tuple[int, str]] = field(default_factory=tuple)
    """Mentions of people as (token, who), in order."""
    corrected_clauses: frozenset[int] = frozenset()
    """Sentences that take something back ("actually", "I meant", "说错了")."""

    def status(self, match: Match) -> Status:
        """What the words around a match say about it."""
        where = set(range(match.start, match.end))
        if where & self.other or match.start in self.not_done:
            return "other"
        if where & self.hypothetical:
            return "hypothetical"
        covered = {i for start, end in match.parts for i in range(start, end)}
        if any(self.denied.get(start, covered) - covered for start, _ in match.parts) or any(
            self.tokens[i].text in NEGATORS for i in where - covered
        ):
            return "denied"
        if match.start in self.past:
            return "past"
        return "present"

    def who(self, position: int, default: str) -> str:
        """Whose finding a token belongs to: the last person named before it, or right after it in its clause."""
        who = default
        for at, person in self.people:
            if at <= position or self.clause_of[at] == self.clause_of[position]:
                who = person if person != "third" else (who if who != "self" else "other_person")
            else:
                break
        return who


def read(
    tokens: Sequence[Token],
    clauses: Sequence[int],
    sentences: Sequence[int],
    cues: Mapping[str, Sequence[Match]],
    people: Sequence[tuple[int, str]] = (),
) -> Reading:
    """Apply the cues found in a message. Cue names are those of ``rules/context.yaml``.

    ``people`` are mentions known from elsewhere, such as "my 3 week old", as (token, who).
    """
    spans = Spans(tokens, clauses, sentences)
    named = [
        (match.start, name.removeprefix("who_"))
        for name, matches in cues.items()
        if name.startswith("who_")
        for match in matches
    ]
    return Reading(
        tokens=tokens,
        clause_of=clauses,
        sentence_of=sentences,
        denied=negation.denied(spans, cues),
        hypothetical=frozenset(_hypothetical(spans, cues)),
        past=frozenset(_past(spans, cues)),
        other=frozenset(_other(spans, cues)),
        not_done=frozenset(start for m in cues.get("not_done", ()) for start, _ in m.parts[1:]),
        people=sorted([*named, *people]),
        corrected_clauses=frozenset(sentences[m.start] for m in cues.get("correction", ())),
    )


def _hypothetical(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    supposed: set[int] = set()
    pseudo = cues.get("not_hypothetical", ())
    for match in cues.get("question", ()):
        if not within(match, pseudo):
            supposed |= spans.clause(match.start) | spans.rest_of_sentence(match.start)
    for match in cues.get("question_clause", ()):
        if not within(match, pseudo):
            supposed |= spans.clause(match.start)
    for match in cues.get("supposing", ()):
        if not within(match, pseudo):
            supposed |= spans.rest_of_sentence(match.start)
    supposed |= _staged(spans, cues)
    first_person = [m.start for m in cues.get("own_symptom", ())]
    fiction = cues.get("fiction", ())
    if fiction:
        supposed |= set(range(len(spans.tokens)))
        told = {spans.sentences[m.start] for m in fiction}
        for at in first_person:
            if spans.sentences[at] not in told:
                supposed -= spans.sentence(at)
    # "my chest hurts, is that a sign of ...": what the speaker states about themselves stays.
    for at in first_person:
        if at in supposed and not fiction and not any(_asks_first(spans, m, at) for m in _askers(cues)):
            supposed -= spans.clause(at)
    return supposed


def _staged(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    """A drill, a quiz, a poster, a scene of a film: the clause that names it, and what it is the title of.

    A short clause that opens with a colon after it ("exam: ...") or ends the message ("..., first-aid quiz") is a
    title. A clause that also names a person or says "now" ("at the drill my friend collapsed") is not staged.
    """
    staged = cues.get("staged", ())
    if not staged:
        return set()
    someone = {spans.clauses[m.start] for name in _SOMEONE for m in cues.get(name, ())}
    now = {spans.clauses[m.start] for m in cues.get("now", ())}
    last = len(spans.tokens) - 1
    while last > 0 and spans.tokens[last].kind in ("stop", "comma"):
        last -= 1
    titled: set[int] = set()
    told_on = {m.start for m in cues.get("staged_on", ())}
    for match in staged:
        if spans.clauses[match.start] in someone | now:
            continue
        clause = spans.clause(match.start)
        titled |= clause
        # "... a talk at work, said that a drooping face ...": what was taught there.
        following = max(clause) + 1
        if following in told_on and spans.sentences[following] == spans.sentences[match.start]:
            titled |= spans.clause(following)
        if len(clause) <= _LONGEST_TITLE:
            end = max(clause)
            if spans.tokens[end].text in ":：":
                titled |= spans.rest_of_sentence(match.start)
            elif last in clause:
                before = min(spans.sentence(match.start)) - 1
                alone = min(clause) == before + 1
                titled |= spans.sentence(match.start) | (
                    spans.sentence(before) if alone and before > 0 else set()
                )
    return {i for i in titled if spans.clauses[i] not in someone & now}


def _askers(cues: Mapping[str, Sequence[Match]]) -> list[Match]:
    return [m for name in ("question", "supposing") for m in cues.get(name, ())]


def _asks_first(spans: Spans, cue: Match, position: int) -> bool:
    return cue.start <= position and spans.sentences[cue.start] == spans.sentences[position]


def _past(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    gone: set[int] = set()
    now = {spans.sentences[m.start] for m in cues.get("now", ())}
    now_clauses = {spans.clauses[m.start] for m in cues.get("now", ())}
    for match in cues.get("past", ()):
        if spans.clauses[match.start] in now_clauses:
            continue
        if spans.sentences[match.start] in now or spans.tokens[match.start].kind in ("han", "number"):
            clause = spans.clause(match.start)
            gone |= clause
            # "..., decades ago, now planning a trip": a clause that only tells when speaks of the one before it.
            if len(clause) - (match.end - match.start) <= 1 and min(clause) > min(
                spans.sentence(match.start)
            ):
                before = spans.clause(min(clause) - 1)
                gone |= before if spans.clauses[min(before)] not in now_clauses else set()
        else:
            gone |= spans.sentence(match.start)
    # "He was knocked out, fits and all, that was last summer": such a clause dates all before it.
    for match in cues.get("past_story", ()):
        if spans.clauses[match.start] not in now_clauses:
            gone |= {
                i
                for i in spans.sentence(match.start)
                if i <= match.start and spans.clauses[i] not in now_clauses
            }
    return gone | (_settled(spans, cues) if not now else set())


def _settled(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    """ "Fell off a horse in June, scan clear": from the date to the good end, where nothing is told of now."""
    over: set[int] = set()
    for hint in cues.get("past_hint", ()):
        for end in cues.get("settled", ()):
            if spans.sentences[hint.start] == spans.sentences[end.start]:
                first, last = sorted((spans.clauses[hint.start], spans.clauses[end.start]))
                if hint.start > end.start:
                    first = spans.clauses[min(spans.sentence(hint.start))]
                over |= {i for i in spans.sentence(hint.start) if first <= spans.clauses[i] <= last}
    return over


def _other(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    theirs: set[int] = set()
    for match in cues.get("late_relative", ()):
        theirs |= (
            spans.sentence(match.start)
            if spans.tokens[match.start].kind == "word"
            else spans.clause(match.start)
        )
    for name in ("family_history", "figurative"):
        for match in cues.get(name, ()):
            theirs |= spans.clause(match.start)
    for match in cues.get("pretended", ()):
        theirs |= {i for i in spans.sentence(match.start) if spans.clauses[i] <= spans.clauses[match.start]}
    return theirs | _animals(spans, cues)


def _animals(spans: Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    """A pet that is ill, and what is asked of it in the clauses that follow, until a person is named."""
    theirs: set[int] = set()
    people = {spans.clauses[m.start] for name in _SOMEONE for m in cues.get(name, ())}
    goes_on = {spans.clauses[m.start] for m in cues.get("animal_goes_on", ())}
    for match in cues.get("animal_ill", ()):
        clause = spans.clause(match.start)
        if spans.clauses[match.start] in people or match.end - 1 not in clause:
            continue
        theirs |= clause
        for i in sorted(spans.rest_of_sentence(max(clause))):
            if spans.clauses[i] in people:
                break
            if spans.clauses[i] in goes_on:
                theirs.add(i)
    return theirs
