"""How many unsupported sentences grounding catches and how many supported ones it keeps, by kind and language.

python -m agent.grounding.measure ../shared/data
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from agent.ground import Evidence, Verdict
from agent.grounding.pairs import Pair, make_pairs


def judged(pairs: Sequence[Pair]) -> list[tuple[Pair, Verdict]]:
    """Every pair with its verdict; the passages of a document are read once a claim, as in a turn."""
    evidence: dict[tuple[str, ...], Evidence] = {}
    found = []
    for pair in pairs:
        key = tuple(one.id for one in pair.passages)
        found.append((pair, evidence.setdefault(key, Evidence(pair.passages)).judge(pair.claim)))
    return found


def table(results: Sequence[tuple[Pair, Verdict]]) -> str:
    """Markdown: one row a kind, for each language kept of all."""
    kept: Counter[tuple[str, bool, str]] = Counter()
    total: Counter[tuple[str, bool, str]] = Counter()
    for pair, verdict in results:
        group = "all (natural)" if "written" in pair.kind else "all (made)"
        for kind in (pair.kind, group):
            total[kind, pair.supported, pair.language] += 1
            kept[kind, pair.supported, pair.language] += verdict.kept
    lines = ["| kind | should be | en right | zh right |", "|---|---|---|---|"]
    for kind, supported in sorted({(k, s) for k, s, _ in total}, key=lambda one: (not one[1], one[0])):
        cells = []
        for language in ("en", "zh"):
            count, released = total[kind, supported, language], kept[kind, supported, language]
            right = released if supported else count - released
            cells.append(f"{right}/{count} ({right / count:.1%})" if count else "–")
        lines.append(f"| {kind} | {'kept' if supported else 'dropped'} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the confusion table of the held-out half (or of the other) and the first mistakes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--training", action="store_true", help="the half that the weights were fitted on")
    parser.add_argument("--show", type=int, default=0, help="mistakes to print")
    parser.add_argument("--per-corpus", type=int, default=120)
    given = parser.parse_args()
    data = given.data if given.data.is_dir() else None
    pairs = [p for p in make_pairs(data, per_corpus=given.per_corpus) if p.held_out != given.training]
    results = judged(pairs)
    print(table(results))
    for pair, verdict in [one for one in results if one[1].kept != one[0].supported][: given.show]:
        print(
            f"- {pair.kind} ({pair.language}): {pair.claim}\n  ← {pair.original}\n  {verdict.support} {verdict.reason}"
        )


if __name__ == "__main__":
    main()
