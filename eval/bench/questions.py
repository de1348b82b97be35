"""Benchmarks with a right answer: PubMedQA, BioASQ, MedQA, MedMCQA."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from agent.types import Outcome, Role
from eval.bench.bench import Bench, Item, Values, conversation
from eval.bench.measures import letter, rouge_l, rouge_n, tokens, yes_no
from eval.bench.ranking import is_folder, read_folder, sampled_corpus
from eval.bench.records import Record, first
from eval.targets.conversation import Answer


def _text(answers: Sequence[Answer]) -> str:
    return answers[-1].reply.text


def _answered(answers: Sequence[Answer]) -> float:
    return float(answers[-1].reply.outcome is Outcome.ANSWERED)


class PubMedQa(Bench):
    """Reasoning-required setting: the abstract without its conclusion is given, yes / no / maybe is asked."""

    name = "pubmedqa"
    reads = "JSONL or the published JSON: question, contexts, final_decision (or answer)"

    def items(self, record: Record) -> Iterator[Item]:
        question = first(record, "question", "QUESTION")
        contexts = first(record, "contexts", "CONTEXTS")
        gold = str(first(record, "final_decision", "answer")).lower()
        said = "\n".join([*contexts, f"\nQuestion: {question}\nAnswer with yes, no or maybe."])
        name = str(first(record, "_id", "pmid", "id", default=question[:40]))
        yield Item(conversation(name, said, role=Role.CLINICIAN), gold)

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        got = yes_no(_text(answers))
        return {
            "accuracy (no label counts as wrong)": float(got == item.gold),
            "gave a label": float(got is not None),
            "accuracy where labelled": None if got is None else float(got == item.gold),
        }

    def literature(self, path: Path, items: Sequence[Item], home: Path) -> Path | None:
        """The abstracts, without their conclusions, are a corpus in themselves."""
        return path


class BioAsq(Bench):
    """Clinicians' questions: exact answers as the task scores them, the ideal answer by ROUGE."""

    name = "bioasq"
    reads = 'the published JSON ({"questions": [{body, type, exact_answer, ideal_answer}]}) or queries.jsonl'

    def items(self, record: Record) -> Iterator[Item]:
        details = record.get("metadata") or record
        question = first(record, "body", "text", "question")
        kind = str(first(details, "type"))
        ideal = first(details, "ideal_answer", default=[""])
        gold = {"exact": details.get("exact_answer"), "ideal": [ideal] if isinstance(ideal, str) else ideal}
        name = str(first(record, "_id", "id"))
        yield Item(conversation(name, question, role=Role.CLINICIAN), gold, group=kind)

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        text, exact = _text(answers), item.gold["exact"]
        values: dict[str, float | None] = {"answered": _answered(answers)}
        if item.group == "yesno":
            values["yes/no accuracy (none counts as wrong)"] = float(yes_no(text) == str(exact).lower())
        elif item.group == "factoid" and exact:
            values["factoid in the answer"] = float(any(_holds(text, one) for one in _flat(exact)))
        elif item.group == "list" and exact:
            values["list recall in the answer"] = sum(
                any(_holds(text, one) for one in _flat(names)) for names in exact
            ) / len(exact)
        ideals = [one for one in item.gold["ideal"] if one]
        if ideals:
            values["ROUGE-2 F1"] = max(rouge_n(one, text, 2) for one in ideals)
            values["ROUGE-L F1"] = max(rouge_l(one, text) for one in ideals)
        return values

    def literature(self, path: Path, items: Sequence[Item], home: Path) -> Path | None:
        """Where the questions lie in a BEIR folder: the snippets judged for them, among others drawn at random."""
        if not is_folder(path.parent):
            return None
        return sampled_corpus(read_folder(path.parent), [item.sample.id for item in items], home)


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for one in value:
            yield from _flat(one)


def _holds(text: str, words: str) -> bool:
    wanted = " ".join(tokens(words))
    return bool(wanted) and f" {wanted} " in f" {' '.join(tokens(text))} "


class MedQa(Bench):
    """Exam questions with lettered options (MedQA JSONL, or MedMCQA with opa … opd and cop)."""

    name: ClassVar[str] = "medqa"
    reads = "JSONL: question, options {A: …}, answer_idx; or question, opa, opb, opc, opd, cop (1-based)"

    def items(self, record: Record) -> Iterator[Item]:
        question = str(first(record, "question"))
        if "opa" in record:
            options = {key.upper(): str(record[f"op{key}"]) for key in "abcd"}
            gold = "ABCD"[int(first(record, "cop")) - 1]
        else:
            raw = first(record, "options")
            raw = json.loads(raw) if isinstance(raw, str) else raw
            options = {one["key"]: one["value"] for one in raw} if isinstance(raw, list) else dict(raw)
            gold = str(first(record, "answer_idx", "answer"))
        listed = "\n".join(f"{key}. {words}" for key, words in options.items())
        name = str(first(record, "_id", "id", default=question[:40]))
        said = f"{question}\n{listed}\nAnswer with the letter of the one best option."
        yield Item(conversation(name, said, role=Role.CLINICIAN), (gold, options))

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        gold, options = item.gold
        got = letter(_text(answers), options)
        return {
            "accuracy (no letter counts as wrong)": float(got == gold),
            "chose an option": float(got is not None),
            "accuracy where chosen": None if got is None else float(got == gold),
        }
