"""One conversation of a report's page: what was said, how it was judged, and what produced it."""

from __future__ import annotations

import re
from html import escape

from eval.result import Result
from eval.scoring.score import Score
from eval.targets.conversation import Answer


def transcript(result: Result) -> str:
    """A case that unfolds."""
    sample = result.sample
    said = [answer.said for answer in result.answers] or [turn.say for turn in sample.turns]
    words = " ".join([sample.id, *sample.tags, *said]).lower()
    mark = '<span class="good">✓</span>' if result.passed else '<span class="bad">✗</span>'
    epoch = f" · epoch {result.epoch + 1}" if result.epoch else ""
    tags = " ".join(sample.tags)
    parts = [
        f'<details class="case{" ok" if result.passed else ""}" data-find="{escape(words)}"><summary>{mark}'
        f'<span class="id">{escape(sample.id)}{epoch}</span><span class="said">{escape(said[0] if said else "")}</span>'
        f'<span class="soft">{escape(tags)}</span></summary><div class="inside">'
    ]
    if sample.why:
        parts.append(f"<p>{escape(sample.why)}</p>")
    if result.error:
        parts.append(f'<p class="fault">{escape(result.error)}</p>')
    for number, answer in enumerate(result.answers):
        parts.append(_turn(answer, [score for turn, score in result.scores if turn == number]))
    parts.append("</div></details>")
    return "".join(parts)


def _turn(answer: Answer, scores: list[Score]) -> str:
    reply = answer.reply
    flags = ", ".join(f"{flag.id} (“{flag.evidence}”)" for flag in reply.triage.red_flags)
    told = f"<code>{reply.outcome.value}</code> <code>{reply.triage.level.label}</code>"
    parts = [
        f'<div class="turn"><div class="said-by">{escape(answer.said)}</div>',
        f'<div class="replied">{_emphasised(reply.text)}</div><p class="soft">{told}'
        + (f" · red flags: {escape(flags)}" if flags else "")
        + ("" if answer.typed else " · outcome and level read from the words")
        + "</p>",
    ]
    parts += [
        f'<p class="fault">✗ {escape(score.scorer)}: {escape(score.detail)}</p>'
        for score in scores
        if score.passed is False
    ]
    passed = ", ".join(dict.fromkeys(score.scorer for score in scores if score.passed))
    unscored = ", ".join(dict.fromkeys(score.scorer for score in scores if score.passed is None))
    if passed:
        parts.append(f'<p class="soft">✓ {escape(passed)}</p>')
    if unscored:
        parts.append(f'<p class="soft">not scored: {escape(unscored)}</p>')
    return "".join([*parts, _trace(answer), "</div>"])


def _emphasised(text: str) -> str:
    """A reply's Markdown as far as it carries weight: what is bold and what is struck through."""
    shown = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
    return re.sub(r"~~(.+?)~~", r"<s>\1</s>", shown)


def _trace(answer: Answer) -> str:
    reply = answer.reply
    trace = reply.trace
    rows = [
        ("query", trace.query),
        ("engine", f"{trace.engine}, model {trace.model}"),
        ("guards", ", ".join(trace.guards)),
        ("refusal", f"{reply.refusal.category}: {reply.refusal.reason}" if reply.refusal else ""),
        ("why this level", " ".join(reply.triage.reasons)),
        ("asked back", " ".join(reply.questions)),
        (
            "differential",
            "; ".join(
                one.condition + (f" {one.probability:.0%}" if one.probability is not None else "")
                for one in reply.differential[:5]
            ),
        ),
        ("found", ", ".join(trace.retrieved[:8])),
        ("times", ", ".join(f"{step} {ms:.0f} ms" for step, ms in trace.timings_ms.items())),
        ("dropped claims", str(trace.dropped_claims) if trace.dropped_claims else ""),
        ("hashes", f"prompt {trace.prompt_sha256[:12] or '–'}, corpus {trace.corpus_sha256[:12] or '–'}"),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    quotes = "".join(
        f"<dt>[{one.n}] {escape(one.title)} · {escape(one.passage_id)}</dt><dd>{escape(one.quote)}</dd>"
        for one in reply.citations
    )
    return f'<details class="trace"><summary>trace and sources</summary><dl>{listed}{quotes}</dl></details>'
