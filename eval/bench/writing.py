"""Benchmarks of longer texts: notes of a dialogue, and replies judged by a rubric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.types import Role
from eval.bench.bench import Bench, Item, Values, conversation
from eval.bench.measures import rouge_l, rouge_n
from eval.bench.records import Record, first
from eval.targets.conversation import Answer


class MtsDialog(Bench):
    """A doctor-patient dialogue and the section of the note that it became."""

    name = "mts-dialog"
    reads = "CSV or JSONL: dialogue, section_header, section_text"

    def items(self, record: Record) -> Iterator[Item]:
        header, dialogue = str(first(record, "section_header")), str(first(record, "dialogue"))
        said = f"Write the section {header} of the clinical note of this dialogue, in a few plain sentences.\n\n{dialogue}"
        name = str(first(record, "ID", "_id", "id", default=dialogue[:40]))
        yield Item(conversation(name, said, role=Role.CLINICIAN), str(first(record, "section_text")))

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        text = answers[-1].reply.text
        return {
            "ROUGE-1 F1": rouge_n(item.gold, text, 1),
            "ROUGE-2 F1": rouge_n(item.gold, text, 2),
            "ROUGE-L F1": rouge_l(item.gold, text),
        }


class HealthBench(Bench):
    """Conversations with rubrics of points: a judge says which criteria the last reply meets.

    Score: points met (negative ones too) over all positive points, held between 0 and 1, as published. Without a
    judge nothing is scored. Earlier replies of the record are replayed as what the person said before.
    """

    name = "healthbench"
    reads = "JSONL: prompt [{role, content}], rubrics [{criterion, points, tags}]"
    judged = True

    def items(self, record: Record) -> Iterator[Item]:
        said = [one["content"] for one in first(record, "prompt") if one["role"] == "user"]
        rubrics = [(str(one["criterion"]), float(one["points"])) for one in first(record, "rubrics")]
        yield Item(
            conversation(str(first(record, "prompt_id", "_id", "id", default=said[0][:40])), *said), rubrics
        )

    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        if self.judge is None:
            return {"score": None}
        verdicts = [(self.judge(criterion, answers[-1]).passed, points) for criterion, points in item.gold]
        judged = [(passed, points) for passed, points in verdicts if passed is not None]
        share = len(judged) / len(verdicts)
        possible = sum(points for _, points in judged if points > 0)
        if share <= 0.5 or not possible:
            return {"score": None, "criteria judged": share}
        earned = sum(points for passed, points in judged if passed)
        return {"score": min(1.0, max(0.0, earned / possible)), "criteria judged": share}
