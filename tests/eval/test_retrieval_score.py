from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import UsageError
from eval.cli import eval_group
from eval.retrieval_score import Question, Ranked, as_text, by_group, load_questions, score
from retrieval.handbook.outline import load_outline
from retrieval.search import Index

GOUT = Question("a", "toe", "en", ("condition/gout", "topic/gout"))
FEVER = Question("b", "发烧", "zh", ("topic/fever-at-home",))


def test_the_everyday_questions_are_spread_over_languages_and_kinds() -> None:
    questions = load_questions()
    assert len({one.id for one in questions}) == len({one.text for one in questions}) == 60
    assert Counter(one.language for one in questions) == {"en": 30, "zh": 30}
    assert set(Counter(one.kind for one in questions).values()) == {15}


def test_every_card_that_a_question_names_is_in_the_handbook() -> None:
    known = {card.id for card in load_outline().cards}
    assert {card for one in load_questions() for card in one.cards} <= known


def test_the_answering_card_is_among_the_first_three(handbook: Index) -> None:
    """The handbook's promise for everyday wording: 55 of 60."""
    results = score(handbook, load_questions())
    assert by_group(results)["all"].within[3] >= 55, as_text(results)


def test_documents_are_ranked_once(handbook: Index) -> None:
    for one in score(handbook, load_questions()[::10]):
        assert 3 <= len(one.found) == len(set(one.found)) <= 10


def test_counts_by_language_and_kind() -> None:
    results = [
        Ranked(GOUT, ("condition/x", "topic/gout", "condition/gout")),
        Ranked(FEVER, ("topic/sleep",)),
    ]
    assert [one.rank for one in results] == [2, None]
    groups = by_group(results)
    assert groups["all"].within == {1: 0, 3: 1, 5: 1, 10: 1}
    assert groups["zh"].within == {1: 0, 3: 0, 5: 0, 10: 0}
    assert (groups["condition"].n, groups["topic zh"].n) == (1, 1)
    assert "topic en" not in groups


def test_the_report_names_what_was_missed() -> None:
    text = as_text([Ranked(GOUT, ("condition/gout",)), Ranked(FEVER, ("topic/sleep",))])
    assert "发烧" in text
    assert "topic/fever-at-home" in text
    assert "toe" not in text


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"_id": "a", "text": "b"}',
        '{"_id": "a", "text": "b", "language": "en", "cards": []}',
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    good = json.dumps({"_id": "1", "text": "toe", "language": "en", "cards": ["condition/gout"]})
    path = tmp_path / "questions.jsonl"
    path.write_text(f"{good}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 3"):
        load_questions(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no line"):
        load_questions(path)


def test_the_command_scores_a_file_of_ones_own(handbook_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    lines = [
        {"_id": "1", "text": "what is gout", "language": "en", "cards": ["condition/gout"]},
        {"_id": "2", "text": "痛风", "language": "zh", "cards": ["condition/no-such-card"]},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    called = CliRunner().invoke(
        eval_group, ["retrieval", str(path), "--index", str(handbook_index), "--json"]
    )
    assert called.exit_code == 0, called.output
    report = json.loads(called.stdout)
    assert report["groups"]["all"] == {"n": 2, "hit@1": 1, "hit@3": 1, "hit@5": 1, "hit@10": 1}
    assert [one["rank"] for one in report["questions"]] == [1, None]

    readable = CliRunner().invoke(eval_group, ["retrieval", str(path), "--index", str(handbook_index)])
    assert "condition/no-such-card" in readable.stdout
