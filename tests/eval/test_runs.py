"""Running, resuming, sampling, reporting and comparing, with a target that answers by rote."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from agent.errors import NotReadyError
from agent.types import Level, Outcome, Triage
from eval.cache import Cache
from eval.cli import eval_group
from eval.comparison import as_text, compare
from eval.metrics import measure
from eval.report.data import as_json
from eval.report.html import page
from eval.report.write import write_report
from eval.result import Run, SuiteResult, writers
from eval.runner import Options, run_suites
from eval.sampling import sampled
from eval.schema.load import load_suite
from eval.schema.suite import Sample, Suite
from eval.targets.conversation import Answer, Say
from retrieval.passage import Passage
from tests.eval.replies import reply

TEXT = """
suite: rote
description: <Everything> that a report shows & more.
gates: ["recall >= 1", "specificity >= 1", "flip_rate <= 0.5", "pass_rate >= 0.5", "error_rate <= 0.5"]
cases:
  emergency: {say: "chest pain 911", level: emergency, tags: [urgent]}
  calm: {say: "a cold", level: "<=routine"}
  broken: {say: "this one breaks", level: none}
  fair: {en: "I am {age} with a cold", variants: {age: [30, 90]}, level: "<=urgent"}
  chinese: {say: 感冒了, level: "<=routine", outcome: answered}
"""


class Rote:
    """Emergency at the word 911, urgent at the age of 90, an error where told."""

    name = "rote"
    has_corpus = False

    def __init__(self, version: str = "1", *, alarmed: bool = True) -> None:
        self.version = version
        self.alarmed = alarmed
        self.asked: list[str] = []

    def fingerprint(self) -> str:
        return self.version

    def begin(self, sample: Sample, epoch: int) -> Say:
        def say(text: str) -> Answer:
            self.asked.append(text)
            if "breaks" in text:
                raise NotReadyError("The chatbot broke.")
            level = (
                Level.EMERGENCY
                if "911" in text and self.alarmed
                else Level.URGENT
                if "90" in text
                else Level.ROUTINE
            )
            outcome = Outcome.EMERGENCY if level is Level.EMERGENCY else Outcome.ANSWERED
            return Answer(text, reply("<b>Rest & wait.</b>\x0b", outcome=outcome, triage=Triage(level=level)))

        return say

    def passage(self, passage_id: str) -> Passage | None:
        return None

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    path = tmp_path / "rote.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return load_suite(path)


def held(suite: Suite, target: Rote, **options: object) -> SuiteResult:
    return next(run_suites([suite], lambda _: target, Options(**options)))  # type: ignore[arg-type]


def run(suite: Suite, target: Rote) -> Run:
    return Run("rote", (held(suite, target),), {"date": "today"})


def test_every_case_is_judged_and_gates_follow(suite: Suite) -> None:
    found = held(suite, Rote())
    passed = {one.sample.id: one.passed for one in found.results}
    assert passed == {
        "emergency": True, "calm": True, "broken": False, "fair-en": True, "fair-en.age-2": False, "chinese": True,
    }  # fmt: skip
    gates = {gate.gate.metric: gate.passed for gate in found.gates}
    assert gates == {
        "recall": True,
        "specificity": True,
        "flip_rate": False,
        "pass_rate": True,
        "error_rate": True,
    }
    assert measure("level_flip_rate", found.results).value == 1.0
    assert measure("over_triage", found.results, tag="zh").value == 0.0
    assert measure("rubric", found.results).value is None


def test_what_was_held_is_not_held_again(suite: Suite, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    target = Rote()
    held(suite, target, cache=cache)
    count = len(target.asked)
    again = held(suite, target, cache=cache)
    assert target.asked[count:] == ["this one breaks"]
    assert sum(one.cached for one in again.results) == 5
    held(suite, newer := Rote("2"), cache=cache)
    assert len(newer.asked) == count
    held(suite, target, cache=cache, fresh=True)
    assert len(target.asked) == 2 * count + 1


def test_what_the_time_does_not_allow_is_left_out_and_told(suite: Suite) -> None:
    found = held(suite, Rote(), seconds=0.0)
    assert found.left_out == 6 and not found.passed


def test_epochs_are_repeated(suite: Suite) -> None:
    assert [one.epoch for one in held(suite, Rote(), epochs=2).results].count(1) == 6


def test_a_slice_has_something_of_everything_and_versions_stay_with_their_base(suite: Suite) -> None:
    part = sampled([suite], 3, seed=1)[0]
    assert {tag for one in part.samples for tag in one.tags} == {"en", "zh", "urgent"}
    assert [one.id for one in part.samples] == [one.id for one in sampled([suite], 3, seed=1)[0].samples]
    whole = {one.id for one in sampled([suite], 99)[0].samples}
    assert whole == {one.id for one in suite.samples}
    for seed in range(8):
        kept = {one.id for one in sampled([suite], 4, seed=seed)[0].samples}
        assert ("fair-en" in kept) == ("fair-en.age-2" in kept)


def test_a_report_is_whole_and_escapes_what_it_shows(suite: Suite, tmp_path: Path) -> None:
    write_report([run(suite, Rote())], tmp_path / "out")
    shown = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Rest &amp; wait." in shown and "<b>Rest" not in shown
    assert "http" not in shown.replace("http-equiv", "")
    assert shown.count('<details class="case') == 6 and shown.count("<svg") >= 4
    tree = ElementTree.fromstring((tmp_path / "out" / "junit.xml").read_text(encoding="utf-8"))
    assert tree[0].get("tests") == "11" and tree[0].get("failures") == "2" and tree[0].get("errors") == "1"
    told = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "4 of 6 conversations passed" in told and "rote/broken failed" in told


def test_two_runs_are_compared_case_by_case(suite: Suite, tmp_path: Path) -> None:
    before, after = run(suite, Rote()), run(suite, Rote(alarmed=False))
    found = compare(as_json(before), as_json(after))
    assert [name for name, _, _ in found.worse] == ["rote/emergency"] and not found.better
    assert found.overall.verdict == "not told apart"
    text = "\n".join(as_text(found))
    assert "worse: rote/emergency" in text and text.count("> chest pain 911") == 2
    for name, one in (("a", before), ("b", after)):
        write_report([one], tmp_path / name)
    arguments = ["compare", str(tmp_path / "a"), str(tmp_path / "b")]
    assert CliRunner().invoke(eval_group, arguments, standalone_mode=False).return_value == 1
    sure = CliRunner().invoke(eval_group, [*arguments, "--only-sure"], standalone_mode=False)
    assert sure.return_value == 0


def test_a_report_can_be_judged_again_without_asking_anyone(suite: Suite, tmp_path: Path) -> None:
    write_report([run(suite, Rote())], tmp_path / "out")
    again = CliRunner().invoke(
        eval_group, ["run", str(suite.path), "--recorded", str(tmp_path / "out"), "--report", str(tmp_path / "again")],
        standalone_mode=False,
    )  # fmt: skip
    raw = json.loads((tmp_path / "again" / "report.json").read_text(encoding="utf-8"))
    passed = {one["id"]: one["passed"] for one in raw["suites"][0]["samples"]}
    assert passed["emergency"] and not passed["broken"], again.output


def test_what_failed_stands_first_in_the_page(suite: Suite) -> None:
    whole = page(run(suite, Rote(alarmed=False)))
    rows = whole[whole.index("<table class=gates>") : whole.index("</table>")]
    assert rows.count("failed") and rows.rindex(">failed<") < rows.index(">passed<")


def test_a_run_tells_which_model_wrote_how_many_replies(suite: Suite) -> None:
    assert writers(run(suite, Rote()).results) == f"none {len(suite.samples) - 1}"  # one of them broke
