"""The field's own measures: ROUGE, answer letters, ranking."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


def tokens(text: str) -> list[str]:
    """As ROUGE counts them: lower-case words and numbers; Chinese by characters."""
    return _TOKEN.findall(text.lower())


def rouge_n(reference: str, candidate: str, n: int) -> float:
    """F1 of shared n-grams (Lin 2004), without stemming."""
    wanted, given = _grams(tokens(reference), n), _grams(tokens(candidate), n)
    shared = sum((wanted & given).values())
    return _f1(shared, sum(given.values()), sum(wanted.values()))


def rouge_l(reference: str, candidate: str) -> float:
    """F1 of the longest common subsequence."""
    wanted, given = tokens(reference), tokens(candidate)
    row = [0] * (len(given) + 1)
    for word in wanted:
        before = 0
        for place, other in enumerate(given, start=1):
            before, row[place] = row[place], before + 1 if word == other else max(row[place], row[place - 1])
    return _f1(row[-1], len(given), len(wanted))


def _grams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _f1(shared: float, given: float, wanted: float) -> float:
    return 2 * shared / (given + wanted) if shared else 0.0


_LETTER = (
    re.compile(r"\b(?:answer|option|choice)\s*(?:is|:)?\s*\(?([A-J])\b", re.IGNORECASE),
    re.compile(r"^\W*([A-J])(?:[).:,]|\s*$)", re.MULTILINE),
    re.compile(r"(?:答案|选项?|选择)\s*(?:是|为|：|:)?\s*([A-J])"),
)


def letter(text: str, options: Mapping[str, str]) -> str | None:
    """The option that an answer chooses: by its letter, else the only option whose words it holds."""
    for pattern in _LETTER:
        if (found := pattern.search(text)) and found.group(1).upper() in options:
            return found.group(1).upper()
    said = " ".join(tokens(text))
    named = [
        key for key, words in options.items() if (w := " ".join(tokens(words))) and f" {w} " in f" {said} "
    ]
    return named[0] if len(named) == 1 else None


def yes_no(text: str) -> str | None:
    """``yes``, ``no`` or ``maybe`` where an answer begins with it or says it outright, else ``None``."""
    found = re.search(
        r"^\W*(yes|no|maybe)\b|\banswer\s*(?:is|:)\s*(yes|no|maybe)\b", text.strip(), re.IGNORECASE
    )
    return (found.group(1) or found.group(2)).lower() if found else None


def ndcg(grades: Sequence[float], ideal: Sequence[float], k: int) -> float:
    """nDCG@k with gain ``grade`` (as trec_eval counts it)."""
    best = _dcg(sorted(ideal, reverse=True)[:k])
    return _dcg(grades[:k]) / best if best else 0.0


def _dcg(grades: Sequence[float]) -> float:
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def reciprocal_rank(relevant: Sequence[bool]) -> float:
    return next((1 / place for place, hit in enumerate(relevant, start=1) if hit), 0.0)
