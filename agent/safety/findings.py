"""What a person said about their health: concepts and measurements, each with its status and exact words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from agent.characters import characters
from agent.safety import clauses, measurements
from agent.safety.clauses import Match, Reading, Status
from agent.safety.measure import Measure
from agent.safety.patterns import PhraseBook
from agent.safety.spans import cut
from agent.safety.tokens import Token, expand, normalise, tokenise

RULES = Path(__file__).with_name("rules")
CONCEPT_FILES = ("concepts-*.yaml",)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing said. ``said[turn][start:end] == evidence``."""

    concept: str
    """A concept of ``rules/concepts-*.yaml`` (``chest_pain``) or a measure (``temperature_c``)."""
    status: Status
    evidence: str
    turn: int
    who: str = "self"
    """``self``, ``baby``, ``child`` or ``other_person``."""
    value: float | None = None
    unit: str = ""
    start: int = 0
    end: int = 0
    sentence: int = 0
    """Number of the sentence within its message."""
    corrects: bool = False
    """Said as a correction ("actually no chest pain, I meant heartburn")."""


@dataclass(frozen=True)
class Lexicon:
    """The phrases of all concepts and context cues, and the character table."""

    book: PhraseBook
    table: Mapping[int, str]
    cue_names: frozenset[str]
    shorthand: Mapping[str, tuple[str, ...]]
    """Clinicians' abbreviations and what they stand for."""


def load_yaml(path: Path) -> Any:
    with path.open("rb") as stream:
        return yaml.load(stream, Loader=_Loader)  # noqa: S506 - CSafeLoader is a safe loader


@cache
def lexicon() -> Lexicon:
    """Everything under ``rules/`` that names things, read once."""
    context = load_yaml(RULES / "context.yaml")
    words: dict[str, str] = dict(context["words"])
    phrases: dict[str, list[str]] = {}
    for path in sorted(p for pattern in CONCEPT_FILES for p in RULES.glob(pattern)):
        data = load_yaml(path)
        words.update(data.get("words", {}))
        for name, lines in data["concepts"].items():
            if name in phrases:
                raise ValueError(f"concept {name!r} is defined twice, again in {path.name}")
            phrases[name] = lines.splitlines()
    cues = {name: lines.splitlines() for name, lines in context["cues"].items()}
    flat = {name: " ".join(text.split()) for name, text in words.items()}
    table = {**characters("traditional"), **characters("cantonese")}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF5B)}
    table |= {ord("’"): "'", ord("‘"): "'", ord("％"): "%", ord("℃"): "℃", ord("．"): "."}
    everything = {
        name: [line.translate(table) for line in lines] for name, lines in {**cues, **phrases}.items()
    }
    flat = {name: text.translate(table) for name, text in flat.items()}
    compounds = context["compounds"].translate(table).split()
    book = PhraseBook(everything, flat, context["not_typos"].split(), frozenset(cues), compounds)
    shorthand = {short: tuple(full.split()) for short, full in context["shorthand"].items()}
    return Lexicon(book, table, frozenset(cues), shorthand)


def concepts() -> frozenset[str]:
    """Every concept a rule may name."""
    names = set()
    for path in sorted(RULES.glob("concepts-*.yaml")):
        names |= set(load_yaml(path)["concepts"])
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Message:
    """One message, read once: its words, what stands in them, and what the words around say about every word."""

    text: str
    """Normalised; every offset is one into the original."""
    tokens: Sequence[Token]
    starts: Sequence[int]
    """Where each token begins."""
    concepts: Mapping[str, Sequence[Match]]
    measures: Sequence[tuple[int, Measure]]
    """Each with the token that it begins at."""
    sentence_of: Sequence[int]
    reading: Reading

    def match(self, start: int, end: int) -> Match | None:
        """The tokens that characters [start, end) touch, as one match."""
        first = bisect_right(self.tokens, start, key=lambda token: token.end)
        last = bisect_left(self.tokens, end, key=lambda token: token.start)
        return Match(first, last, ((first, last),)) if first < last else None


@lru_cache(maxsize=512)
def read_message(original: str) -> Message:
    """Cached, because every turn reads the whole conversation, and more than one reader reads each message."""
    lex = lexicon()
    text = normalise(original, lex.table)
    tokens = expand(tokenise(text), lex.shorthand)
    clause_of, sentence_of = cut(tokens)
    found = lex.book.find(tokens, clause_of)
    starts = [token.start for token in tokens]
    measures = [(max(0, bisect_right(starts, m.start) - 1), m) for m in measurements.find(text)]
    people = [(at, m.who) for at, m in measures if m.who]
    cues = {name: matches for name, matches in found.items() if name in lex.cue_names}
    concepts = {name: matches for name, matches in found.items() if name not in lex.cue_names}
    reading = clauses.read(tokens, clause_of, sentence_of, cues, people)
    return Message(text, tokens, starts, concepts, measures, sentence_of, reading)


def extract(said: Sequence[str]) -> tuple[Finding, ...]:
    """Every concept and measurement in the messages, oldest first, with status, person and exact words."""
    findings: list[Finding] = []
    person = "self"
    for turn, text in enumerate(said):
        found, person = _extract_one(text, turn, person)
        findings += found
        findings += _corrected_numbers(text, turn, findings)
    return tuple(findings)


_CHILD_UNTIL_DAYS = 16 * 365.25
"""Someone whose age is given as less than this is a child, named so or not."""
_SENTENCES = re.compile(r"[^.!?。！？\n]+(?:\.\d[^.!?。！？\n]*)*")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_TAKEN_BACK = re.compile(
    r"(?:\bnot|instead of|rather than|n't|不是|并非|而不是)\s*(?:a |an |actually )?(\d+(?:\.\d+)?)"
)
_MISTAKE = re.compile(
    r"\b(?:typo|meant|i mean|mistyped|misread|misspoke|correction|sorry|oops|wrong number|read it wrong)\b|"
    r"说错|打错|写错|看错|读错|搞错|弄错|更正|纠正|应该是|手误|输错"
)
_LATER_READING = re.compile(
    r"\b(?:now|again|after|later|second|dropped|since|today)\b|现在|再测|又测|之后|后来|降|今天"
)
"""A second reading is news, not a correction: the first one was still true."""


def _corrected_numbers(original: str, turn: int, earlier: Sequence[Finding]) -> list[Finding]:
    """ "Sorry, 37.8 not 38.8": the old number as a denied finding, the new one as a present finding."""
    text = read_message(original).text
    found: list[Finding] = []
    if not (_TAKEN_BACK.search(text) or _MISTAKE.search(text)):
        return found
    for sentence in _SENTENCES.finditer(text):
        words, numbers = sentence.group(), list(_NUMBERS.finditer(sentence.group()))
        gone = _TAKEN_BACK.search(words)
        kept = [n for n in numbers if gone is None or n.start() != gone.start(1)]
        mistake = bool(_MISTAKE.search(words)) and not _LATER_READING.search(words)
        if not numbers or not (gone or mistake):
            continue
        before = [
            f
            for f in earlier
            if f.value is not None and f.status == "present" and (f.turn, f.start) < (turn, sentence.start())
        ]
        measured = {
            f.concept: f
            for f in earlier
            if f.value is not None and f.turn == turn and sentence.start() <= f.start < sentence.end()
        }
        if mistake and measured and not gone:
            found += [
                replace(old, status="denied", turn=turn, start=measured[old.concept].start, corrects=True)
                for old in before
                if old.concept in measured and old.value != measured[old.concept].value
            ]
            continue
        for old in reversed(before):
            digits = _NUMBERS.findall(normalise(old.evidence, lexicon().table))
            if (gone and gone.group(1) in digits) or (mistake and not gone and len(kept) == 1):
                new = _remeasured(old, gone.group(1) if gone else digits[-1], kept)
                if new is None and not gone:
                    continue
                place = sentence.start() + (kept[0].start() if kept else numbers[0].start())
                end = sentence.start() + (kept[0].end() if kept else numbers[0].end())
                here = replace(
                    old, evidence=original[place:end], turn=turn, start=place, end=end, corrects=True
                )
                found.append(replace(here, status="denied"))
                if new is not None:
                    found.append(replace(here, value=new))
                break
    return found


def _remeasured(old: Finding, digits: str, kept: Sequence[re.Match[str]]) -> float | None:
    """What the old words measure with the new number in them; ``None`` where they would mean something else."""
    if len(kept) != 1:
        return None
    words = normalise(old.evidence, lexicon().table).replace(digits, kept[0].group(), 1)
    values = [m.value for m in measurements.find(words) if m.name == old.concept]
    near = [v for v in values if old.value and 0.5 <= v / old.value <= 2]
    return near[0] if near else None


def _status(concept: str, status: Status) -> Status:
    """Concepts named ``..._ago`` are about the past; having been so is what counts."""
    return "present" if status == "past" and concept.endswith("_ago") else status


@lru_cache(maxsize=1024)
def _extract_one(original: str, turn: int, person: str) -> tuple[tuple[Finding, ...], str]:
    """One message's findings, and who it ends up speaking of. Cached: every turn reads the whole conversation again."""
    message = read_message(original)
    tokens, reading, sentence_of = message.tokens, message.reading, message.sentence_of
    findings = []
    for name, matches in message.concepts.items():
        for match in matches:
            start, end = tokens[match.start].start, tokens[match.end - 1].end
            findings.append(
                Finding(
                    concept=name,
                    status=_status(name, reading.status(match)),
                    evidence=original[start:end],
                    turn=turn,
                    who=reading.who(match.start, person),
                    start=start,
                    end=end,
                    sentence=sentence_of[match.start],
                    corrects=sentence_of[match.start] in reading.corrected_clauses,
                )
            )
    for at, measure in message.measures:
        where = Match(at, max(at + 1, bisect_right(message.starts, measure.end - 1)), ())
        status = reading.status(where._replace(parts=((where.start, where.end),)))
        findings.append(
            Finding(
                concept=measure.name,
                status=status,
                evidence=original[measure.start : measure.end],
                turn=turn,
                who=measure.who or reading.who(at, person),
                value=measure.value,
                unit=measure.unit,
                start=measure.start,
                end=measure.end,
                sentence=sentence_of[at],
                corrects=sentence_of[at] in reading.corrected_clauses,
            )
        )
    findings += [
        replace(f, concept=group, value=None, unit="")
        for f in findings
        if f.concept == "age_days" and f.value is not None
        for group, until in (("baby", 365), ("child", _CHILD_UNTIL_DAYS))
        if f.value < until
    ]
    findings.sort(key=lambda f: (f.start, f.end))
    return tuple(findings), reading.who(len(tokens) - 1, person) if tokens else person
