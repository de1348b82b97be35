"""Names in a suite that the agent does not know: a misspelled flag or card would never be found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from eval.schema.expectation import Expectation
from eval.schema.suite import Suite

_CRISIS = "crisis-"


def unknown_names(suite: Suite) -> Iterator[str]:
    """Red flags that no rule raises, and cards of the handbook that do not exist, as problems to tell."""
    flags, cards = _flags(), _cards()
    told: set[str] = set()
    for sample in suite.samples:
        for expected in (sample.expect, *(turn.expect for turn in sample.turns)):
            for field, kind, name, known in _named(
                expected, flags, cards, own_corpus=suite.corpus is not None
            ):
                if name not in known and name not in told:
                    told.add(name)
                    near = get_close_matches(name, known, 2)
                    hint = f"; did you mean {' or '.join(near)}?" if near else ""
                    for place in _places(suite, name):
                        yield f"{place}: {field}: there is no {kind} {name!r}{hint}"


def _places(suite: Suite, name: str) -> list[str]:
    """``file:line`` of every line that writes the name: a name that does not exist stands for nothing else."""
    if suite.path is None:
        return [suite.name]
    written = re.compile(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])")
    lines = suite.path.read_text(encoding="utf-8").splitlines()
    return [
        f"{suite.path}:{number}" for number, line in enumerate(lines, start=1) if written.search(line)
    ] or [str(suite.path)]


def _named(
    expected: Expectation, flags: frozenset[str], cards: frozenset[str], *, own_corpus: bool
) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    if expected.red_flags is not None:
        wanted = expected.red_flags
        for flag in (*wanted.all, *wanted.any_of, *wanted.none_of):
            if not flag.startswith(_CRISIS):
                yield "red_flags", "red flag", flag, flags
    if expected.cites is not None and expected.cites.document and not own_corpus:
        for card in expected.cites.document.split("|"):
            yield "cites", "card", card, cards


def _flags() -> frozenset[str]:
    from agent.safety.red_flags import RedFlagScreen

    return frozenset(rule.id for rule in RedFlagScreen.load().rules)


def _cards() -> frozenset[str]:
    from retrieval.handbook.outline import load_outline

    return frozenset(card.id for card in load_outline().cards)
