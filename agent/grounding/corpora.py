"""Texts to measure grounding with: public development data where it lies beside the project, and our handbook always.

Nothing of the data is kept in the project. A document is what its passages are: several snippets that answer one
question (bioasq), the parts of an abstract (pubmedqa), an answer page (liveqa, huatuo-zh), a card (handbook).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.passage import Passage


@dataclass(frozen=True, slots=True)
class Source:
    """One document: its passages, and sentences that somebody wrote from them where the data has any."""

    id: str
    language: str
    corpus: str
    passages: tuple[Passage, ...]
    written: str = ""
    """An answer that an expert wrote from the passages; supported by them mostly, not always."""

    @property
    def held_out(self) -> bool:
        """Half of all documents, by the hash of the id: stable whatever else is read."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1


def documents(data: Path | None, per_corpus: int = 120, seed: int = 5) -> list[Source]:
    """A seeded sample of every corpus that is there."""
    found = _sample(list(_handbook("en")), per_corpus, seed) + _sample(
        list(_handbook("zh")), per_corpus, seed
    )
    if data is not None and data.is_dir():
        for read in (_bioasq, _pubmedqa, _liveqa, _huatuo):
            found += _sample(list(read(data)), per_corpus, seed)
    return found


def _sample(sources: list[Source], count: int, seed: int) -> list[Source]:
    chooser = random.Random(seed)
    return chooser.sample(sources, min(count, len(sources)))


def passage(identifier: str, title: str, text: str, language: str) -> Passage:
    return Passage(
        id=f"{identifier}#0",
        document_id=identifier,
        title=title,
        text=" ".join(text.split()),
        language=language,
    )


def _handbook(language: str) -> Iterator[Source]:
    from retrieval.chunk import passages
    from retrieval.handbook.load import load_cards
    from retrieval.handbook.render import to_documents

    for document in to_documents(load_cards()):
        held = tuple(one for one in passages(document) if one.language == language and len(one.text) > 30)
        if held:
            yield Source(f"handbook:{document.id}", language, "handbook", held)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            yield json.loads(line)


def _bioasq(data: Path) -> Iterator[Source]:
    folder = data / "retrieval" / "bioasq"
    if not folder.is_dir():
        return
    wanted: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, _ = line.split("\t")
        wanted[query].append(document)
    texts = {one["_id"]: one["text"] for one in _lines(folder / "corpus.jsonl.gz")}
    for asked in _lines(folder / "queries.jsonl"):
        held = tuple(passage(one, "", texts[one], "en") for one in wanted[asked["_id"]][:8] if one in texts)
        if held:
            yield Source(
                f"bioasq:{asked['_id']}", "en", "bioasq", held, asked["metadata"].get("ideal_answer") or ""
            )


def _pubmedqa(data: Path) -> Iterator[Source]:
    for one in _lines(data / "pubmedqa" / "dev.jsonl.gz"):
        held = tuple(passage(f"{one['_id']}-{n}", "", text, "en") for n, text in enumerate(one["contexts"]))
        yield Source(f"pubmedqa:{one['_id']}", "en", "pubmedqa", held)


def _liveqa(data: Path) -> Iterator[Source]:
    for one in _lines(data / "retrieval" / "liveqa" / "corpus.jsonl.gz"):
        if 200 < len(one["text"]) < 2500:
            yield Source(
                f"liveqa:{one['_id']}",
                "en",
                "liveqa",
                (passage(one["_id"], one["title"], one["text"], "en"),),
            )


def _huatuo(data: Path) -> Iterator[Source]:
    for one in _lines(data / "retrieval" / "huatuo-zh" / "corpus.jsonl.gz"):
        text = re.sub(r"[,，]{2,}", "，", one["text"])
        if 60 < len(text) < 900:
            yield Source(f"huatuo:{one['_id']}", "zh", "huatuo-zh", (passage(one["_id"], "", text, "zh"),))
