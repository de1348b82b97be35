"""Labelled pairs of a sentence and passages: supported as it stands or reworded, unsupported with one fact swapped.

    python -m agent.grounding.pairs ../shared/data pairs.jsonl

Everything is generated; half of all documents is held out by the hash of its id.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from agent.grounding import swaps, wordings
from agent.grounding.corpora import Source, documents
from retrieval.passage import Passage
from retrieval.sentences import sentences

PER_DOCUMENT = 3
"""Sentences of a document that are made into pairs."""
OTHERS = 4
"""Passages of other documents that lie beside the right ones, as in a real turn."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One claim, the passages it is judged against, and what the verdict should be."""

    id: str
    document: str
    corpus: str
    language: str
    kind: str
    supported: bool
    held_out: bool
    claim: str
    passages: tuple[Passage, ...]
    original: str = ""


def make_pairs(data: Path | None, *, per_corpus: int = 120, seed: int = 5) -> list[Pair]:
    """All pairs, in a stable order. ``data`` is the folder of the public data, ``None`` for the handbook alone."""
    sources = documents(data, per_corpus, seed)
    swap = {
        "number": swaps.number,
        "unit": swaps.unit,
        "frequency": swaps.frequency,
        "drug": swaps.drug,
        "negation": swaps.negation,
        "comparative": swaps.comparative,
        "population": swaps.population,
        "opposite": swaps.opposite,
        "entity": swaps.entity_swap(*_names(data)),
    }
    reword = {
        "synonym": wordings.synonym,
        "hedge": wordings.without_hedge,
        "reordered": wordings.reordered,
        "shortened": wordings.shortened,
        "voice": wordings.voice,
    }
    found: list[Pair] = []
    for source in sources:
        chooser = random.Random(f"{seed}:{source.id}")
        peers = [one for one in sources if one.corpus == source.corpus and one.language == source.language]
        found += _of_source(source, peers, swap, reword, chooser)
    return found


def _of_source(
    source: Source,
    peers: Sequence[Source],
    swap: Mapping[str, swaps.Swap],
    reword: Mapping[str, swaps.Swap],
    chooser: random.Random,
) -> Iterator[Pair]:
    others = [one for one in chooser.sample(list(peers), min(OTHERS + 1, len(peers))) if one.id != source.id]
    beside = tuple(one.passages[0] for one in others)
    stated = _statements(source)
    for place, (passage, sentence) in enumerate(chooser.sample(stated, min(PER_DOCUMENT, len(stated)))):
        near = [one for one in source.passages if one.id != passage.id][:3]
        passages = (passage, *near, *beside)
        everything = " ".join(one.text for one in passages).lower()

        pair = partial(_pair, source, place, passages, sentence)
        if place == 0:
            yield pair("verbatim", True, sentence)
        for kind, change in reword.items():
            if (claim := change(sentence, chooser)) and claim != sentence and len(claim) > 8:
                yield pair(kind, True, claim)
        for kind, change in swap.items():
            claim = change(sentence, chooser)
            if claim and claim != sentence and claim.lower().rstrip(".。") not in everything:
                yield pair(kind, False, claim)
        if place == 0 and len(others) > 1:
            away = [
                one for one in _statements(chooser.choice(list(peers))) if one[1].lower() not in everything
            ]
            if away:
                yield pair("elsewhere", False, chooser.choice(away)[1])
    yield from _written(source, swap, beside, chooser)


def _pair(
    source: Source,
    place: int,
    passages: tuple[Passage, ...],
    original: str,
    kind: str,
    supported: bool,
    claim: str,
) -> Pair:
    return Pair(
        f"{source.id}/{place}/{kind}", source.id, source.corpus, source.language, kind, supported,
        source.held_out, claim, passages, original,
    )  # fmt: skip


def _written(
    source: Source, swap: Mapping[str, swaps.Swap], beside: tuple[Passage, ...], chooser: random.Random
) -> Iterator[Pair]:
    """What an expert wrote from the passages: natural, noisy, and reported apart."""
    passages = (*source.passages[:6], *beside[:2])
    for place, (start, end) in enumerate(sentences(source.written, source.language)[:2]):
        sentence = source.written[start:end]
        if len(sentence) < 40:
            continue
        key = f"{source.id}/written{place}/"
        common = (source.id, source.corpus, source.language)
        yield Pair(key + "written", *common, "written", True, source.held_out, sentence, passages, sentence)
        for kind, change in swap.items():
            claim = change(sentence, chooser)
            if claim and claim != sentence:
                yield Pair(
                    f"{key}{kind}",
                    *common,
                    f"written+{kind}",
                    False,
                    source.held_out,
                    claim,
                    passages,
                    sentence,
                )


def _statements(source: Source) -> list[tuple[Passage, str]]:
    """Sentences worth claiming: whole, of a readable length, no questions."""
    low, high = (12, 120) if source.language == "zh" else (40, 260)
    found = []
    for passage in source.passages:
        for start, end in sentences(passage.text, passage.language):
            text = passage.text[start:end]
            if low <= len(text) <= high and text[-1] in ".。" and not re.search(r"[?？]|https?:", text):
                found.append((passage, text))
    return found


def _names(data: Path | None) -> tuple[list[str], list[str]]:
    """Names of diseases and findings from public terminologies; the handbook's where there are none."""
    folder = data / "terminology" if data else None
    if folder is not None and folder.is_dir():
        with (folder / "HumanDO.tsv").open(encoding="utf-8") as lines:
            english = [row["label"].lower() for row in csv.DictReader(lines, delimiter="\t")]
        with (folder / "hp-zh.babelon.tsv").open(encoding="utf-8") as lines:
            chinese = [row["translation_value"] for row in csv.DictReader(lines, delimiter="\t")]
        english = [one for one in english if re.fullmatch(r"[a-z][a-z' -]{3,30}", one) and one.count(" ") < 3]
        return english, [one for one in chinese if re.fullmatch(r"[\u4e00-\u9fff]{2,6}", one)]
    from retrieval.handbook.outline import load_outline

    cards = load_outline().cards
    return [one.en.lower() for one in cards], [one.zh for one in cards]


def write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        for pair in pairs:
            out.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")


def main() -> None:
    """Write the pairs as JSON lines and say how many of each kind there are."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path, help="folder of the public data; the handbook is always read")
    parser.add_argument("out", type=Path)
    parser.add_argument("--per-corpus", type=int, default=120, help="documents of each corpus")
    given = parser.parse_args()
    pairs = make_pairs(given.data if given.data.is_dir() else None, per_corpus=given.per_corpus)
    write_pairs(pairs, given.out)
    print(f"{len(pairs)} pairs, {sum(pair.held_out for pair in pairs)} held out")


if __name__ == "__main__":
    main()
