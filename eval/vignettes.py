"""Clinical vignettes with a known diagnosis: is there a card for it, and does search bring it up?

Reads JSONL of the Avey kind by path (``correct_diagnosis``, ``presentation``, …); no record is kept here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.jsonl import read_jsonl
from eval.names import CardNames
from eval.retrieval_score import CUTS, HitRates, first_documents, hit_rates, rank_of, table

if TYPE_CHECKING:
    from retrieval.search import Index

_SHAPE = '{"correct_diagnosis": "…", "presentation": "…", …}'


@dataclass(frozen=True, slots=True)
class Vignette:
    id: str
    diagnosis: str
    presentation: str
    """The story as told, without the findings that are absent and without the histories."""


@dataclass(frozen=True, slots=True)
class VignetteResult:
    vignette: Vignette
    cards: frozenset[str]
    """Cards of the right condition; empty where the handbook has none."""
    found: tuple[str, ...]

    @property
    def rank(self) -> int | None:
        return rank_of(self.cards, self.found)


def load_vignettes(path: Path) -> tuple[Vignette, ...]:
    """Vignettes of a JSONL file.

    Raises:
        UsageError: the file cannot be read, is empty, or a line is no vignette.
    """
    return read_jsonl(path, _vignette, _SHAPE)


def built_in_names() -> CardNames:
    """Names of the handbook's conditions and topics; a diagnosis such as pregnancy may be a topic."""
    from retrieval.handbook.outline import load_outline

    cards = load_outline().cards
    return CardNames(card for card in cards if card.id.startswith(("condition/", "topic/")))


def score_vignettes(
    index: Index,
    vignettes: Iterable[Vignette],
    names: CardNames,
    *,
    tick: Callable[[], object] = lambda: None,
) -> tuple[VignetteResult, ...]:
    """Search with each presentation text alone. ``tick`` is called after each."""
    results = []
    for one in vignettes:
        found = first_documents(index, one.presentation, "en", CUTS[-1])
        results.append(VignetteResult(one, names.cards_of(one.diagnosis), found))
        tick()
    return tuple(results)


def groups(results: Sequence[VignetteResult]) -> dict[str, HitRates]:
    """Over all vignettes, and over those whose diagnosis has a card."""
    return {
        "all": hit_rates(one.rank for one in results),
        "with a card": hit_rates(one.rank for one in results if one.cards),
    }


def missing(results: Sequence[VignetteResult]) -> dict[str, int]:
    """Diagnoses that have no card, with how many vignettes that costs."""
    return dict(sorted(Counter(one.vignette.diagnosis for one in results if not one.cards).items()))


def as_text(results: Sequence[VignetteResult]) -> str:
    covered = sum(bool(one.cards) for one in results)
    lines = [
        f"{covered} of {len(results)} vignettes ({covered / len(results):.0%}) have a card of their diagnosis."
    ]
    if absent := missing(results):
        lines.append(
            "No card: " + ", ".join(f"{name} ({n})" if n > 1 else name for name, n in absent.items())
        )
    lines += ["", *table(groups(results))]
    late = [one for one in results if one.cards and one.rank is None]
    if late:
        lines += ["", f"Has a card, but not in the first {CUTS[-1]}:"]
    for one in late:
        lines.append(f"  {one.vignette.id} {one.vignette.diagnosis}: first {', '.join(one.found[:3])}")
    return "\n".join(lines)


def as_json(results: Sequence[VignetteResult]) -> dict[str, Any]:
    return {
        "groups": {name: rates.as_json() for name, rates in groups(results).items()},
        "covered": sum(bool(one.cards) for one in results),
        "missing": missing(results),
        "vignettes": [
            {
                "id": one.vignette.id,
                "diagnosis": one.vignette.diagnosis,
                "cards": sorted(one.cards),
                "rank": one.rank,
                "found": list(one.found),
            }
            for one in results
        ],
    }


def _vignette(raw: dict[str, Any]) -> Vignette:
    diagnosis = str(raw["correct_diagnosis"])
    return Vignette(str(raw.get("_id", diagnosis)), diagnosis, str(raw["presentation"]))
