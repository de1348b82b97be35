"""The messages that the second sight learns from, one JSON object a line in ``data/*.jsonl``.

``{"text": …, "danger": "heart"}`` needs emergency care; ``{"text": …, "danger": "", "near": "heart"}`` is a
look-alike. Other files label other heads (``crisis``, ``harm``, ``injection``) in the same way; a head that a line
does not name learns nothing from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"

DANGERS = [
    "heart",
    "stroke",
    "breathing",
    "anaphylaxis",
    "bleeding",
    "choking",
    "head-injury",
    "meningitis-sepsis",
    "poisoning",
    "pregnancy",
    "baby",
    "child",
    "seizure",
    "spine",
    "testicle",
    "limb",
    "eye",
    "diabetes",
    "abdomen",
    "burn",
    "heat",
    "carbon-monoxide",
    "blood-pressure",
    "cancer-fever",
    "general",
]
CRISES = ["suicide", "self-harm", "abuse", "danger-to-others", "eating-disorder", "overdose", "psychosis"]

HEADS: Mapping[str, tuple[str, ...]] = {
    "danger": ("", *DANGERS),
    "crisis": ("", *CRISES),
    "harm": ("", "harm"),
    "injection": ("", "injection"),
}
"""A head and its classes; the empty one says that nothing of the kind is there."""


@dataclass(frozen=True)
class Example:
    text: str
    labels: Mapping[str, str]
    """head -> class, for the heads that this message teaches."""
    source: str
    """The file's stem, for figures by voice and language."""
    near: str = ""


def load_examples(folder: Path = DATA) -> tuple[Example, ...]:
    """All messages. Raises ``ValueError`` with file and line for a label that no head has."""
    return tuple(example for path in sorted(folder.glob("*.jsonl")) for example in _read(path))


def _read(path: Path) -> Iterator[Example]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        labels = {head: row[head] for head in HEADS if head in row}
        for head, label in labels.items():
            if label not in HEADS[head]:
                raise ValueError(f"{path.name}, line {number}: {head} {label!r} is not one of {HEADS[head]}")
        if not labels or not row["text"].strip():
            raise ValueError(f"{path.name}, line {number}: no text or no label")
        yield Example(row["text"], _implied(labels), path.stem, row.get("near", ""))


def _implied(labels: dict[str, str]) -> dict[str, str]:
    """Whoever tells of an emergency neither asks for harm nor tries to steer the agent, and the other way round."""
    if "danger" in labels:
        return {"harm": "", "injection": "", **labels}
    return labels
