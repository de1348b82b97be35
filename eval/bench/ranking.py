"""BEIR folders: does search bring up what was judged relevant? LiveQA's grades in the same layout."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import UsageError
from eval.bench.measures import ndcg, reciprocal_rank
from eval.bench.records import sample
from eval.statistics import Measure, mean

if TYPE_CHECKING:
    from retrieval.search import Index

_DEPTH = 100
_PER_QUERY = 40
"""Unjudged documents drawn into a sampled corpus for each query, so that it is not made of answers alone."""


@dataclass(frozen=True)
class Folder:
    """A BEIR folder: documents by id, queries by id, grades by query and document."""

    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, float]]
    corpus: Path


def is_folder(path: Path) -> bool:
    """Whether corpus, queries and grades are there."""
    return None not in _parts(path)


def read_folder(path: Path) -> Folder:
    """Read ``corpus.jsonl[.gz]``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/test.tsv``).

    Raises:
        UsageError: one of them is missing or of another shape.
    """
    corpus, queries, qrels = _parts(path)
    if corpus is None or qrels is None or queries is None:
        raise UsageError(f"{path} is no BEIR folder: corpus.jsonl[.gz], queries.jsonl and qrels.tsv.")
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    try:
        for line in qrels.read_text(encoding="utf-8").split("\n")[1:]:
            if not line.strip():
                continue
            query, document, grade = line.split("\t")[:3]
            grades[query][document] = float(grade)
        texts = {
            str(one["_id"]): str(one["text"])
            for one in map(json.loads, filter(str.strip, queries.read_text(encoding="utf-8").split("\n")))
        }
    except (ValueError, KeyError) as error:
        raise UsageError(f"{path} is no BEIR folder ({error!r}).") from error
    return Folder(texts, grades, corpus)


def _parts(path: Path) -> tuple[Path | None, Path | None, Path | None]:
    """Where corpus, queries and grades lie."""

    def first(*names: str) -> Path | None:
        return next((path / name for name in names if (path / name).exists()), None)

    return (
        first("corpus.jsonl.gz", "corpus.jsonl"),
        first("queries.jsonl"),
        first("qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv"),
    )


def documents(corpus: Path) -> Iterator[str]:
    """The lines of the corpus."""
    with (
        gzip.open(corpus, "rt", encoding="utf-8")
        if corpus.suffix == ".gz"
        else corpus.open(encoding="utf-8") as file
    ):
        yield from file


def sampled_corpus(folder: Folder, queries: Sequence[str], home: Path, seed: int = 0) -> Path:
    """A file of the documents judged for these queries, and of others drawn at random.

    A smaller corpus is easier: its figures compare systems, and not with published ones.
    """
    drawn = hashlib.sha256("\n".join([str(seed), *queries]).encode()).hexdigest()[:12]
    target = home / f"{folder.corpus.parent.name}-{drawn}.jsonl"
    if target.exists():
        return target
    judged = {document for query in queries for document in folder.grades.get(query, {})}
    generator = random.Random(seed)
    others: list[str] = []
    kept: list[str] = []
    room = _PER_QUERY * len(queries)
    for seen, line in enumerate(documents(folder.corpus)):
        if str(json.loads(line)["_id"]) in judged:
            kept.append(line)
        elif len(others) < room:
            others.append(line)
        elif (place := generator.randrange(seen + 1)) < room:
            others[place] = line
    home.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_text("".join([*kept, *others]), encoding="utf-8")
    part.replace(target)
    return target


def queries_of(folder: Folder, limit: int | None, seed: int) -> list[str]:
    """Ids of queries that have something relevant."""
    able = [
        query for query in folder.queries if any(grade > 0 for grade in folder.grades.get(query, {}).values())
    ]
    return sample(able, limit, seed)


def measured(
    index: Index,
    folder: Folder,
    queries: Sequence[str],
    *,
    graded: bool = False,
    tick: Callable[[], object] = lambda: None,
) -> dict[str, dict[str, Measure]]:
    """Metrics of the search and of each channel alone. ``graded``: 2 and 3 are relevant, as in LiveQA."""
    least = 2.0 if graded else 1.0
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for query in queries:
        grades = folder.grades[query]
        for system, ranking in _rankings(index, folder.queries[query]):
            gains = [grades.get(document, 0.0) for document in ranking]
            useful = [grade if grade >= least else 0.0 for grade in gains]
            ideal = [grade for grade in grades.values() if grade >= least]
            values = found[system]
            if ideal:
                values["nDCG@10"].append(ndcg(useful, ideal, 10))
                values["recall@100"].append(sum(one > 0 for one in useful) / len(ideal))
                values["MRR"].append(reciprocal_rank([one > 0 for one in useful]))
            if graded:
                values["mean grade@1"].append(gains[0] if gains else 0.0)
                values["success@1 (grade ≥ 2)"].append(float(bool(useful[:1]) and useful[0] > 0))
        tick()
    return {
        system: {name: mean(values) for name, values in metrics.items()} for system, metrics in found.items()
    }


def _rankings(index: Index, text: str) -> Iterator[tuple[str, list[str]]]:
    yield "search", [hit.passage.document_id for hit in index.search_documents(text, _DEPTH)]
    for name, channel in (("vectors alone", "dense"), ("words alone", "lexical")):
        ranked = index.channel(channel, text, 3 * _DEPTH)
        yield name, list(dict.fromkeys(item.rsplit("#", 1)[0] for item, _ in ranked))[:_DEPTH]
