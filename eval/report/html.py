"""A run as one page that needs nothing else: no web font, no script or style from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from agent.types import Level
from eval.metrics import measure
from eval.report import svg
from eval.report.markdown import told
from eval.report.transcript import transcript
from eval.result import GateResult, Result, Run
from eval.schema.gates import RATES, VALUES
from eval.statistics import Measure

_CSS = Path(__file__).with_name("page.css")
_SCRIPT = """
const box = document.getElementById('find'), only = document.getElementById('only');
function sift() {
  const words = box.value.toLowerCase();
  for (const one of document.querySelectorAll('details.case')) {
    const shown = (!only.checked || !one.classList.contains('ok')) && (!words || one.dataset.find.includes(words));
    one.classList.toggle('hidden', !shown);
  }
}
box.addEventListener('input', sift); only.addEventListener('change', sift);
"""
_TILES = ("pass_rate", "recall", "specificity", "grounded_rate", "flip_rate", "median_ms")
_TAGS = 24


def page(run: Run, others: Sequence[Run] = ()) -> str:
    """The whole page of ``run``, with the gates of ``others`` beside its own."""
    results = run.results
    parts = [
        _head(run),
        _tiles(results),
        _gates(run, others),
        "<h2>Pictures</h2>",
        f'<div class="plots">{"".join(_plots(results))}</div>',
        _cases(run),
    ]
    return document(f"Evaluation of {run.target}", "".join(parts) + f"<script>{_SCRIPT}</script>")


def document(title: str, body: str) -> str:
    """A page of its own around ``body``."""
    css = _CSS.read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{css}</style></head><body><main>{body}</main></body></html>\n"
    )


def badge(passed: bool, *, good: str = "passed", bad: str = "failed") -> str:
    return f'<span class="badge {"good" if passed else "bad"}">{good if passed else bad}</span>'


def _head(run: Run) -> str:
    failed = sum(not gate.passed for suite in run.suites for gate in suite.gates)
    word = "all gates passed" if run.passed else f"{failed} gate{'s' if failed != 1 else ''} failed"
    about = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in run.about.items())
    left_out = sum(suite.left_out for suite in run.suites)
    note = f'<p class="warm">{left_out} conversations were left out: the time was up.</p>' if left_out else ""
    return f"<h1>Evaluation of {escape(run.target)} {badge(run.passed, good=word, bad=word)}</h1><ul class=about>{about}</ul>{note}"


def _tiles(results: Sequence[Result]) -> str:
    tiles = []
    for metric in _TILES:
        found = measure(metric, results)
        if found.value is None:
            continue
        value = f"{found.value:.0f} ms" if metric in VALUES else f"{found.value:.1%}"
        meaning = RATES.get(metric) or VALUES[metric]
        tiles.append(
            f'<div class="tile" title="{escape(meaning)}"><b>{value}</b>{metric.replace("_", " ")}<br>'
            f"<span>{_interval(found, metric)}</span></div>"
        )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _interval(found: Measure, metric: str) -> str:
    if found.low is None or found.high is None:
        return f"of {found.n}"
    if metric in VALUES:
        return f"{found.low:.0f} to {found.high:.0f} ms, {found.n} turns"
    return f"{found.low:.0%} to {found.high:.0%} of {found.n}"


def _gates(run: Run, others: Sequence[Run]) -> str:
    heads = "".join(f"<th>{escape(other.target)}</th>" for other in others)
    rows: list[tuple[bool, str]] = []
    for place, suite in enumerate(run.suites):
        for number, gate in enumerate(suite.gates):
            beside = "".join(
                f"<td class=value>{_value(other.suites[place].gates[number])}</td>" for other in others
            )
            row = (
                f"<tr><td>{badge(gate.passed)}</td><td>{escape(suite.suite.name)}</td><td class=name><code>{escape(gate.gate.name)}</code></td>"
                f'<td class=value>{_value(gate)}</td><td class="value whisker">{_whisker(gate)}</td>{beside}</tr>'
            )
            rows.append((gate.passed, row))
    failed_first = "".join(row for _, row in sorted(rows, key=lambda pair: pair[0]))
    return (
        "<h2>Gates</h2><p class=soft>What a release must hold; what failed comes first. Values come with their 95% interval; the upright stroke is the bound.</p>"
        f"<div class=wide><table class=gates><tr><th></th><th>suite</th><th>gate</th><th>reached</th><th class=whisker></th>{heads}</tr>{failed_first}</table></div>"
    )


def _value(gate: GateResult) -> str:
    return escape(told(gate.measure, gate.gate.metric))


def _whisker(gate: GateResult) -> str:
    if gate.gate.metric in VALUES:
        return ""
    least = gate.gate.at_least is not None
    bound = gate.gate.at_least if least else gate.gate.at_most
    return svg.whisker(gate.measure, bound or 0.0, least=least)


def _plots(results: Sequence[Result]) -> list[str]:
    caption = "Passed, by slice<small>with 95% interval and number of conversations</small>"
    plots = [_figure(caption, svg.bars(_slices(results), "pass rate by slice"), "tall")]
    levels = [level.label for level in Level]
    counts = [[0] * len(levels) for _ in levels]
    for result in results:
        if result.sample.expect.level and result.last:
            told_level = result.last.triage.level
            wanted = min(
                max(told_level, result.sample.expect.level.lowest), result.sample.expect.level.highest
            )
            counts[wanted][told_level] += 1
    if any(map(any, counts)):
        caption = "Urgency<small>red: told less urgent than expected; amber: more. A range counts by its nearest level.</small>"
        plots.append(_figure(caption, svg.confusion(levels, counts, "expected against told levels")))
    if times := [t for one in results for a in one.answers if (t := a.reply.trace.timings_ms.get("total"))]:
        spread = told(measure("median_ms", results), "median_ms"), told(measure("p95_ms", results), "p95_ms")
        caption = f"Agent time<small>median {spread[0]}; 95th percentile {spread[1]}</small>"
        plots.append(_figure(caption, svg.histogram(times, "times")))
    plots += _calibrations(results)
    return plots


def _slices(results: Sequence[Result]) -> list[tuple[str, Measure]]:
    rows = [("all", measure("pass_rate", results))]
    roles = sorted({one.sample.role.value for one in results})
    if len(roles) > 1:
        rows += [
            (role, measure("pass_rate", [one for one in results if one.sample.role.value == role]))
            for role in roles
        ]
    counts: dict[str, int] = {}
    for one in results:
        for tag in one.sample.tags:
            counts[tag] = counts.get(tag, 0) + 1
    for tag in sorted(counts, key=lambda tag: -counts[tag])[:_TAGS]:
        rows.append((tag, measure("pass_rate", results, tag=tag)))
    return rows


def _calibrations(results: Sequence[Result]) -> list[str]:
    """The agent's own support of a claim, and its probability of a diagnosis, against what was found."""
    from eval.scoring.grounding import check

    claims = [
        (verdict.claim.support, float(not verdict.fault))
        for one in results
        for answer in one.answers
        for verdict in check(answer.reply, None)
        if verdict.claim.support is not None
    ]
    guesses = [
        (first.probability, float(score.passed))
        for one in results
        for _, score in one.scores
        if score.scorer == "diagnosis" and score.passed is not None and one.last and one.last.differential
        for first in one.last.differential[:1]
        if first.probability is not None
    ]
    plots = []
    if claims:
        caption = f"Support of claims<small>the agent's own score against the independent check; {len(claims)} claims</small>"
        plots.append(_figure(caption, svg.calibration(claims, "calibration of claims"), "square"))
    if guesses:
        caption = f"Probability of the first diagnosis<small>against whether the right one was listed; {len(guesses)} cases</small>"
        plots.append(_figure(caption, svg.calibration(guesses, "calibration of diagnoses"), "square"))
    return plots


def _figure(caption: str, drawing: str, kind: str = "") -> str:
    return f"<figure class='{kind}'><figcaption>{caption}</figcaption>{drawing}</figure>"


def _cases(run: Run) -> str:
    total = len(run.results)
    failed = sum(not one.passed for one in run.results)
    parts = [
        f"<h2>Conversations</h2><p class=soft>{total} held, {failed} failed. Each unfolds with its scores and its trace.</p>"
        '<div class="tools"><input id="find" type="search" placeholder="id, tag or words" aria-label="Find conversations">'
        '<label><input id="only" type="checkbox"> failed only</label></div>'
    ]
    for suite in run.suites:
        parts.append(
            f"<h3>{escape(suite.suite.name)} {badge(suite.passed)}</h3><p>{escape(suite.suite.description)}</p>"
        )
        for one in sorted(suite.results, key=lambda one: one.passed):
            parts.append(transcript(one))
    return "".join(parts)
