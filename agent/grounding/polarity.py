"""What is denied: each "not" with the words right after it, so that a denial elsewhere in the sentence does not count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.grounding.text import Text

_CUE = re.compile(
    r"\b(?:no(?! (?:less|more|fewer) than)(?! longer)|not(?! only)(?! just)|never|none|without|cannot|neither|nor|lack|lacks|lacking|"
    r"absence of|absent|fail(?:s|ed)? to|unable to|unlikely|rather than|instead of|free of|"
    r"avoid(?:s|ed|ing)?|contraindicated|[a-z]+n't)\b"
    r"|不(?!适|舒服|同|断|久|良|全|足|孕|整|仅|但|只|管|论|少|过|安|明|振|畅|稳|规则|典型|一)|没有|没|无(?!论|菌|名)|禁[用忌止食]|忌|勿|避免|未(?!来|成年)|并非|别(?=[再去吃用让])|非(?=常规|必)"
)
_WHOLE = re.compile(r"contraindicated|unlikely|禁|忌|absent|absence")
_REACH = {"en": 4, "zh": 5}


@dataclass(frozen=True, slots=True)
class Denial:
    """One cue and the stems of the words it denies."""

    cue: str
    heads: tuple[str, ...]
    places: frozenset[int]
    span: tuple[int, int]
    """Where the cue stands in the folded text."""
    elided: bool = False
    """The words are not repeated after the cue; ``places`` is all that may be meant."""


def denials(text: Text) -> list[Denial]:
    """The denials of a text, in order. Two cues that deny the same word cancel each other out in ``denied``."""
    found = []
    reach = _REACH["zh" if text.chinese else "en"]
    for match in _CUE.finditer(text.folded):
        after = [i for i in text.content if text.tokens[i].start >= match.end()]
        clause = _clause_at(text, match.start())
        inside = [i for i in after if text.tokens[i].clause == clause][:reach]
        if not inside and not _WHOLE.match(match.group()):
            # "… when they do not": what is denied was said before.
            meant = frozenset(i for i in text.content if text.tokens[i].end <= match.start())
            found.append(Denial(match.group(), (), meant, match.span(), elided=True))
            continue
        if _WHOLE.match(match.group()):
            before = [
                i
                for i in text.content
                if text.tokens[i].end <= match.start() and text.tokens[i].clause == clause
            ]
            inside = [*before[-reach:], *inside]
        if inside:
            heads = tuple(text.tokens[i].stem for i in inside)
            found.append(Denial(match.group(), heads, frozenset(inside), match.span()))
    return found


def _clause_at(text: Text, place: int) -> int:
    at = 0
    for token in text.tokens:
        if token.start > place:
            break
        at = token.clause
    return at


def polarity_difference(claim: Text, said: list[Denial], source: Text, given: list[Denial]) -> str:
    """Whether something is denied on one side and not on the other; empty when both agree."""
    denied_there, plain_there = _split(source, given)
    denied_here, plain_here = _split(claim, said)
    for denial in said:
        if denial.elided and given:
            continue
        yes, no = _votes(denial.heads, denied_there, plain_there)
        if no > yes or not yes and not given:
            return "negation differs from the source"
    for denial in given:
        if denial.elided:
            continue
        present = [head for head in denial.heads[:3] if head in denied_here or head in plain_here]
        if len(present) < min(2, len(denial.heads[:3])) or denial.heads[0] not in present:
            continue
        yes, no = _votes(tuple(present), denied_here, plain_here)
        # The source may say the same words twice, once denied and once not: then the claim may rest on the other.
        if no > yes and not all(head in plain_there for head in present):
            return "negation differs from the source"
    return ""


def _split(text: Text, found: list[Denial]) -> tuple[set[str], set[str]]:
    """Stems that stand denied somewhere, and stems that stand undenied somewhere."""
    certain = {i for one in found if not one.elided for i in one.places}
    denied = certain | {i for one in found if one.elided for i in one.places}
    return (
        {text.tokens[i].stem for i in denied},
        {text.tokens[i].stem for i in text.content if i not in certain},
    )


def _votes(heads: tuple[str, ...], denied: set[str], plain: set[str]) -> tuple[int, int]:
    """How many of the words are denied there, and how many stand only undenied; the first word counts double."""
    yes = no = 0
    for place, head in enumerate(heads):
        weight = 2 if place == 0 else 1
        if head in denied:
            yes += weight
        elif head in plain:
            no += weight
    return yes, no
