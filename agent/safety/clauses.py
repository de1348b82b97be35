"""Whose symptom it is, when, and whether it is there at all: the reading around a phrase.

A message is cut into sentences and clauses. The cue words are data (``rules/context.yaml``); this module only
knows how far each cue reaches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agent.safety.patterns import Match
from agent.safety.tokens import NEGATORS, Token

Status = Literal["present", "denied", "past", "hypothetical", "other"]

# A list item after a comma still belongs to a "no ..." unless it starts a statement of its own.
_OWN_WORDS = (
    "i im ive id my he she it its there theres have has had got getting feel feels feeling is are was "
    "were am started keeps keep hurts cant but just now very severe bad worst crushing sudden "
    "suddenly terrible intense awful throwing "
)
_OWN_STATEMENT = frozenset(_OWN_WORDS.split())
_LISTERS = frozenset({"no", "without", "denies", "denied", "negative", "zero", "never", "not", "neither"})
"""Cues whose list may go on without an "or" ("no fever, cough, rash"); "haven't slept, vomiting" is no list."""
_LONGEST_SENTENCE = 150
"""Tokens after which a sentence without an end is cut: no cue should reach further, and time stays linear."""
_WEAK_REACH = 3
"""How many tokens a bare 不 reaches."""
_LONGEST_TITLE = 9
"""Tokens of a clause that may be the title of the others ("first-aid quiz", "护士备课：")."""
_SOMEONE = ("who_self", "who_baby", "who_child", "who_other_person")
_NO_REACH = 12
"""How many tokens 没有, "no" or "denies" reach without meeting the end of their clause."""


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


def cut(tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
    """The clause and the sentence number of every token."""
    clauses, sentences = [], []
    clause = sentence = length = 0
    for token in tokens:
        length += 1
        if length > _LONGEST_SENTENCE:
            clause, sentence, length = clause + 1, sentence + 1, 0
        clauses.append(clause)
        sentences.append(sentence)
        if token.kind == "stop":
            clause, sentence, length = clause + 1, sentence + 1, 0
        elif token.kind == "comma" and token.text not in "、/(（":
            clause += 1
    return clauses, sentences


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
    spans = _Spans(tokens, clauses, sentences)
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
        denied=_denied(spans, cues),
        hypothetical=frozenset(_hypothetical(spans, cues)),
        past=frozenset(_past(spans, cues)),
        other=frozenset(_other(spans, cues)),
        not_done=frozenset(start for m in cues.get("not_done", ()) for start, _ in m.parts[1:]),
        people=sorted([*named, *people]),
        corrected_clauses=frozenset(sentences[m.start] for m in cues.get("correction", ())),
    )


@dataclass(frozen=True)
class _Spans:
    tokens: Sequence[Token]
    clauses: Sequence[int]
    sentences: Sequence[int]

    def clause(self, position: int) -> set[int]:
        return self._around(position, self.clauses)

    def sentence(self, position: int) -> set[int]:
        return self._around(position, self.sentences)

    def rest_of_sentence(self, position: int) -> set[int]:
        return {i for i in self.sentence(position) if i >= position}

    def _around(self, position: int, number: Sequence[int]) -> set[int]:
        first = last = position
        while first > 0 and number[first - 1] == number[position]:
            first -= 1
        while last + 1 < len(number) and number[last + 1] == number[position]:
            last += 1
        return set(range(first, last + 1))


def _within(match: Match, others: Sequence[Match]) -> bool:
    return any(o.start <= match.start < o.end for o in others)


def _denied(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> dict[int, set[int]]:
    denied: dict[int, set[int]] = {}
    pseudo = cues.get("not_a_denial", ())
    ends = {m.start for m in cues.get("contrast", ())}
    for name in ("denial", "weak_denial", "strong_denial"):
        for match in cues.get(name, ()):
            if not _within(match, pseudo):
                reach = _WEAK_REACH if name == "weak_denial" else _NO_REACH
                for i in _reach(spans, match, ends, reach, strong=name == "strong_denial"):
                    denied.setdefault(i, set()).add(match.start)
    for name, back in (("denied_before", 6), ("denied_just_before", 3)):
        for match in cues.get(name, ()):
            for i in spans.clause(match.start):
                if match.start - back <= i < match.start:
                    denied.setdefault(i, set()).add(match.start)
    return denied


def _reach(spans: _Spans, cue: Match, ends: set[int], reach: int, *, strong: bool) -> set[int]:
    tokens = spans.tokens
    listing = strong or (cue.start == min(spans.sentence(cue.start)) and tokens[cue.start].text in _LISTERS)
    reached: set[int] = set()
    i, left = cue.end, reach
    while i < len(tokens):
        token = tokens[i]
        if token.kind == "stop" or i in ends or left == 0:
            break
        if token.kind == "comma" and token.text not in "、/":
            if not _list_goes_on(spans, i, ends, listing):
                break
            left = reach
        elif token.text == "and" and not strong and not _next_is(tokens, i, ("no", "or")):
            break
        elif token.kind != "comma":
            left -= 1
        reached.add(i)
        i += 1
    return reached


def _next_is(tokens: Sequence[Token], position: int, words: Sequence[str]) -> bool:
    return position + 1 < len(tokens) and tokens[position + 1].text in words


def _list_goes_on(spans: _Spans, comma: int, ends: set[int], listing: bool) -> bool:
    """Whether "no fever, cough, or rash" still denies after this comma."""
    tokens = spans.tokens
    if comma + 1 >= len(tokens) or tokens[comma + 1].kind not in ("word", "comma"):
        return False
    rest = []
    for i in range(comma + 1, len(tokens)):
        if tokens[i].kind == "stop" or i in ends or spans.sentences[i] != spans.sentences[comma]:
            break
        rest.append(tokens[i].text)
    piece: list[str] = []
    closed_by_or = bool(rest) and rest[0] in ("or", "nor")
    for word in rest:
        if word in _OWN_STATEMENT:
            return closed_by_or and not set(piece[:3]) & _OWN_STATEMENT and bool(piece)
        if word in ("or", "nor"):
            closed_by_or = True
        piece.append(word)
    return closed_by_or or (listing and len(rest) <= 12)


def _hypothetical(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
    supposed: set[int] = set()
    pseudo = cues.get("not_hypothetical", ())
    for match in cues.get("question", ()):
        if not _within(match, pseudo):
            supposed |= spans.clause(match.start) | spans.rest_of_sentence(match.start)
    for match in cues.get("question_clause", ()):
        if not _within(match, pseudo):
            supposed |= spans.clause(match.start)
    for match in cues.get("supposing", ()):
        if not _within(match, pseudo):
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


def _staged(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
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


def _asks_first(spans: _Spans, cue: Match, position: int) -> bool:
    return cue.start <= position and spans.sentences[cue.start] == spans.sentences[position]


def _past(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
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


def _settled(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
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


def _other(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
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


def _animals(spans: _Spans, cues: Mapping[str, Sequence[Match]]) -> set[int]:
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
