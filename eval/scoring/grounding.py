"""Whether an answer's claims stand by their quotes, checked anew and without the agent's own checker.

Four things, for every claim that was kept: it cites; what it cites exists; the quote stands at its place in
the passage, and the passage in the corpus; and the quotes bear the claim out: its numbers with their units are
there, it is negated where they are, and most of its words are theirs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from agent.types import Citation, Claim, Reply
from eval.scoring.score import Score
from retrieval.passage import Passage

Lookup = Callable[[str], Passage | None]

SHARED = 0.5
"""Share of a claim's words that its quotes must hold, where it is not lifted from them."""
_NUMBER = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)*)\s*([a-zA-Zµμ%°℃％]+|毫克|微克|毫升|公斤|千克|克|小时|分钟|天|周|个月|年|岁|次|片)?"
)
_MARK = re.compile(r"[\[【]\d+(?:\s*[,，]\s*\d+)*[\]】]")
_NOT_EN = re.compile(
    r"\b(?:not|no|never|none|cannot|without|neither|nor|avoid)\b|\b\w+n['’]t\b", re.IGNORECASE
)
_NOT_ZH = re.compile(
    r"不(?=能|要|可|会|应|宜|得|是|需|必|建议|推荐|属于)|没有|无需|禁止|禁用|切勿|请勿|避免|并非|未"
)
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    claim: Claim
    fault: str = ""
    """Why it does not stand; empty where it does."""


def check(reply: Reply, lookup: Lookup | None) -> list[Verdict]:
    """Every kept claim with what is wrong with it.

    Args:
        lookup: the corpus, to see that the passage there says what the citation says it does; ``None`` where
            the corpus cannot be asked.
    """
    cited = {citation.n: citation for citation in reply.citations}
    return [Verdict(claim, _fault(claim, cited, lookup)) for claim in reply.claims if claim.kept]


def grounded(reply: Reply, lookup: Lookup | None) -> Score:
    verdicts = check(reply, lookup)
    if not verdicts:
        return Score("grounded", None, "no claim to check")
    faults = [verdict for verdict in verdicts if verdict.fault]
    share = 1 - len(faults) / len(verdicts)
    detail = "; ".join(f"{verdict.fault}: {verdict.claim.text}" for verdict in faults[:3])
    return Score("grounded", not faults, detail, share)


def _fault(claim: Claim, cited: dict[int, Citation], lookup: Lookup | None) -> str:
    if not claim.citations:
        return "no citation"
    quotes = []
    for number in claim.citations:
        citation = cited.get(number)
        if citation is None:
            return f"[{number}] points at nothing"
        if fault := _misquoted(citation, lookup):
            return f"[{number}] {fault}"
        quotes.append(f"{citation.title} {citation.quote}")
    return _unsupported(_MARK.sub("", claim.text), " ".join(quotes))


def _misquoted(citation: Citation, lookup: Lookup | None) -> str:
    if not citation.quote:
        return "quotes nothing"
    if citation.passage[citation.start : citation.end] != citation.quote:
        return "is not what its passage says"
    if lookup is not None:
        passage = lookup(citation.passage_id)
        if passage is None:
            return f"names a passage that the corpus does not have ({citation.passage_id})"
        if passage.text[citation.start : citation.end] != citation.quote:
            return "is not what the corpus says at that place"
        if passage.document_id != citation.document_id:
            return "names the wrong document"
    return ""


def _unsupported(claim: str, quotes: str) -> str:
    said, given = _flat(claim), _flat(quotes)
    if said and said in given:
        return ""
    if strange := _numbers(claim) - _numbers(quotes):
        number, unit = sorted(strange)[0]
        return f"{number}{unit} is not in the quote"
    if _negated(claim) != _negated(quotes):
        return "one of claim and quote is negated"
    words = _words(claim)
    if words and len(words & _words(quotes)) / len(words) < SHARED:
        return "the quote is about something else"
    return ""


def _flat(text: str) -> str:
    """Letters and digits alone."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _numbers(text: str) -> set[tuple[str, str]]:
    found = set()
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
        number = match.group(1).rstrip(".,").replace(",", "")
        unit = (match.group(2) or "").casefold().rstrip("s")
        found.add((number, unit if len(unit) <= 4 or unit in ("hour", "month", "week", "minute") else ""))
    return found


def _negated(text: str) -> bool:
    return bool(_NOT_EN.search(text) or _NOT_ZH.search(text))


def _words(text: str) -> set[str]:
    """Stems of English words (their first six letters) and pairs of Chinese characters."""
    lowered = text.casefold()
    english = {word[:6] for word in re.findall(r"[a-z]{3,}", lowered)}
    chinese = {run[i : i + 2] for run in _HAN_RUN.findall(lowered) for i in range(len(run) - 1)}
    return english | chinese
