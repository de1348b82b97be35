"""Take out what identifies a person before a remote model or a log sees a text, and put it back for the user.

Rules (``data/privacy.yaml``): contact data, numbers with their check digits, dates, addresses, and names where the
words around them say that a name follows; and names by a list (``names.py``). Diseases named after people stay, and so
do places, and years and weekdays beside a word of health, because medicine needs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from agent.safety.names import is_known, is_listed, people
from agent.safety.scope import mentions_health
from agent.safety.wording import compiled, expand
from agent.tables import table

_TITLED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr)\.?|\bsays) $")
_PERSONAL = re.compile(r"\b(?:I|my|me|we|our|since|it)\b|\?|[我他她]")
_DOTTED = re.compile(r"[A-Z]\.")
_NEIGHBOUR = re.compile(r"(?: |, | and |, and | or )(?![A-Z][a-z]*['’](?!s))([A-ZÀ-Ž][\w'’-]+)")
_NEIGHBOUR_BEFORE = re.compile(r"([A-ZÀ-Ž][\w'’-]+)(?:, | and |, and | or )$")
_PLACEHOLDER = re.compile(r"\[[A-Z_]+_\d+\]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"


@dataclass(frozen=True)
class Redacted:
    text: str
    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Placeholder, such as ``[NAME_1]``, to the original words. Keep it out of logs."""

    def restore(self, text: str) -> str:
        """Put the original words back into any text that carries the placeholders, such as a model's answer."""
        return _PLACEHOLDER.sub(lambda match: self.mapping.get(match.group(), match.group()), text)


@dataclass(frozen=True)
class _Entity:
    label: str
    source: str
    group: bool
    check: str
    digits: int
    """Digits that a text must have before the pattern is tried."""


@dataclass(frozen=True, order=True)
class Span:
    start: int
    end: int
    label: str


def redact(text: str) -> Redacted:
    """Replace what identifies a person by placeholders; the same words get the same placeholder."""
    mapping: dict[str, str] = {}
    given: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    taken = set(_PLACEHOLDER.findall(text))  # a text may already contain something that looks like ours
    pieces: list[str] = []
    at = 0
    for span in identifiers(text):
        words = text[span.start : span.end]
        key = (span.label, words)
        while key not in given:
            counts[span.label] = counts.get(span.label, 0) + 1
            placeholder = f"[{span.label}_{counts[span.label]}]"
            if placeholder not in taken:
                given[key] = placeholder
                mapping[placeholder] = words
        pieces += [text[at : span.start], given[key]]
        at = span.end
    return Redacted("".join([*pieces, text[at:]]), MappingProxyType(mapping))


def identifiers(text: str) -> tuple[Span, ...]:
    """Where a text identifies somebody: spans in order that do not overlap."""
    found: list[Span] = []
    digits = sum(map(str.isdigit, text))
    for entity in _entities():
        if digits < entity.digits:
            continue
        for start, end in _matches(entity, text):
            if all(end <= other.start or start >= other.end for other in found):
                found.append(Span(start, end, entity.label))
    for start, end in people(text, _never_a_person):
        start, end = _name(text, start, end)
        if _DISEASE.match(text, end) or _all_eponyms(text[start:end]):
            continue
        touched = [other for other in found if start < other.end and other.start < end]
        if start < end and all(other.label == "NAME" for other in touched):
            found = [other for other in found if other not in touched]
            edges = [(start, end), *((other.start, other.end) for other in touched)]
            found.append(Span(min(e[0] for e in edges), max(e[1] for e in edges), "NAME"))
    return tuple(sorted([*found, *_neighbours(text, found)]))


def _neighbours(text: str, found: list[Span]) -> Iterator[Span]:
    """One name tells of the next: "Lena, Marrero and Park", and "Laila" before a surname that is also a disease's."""
    eponyms, _, plain = _kept()
    spans = list(found)
    for span in spans:  # grows while it is read
        if span.label != "NAME":
            continue
        for match in (
            _NEIGHBOUR.match(text, span.end),
            _NEIGHBOUR_BEFORE.search(text, max(0, span.start - 40), span.start),
        ):
            if match is None:
                continue
            word = _bare(match[1])
            new = Span(*match.span(1), "NAME")
            free = all(new.end <= other.start or new.start >= other.end for other in spans)
            beside = text[match.start() : match.start(1)] == " "
            ordinary = word in plain or is_known(word) or beside and word not in eponyms
            if free and not ordinary and not _disease_follows_word(text, new.end):
                spans.append(new)
                yield new


def _disease_follows_word(text: str, end: int) -> bool:
    return bool(_DISEASE.match(text, end))


def _never_a_person(word: str) -> bool:
    """A word of medicine or of every day, or a disease's namesake that stands by itself."""
    eponyms, _, plain = _kept()
    return word in plain or word in eponyms


def _matches(entity: _Entity, text: str) -> Iterator[tuple[int, int]]:
    for match in compiled(entity.source).finditer(text):
        start, end = match.span(1) if entity.group else match.span()
        if entity.label == "NAME":
            start, end = _name(text, start, end)
        if start < end and _holds(entity.check, text, start, end):
            yield start, end


def _holds(check: str, text: str, start: int, end: int) -> bool:
    if check == "no_health":
        sentence = _sentence(text, start, end)
        return not _PERSONAL.search(sentence) and not mentions_health(sentence)
    return not check or _CHECKS[check](text[start:end])


def _sentence(text: str, start: int, end: int) -> str:
    before = max(text.rfind(mark, 0, start) for mark in ("\n", ". ", "? ", "! ", "。"))
    after = min(
        (found for mark in ("\n", ". ", "? ", "! ", "。") if (found := text.find(mark, end)) >= 0),
        default=len(text),
    )
    return text[before + 1 : after]


def _name(text: str, start: int, end: int) -> tuple[int, int]:
    """A name without the plain words at its end; empty where it is the name of a disease."""
    eponyms, eponyms_zh, plain = _kept()
    words = list(re.finditer(r"[^\s]+", text[start:end]))
    if any(text.startswith(name, start) for name in eponyms_zh):
        return start, start
    titled = _TITLED.search(text, max(0, start - 12), start)
    namesake = words and _bare(words[0].group()) in eponyms
    if namesake and (_DISEASE.match(text, end) or not titled and _disease_follows(text[end : end + 24])):
        return start, start
    kept = 0
    for word in words:
        if _bare(word.group()) in plain and not _DOTTED.fullmatch(word.group()):
            break
        kept = word.end()
    return start, start + kept


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.strip(".,;:!?-").lower()).split("-")[0]


_DISEASE = re.compile(
    r"(?:['’]s?)?[ -]+(?:(?!(?:that|the|is|has|had|was|and|or|for|to|in|on|a|an|his|her|my)\b)[\w-]+[ -]+)?(?:disease|syndrome|palsy|dementia|thyroiditis|lymphoma|sarcoma|tumou?rs?"
    r"|signs?|test|score|scale|lesion|phenomenon|pattern|an[a]?emia|dystrophy|malformation|body|bodies|chorea|ataxia"
    r"|disorder|fracture|contracture|esophagus|oesophagus|hernia|nodes?|cells?|reflex|manoeuvre|maneuver|classification"
    r"|criteria|method|procedure|operation|virus|bacillus|reaction|stain|law|attack|deficiency|neuropathy)\b",
    re.IGNORECASE,
)


def _all_eponyms(words: str) -> bool:
    """ "Creutzfeldt-Jakob", "Charcot-Marie-Tooth": nothing but diseases' namesakes."""
    eponyms, _, _ = _kept()
    parts = re.findall(r"[^\W\d_]+", re.sub(r"['’]s\b", "", words.lower()))
    return len(parts) > 1 and all(part in eponyms for part in parts)


def _disease_follows(after: str) -> bool:
    return bool(re.match(r"(?:['’]s?)?[\s-]*(?:\w+[\s-]+){0,2}?(?:disease|syndrome|palsy|dementia|thyroiditis|lymphoma|body|bodies|sarcoma|tumou?r|phenomenon|esophagus|chorea|sign|test|score|scale|contracture|ulcer|cyst|fracture|ganglion|$|[.,;!?])", after))  # fmt: skip


def _is_id_card(number: str) -> bool:
    """GB 11643: the last of the 18 characters checks the other 17."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return number[-1].upper() == _ID_CHECK[total % 11]


def _is_card(number: str) -> bool:
    """Luhn, as on bank cards; what fails it but has 13 to 19 unbroken digits is an account number, and as private."""
    digits = [int(char) for char in number if char.isdigit()]
    odd, even = digits[-1::-2], digits[-2::-2]
    luhn = (sum(odd) + sum(sum(divmod(2 * digit, 10)) for digit in even)) % 10 == 0
    return luhn or (number.isdigit() and 12 <= len(number) <= 19)


_CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "id_card": _is_id_card,
        "card": _is_card,
        "listed": is_listed,
        "unknown": lambda words: not all(is_known(word) for word in words.split()),
    }
)


@cache
def _entities() -> tuple[_Entity, ...]:
    data = table("privacy", "agent.safety")
    return tuple(
        _Entity(
            e["label"],
            expand(e["match"], data["macros"]),
            bool(e.get("group")),
            e.get("check", ""),
            e.get("digits", 0),
        )
        for e in data["entities"]
    )


@cache
def _kept() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    keep = table("privacy", "agent.safety")["keep"]
    return (
        frozenset(map(str, keep["eponyms"])),
        tuple(keep["eponyms_zh"]),
        frozenset("no" if word is False else "yes" if word is True else str(word) for word in keep["words"]),
    )
