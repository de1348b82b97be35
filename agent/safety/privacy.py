"""Take out what identifies a person before a remote model or a log sees a text, and put it back for the user.

A first slice by rules (``data/privacy.yaml``): contact data, numbers with their check digits, dates, simple
addresses, and names where the words around them say that a name follows. Diseases named after people stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from agent.safety.names import people
from agent.safety.wording import compiled, expand, load_data

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
    for entity in _entities():
        for start, end in _matches(entity, text):
            if all(end <= other.start or start >= other.end for other in found):
                found.append(Span(start, end, entity.label))
    for start, end in people(text, _never_a_person):
        start, end = _name(text, start, end)
        if start < end and all(end <= other.start or start >= other.end for other in found):
            found.append(Span(start, end, "NAME"))
    return tuple(sorted(found))


def _never_a_person(word: str) -> bool:
    """A word of medicine or of every day, or a disease's namesake that stands by itself."""
    eponyms, _, plain = _kept()
    return word in plain or word in eponyms


def _matches(entity: _Entity, text: str) -> Iterator[tuple[int, int]]:
    for match in compiled(entity.source).finditer(text):
        start, end = match.span(1) if entity.group else match.span()
        if entity.label == "NAME":
            start, end = _name(text, start, end)
        if start < end and (not entity.check or _CHECKS[entity.check](text[start:end])):
            yield start, end


def _name(text: str, start: int, end: int) -> tuple[int, int]:
    """A name without the plain words at its end; empty where it is the name of a disease."""
    eponyms, eponyms_zh, plain = _kept()
    words = list(re.finditer(r"[^\s]+", text[start:end]))
    if any(text.startswith(name, start) for name in eponyms_zh):
        return start, start
    if words and _bare(words[0].group()) in eponyms and _disease_follows(text[end : end + 24]):
        return start, start
    kept = 0
    for word in words:
        if _bare(word.group()) in plain:
            break
        kept = word.end()
    return start, start + kept


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.strip(".,;:!?-").lower()).split("-")[0]


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


_CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType({"id_card": _is_id_card, "card": _is_card})


@cache
def _entities() -> tuple[_Entity, ...]:
    data = load_data("privacy")
    return tuple(
        _Entity(e["label"], expand(e["match"], data["macros"]), bool(e.get("group")), e.get("check", ""))
        for e in data["entities"]
    )


@cache
def _kept() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    keep = load_data("privacy")["keep"]
    return (
        frozenset(map(str, keep["eponyms"])),
        tuple(keep["eponyms_zh"]),
        frozenset("no" if word is False else "yes" if word is True else str(word) for word in keep["words"]),
    )
