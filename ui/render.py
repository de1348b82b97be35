"""Values to HTML: the urgency banner, the sources, a whole turn. Pure functions; every word is escaped.

Nothing here judges: level, reasons and outcome are shown as the agent decided them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from agent.asked import is_yes_or_no
from agent.types import Citation, Level, Outcome, Reply, Role, Triage
from ui.icons import icon
from ui.markdown import source_id, to_html
from ui.texts import Words, words

SHOWN_QUESTION_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn as the page has it: while it streams ``reply`` is still missing."""

    key: str
    """Unique on the page; HTML ids are made from it."""
    said: str
    language: str = "en"
    alert: str = ""
    text: str = ""
    status: str = ""
    reply: Reply | None = None
    error: str = ""
    stopped: bool = False


def conversation(turns: Sequence[Shown], number: str) -> str:
    return "".join(turn(one, number) for one in turns)


def turn(shown: Shown, number: str) -> str:
    """One question and what has come back so far. ``number`` is the emergency number."""
    reply = shown.reply
    says = words(reply.language if reply else shown.language)
    if reply is not None:
        body = _complete(reply, shown.key, says, number)
    else:
        body = _under_way(shown, says, number)
    busy = ' aria-busy="true"' if reply is None and not (shown.error or shown.stopped) else ""
    return (
        f'<article class="wz-turn" data-turn="{escape(shown.key)}" lang="{_lang(says, shown)}">'
        f'<div class="wz-said"><h2 class="wz-sr">{escape(says.you)}</h2><p>{_question(shown.said, says)}</p></div>'
        f'<div class="wz-reply"{busy}><h2 class="wz-sr">{escape(says.answer)}</h2>{body}</div>'
        "</article>"
    )


def banner(triage: Triage, outcome: Outcome, says: Words, number: str) -> str:
    """The urgency in colour, words and a drawing, with the reasons and the person's own words."""
    level, quiet = triage.level.label, triage.level is Level.NONE
    crisis = outcome is Outcome.CRISIS
    title, line = says.levels[level].word, says.levels[level].line.format(number=number)
    note = says.outcomes.get(outcome.value, "")
    if crisis or quiet and note:
        title, line, note = note, "", ""
    reasons = [] if quiet else [f"<li>{escape(reason)}</li>" for reason in triage.reasons]
    reasons += [
        f"<li>{escape(says.your_words)}: <q>{escape(flag.evidence)}</q></li>" for flag in triage.red_flags
    ]
    listed = (
        f'<ul class="wz-reasons" aria-label="{escape(says.reasons)}">{"".join(reasons)}</ul>'
        if reasons
        else ""
    )
    role = "alert" if triage.level is Level.EMERGENCY else "status"
    return (
        f'<div class="wz-banner wz-{"crisis" if crisis else level}" role="{role}" data-level="{level}">'
        f"{icon('crisis' if crisis else level)}<div><p class='wz-banner-head'><strong>{escape(title)}</strong>"
        f"{_span(line)}{_span(note)}</p>{listed}</div></div>"
    )


def marked_passage(citation: Citation) -> str:
    """The passage with the exact quote in ``<mark>``; only the quote where the passage does not carry it."""
    passage, start, end = citation.passage, citation.start, citation.end
    if not 0 <= start < end <= len(passage) or passage[start:end] != citation.quote:
        return f"<mark>{escape(citation.quote)}</mark>"
    return f"{escape(passage[:start])}<mark>{escape(passage[start:end])}</mark>{escape(passage[end:])}"


def sources(citations: Sequence[Citation], key: str, says: Words) -> str:
    """The numbered sources, each unfolding to its passage."""
    if not citations:
        return ""
    items = "".join(f"<li>{_source(citation, key, says)}</li>" for citation in citations)
    return (
        f'<section class="wz-sources"><h3>{escape(says.sources)}'
        f'<span class="wz-count">{len(citations)}</span></h3><ol>{items}</ol></section>'
    )


def why(reply: Reply, says: Words) -> str:
    """How the answer came about: the query, the passages, the times."""
    trace = reply.trace
    rows = [(says.why_query, escape(trace.query))] if trace.query else []
    if trace.retrieved:
        ids = "".join(f"<li><code>{escape(one)}</code></li>" for one in trace.retrieved)
        rows.append((says.why_passages, f"<ol>{ids}</ol>"))
    writer = says.engines.get(trace.engine) or f"{trace.model} ({trace.engine})"
    rows.append((says.why_model, escape(writer)))
    if trace.dropped_claims:
        rows.append((says.why_dropped, str(trace.dropped_claims)))
    if trace.guards:
        rows.append((says.why_guards, escape(", ".join(trace.guards))))
    times = " · ".join(
        f"{escape(says.steps.get(step, step))} {_milliseconds(value)} {escape(says.milliseconds)}"
        for step, value in trace.timings_ms.items()
    )
    if times:
        rows.append((says.why_timings, times))
    body = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<details class="wz-why"><summary>{escape(says.why)}</summary><dl>{body}</dl></details>'


def welcome(says: Words, role: Role) -> str:
    """The empty conversation: what to write, and example questions to press."""
    examples = "".join(
        f'<button type="button" class="wz-example" data-ask="{escape(one)}">{escape(one)}</button>'
        for one in says.examples[role.value]
    )
    return (
        f'<section class="wz-welcome"><h2>{escape(says.welcome)}</h2><p>{escape(says.welcome_text)}</p>'
        f'<h3>{escape(says.examples_title)}</h3><div class="wz-examples">{examples}</div></section>'
    )


def header(says: Words) -> str:
    return (
        f'<header class="wz-brand">{icon("brand")}<div><h1>{escape(says.title)}</h1>'
        f"<p>{escape(says.tagline)}</p></div></header>"
    )


def notice(says: Words, number: str) -> str:
    """The standing notice, with the number to call as a link that a telephone can dial."""
    dialled = "".join(character for character in number if character not in " -")
    link = f'<a href="tel:{dialled}">{escape(number)}</a>' if dialled.isdecimal() else escape(number)
    call = escape(says.notice_number).replace("{number}", link)
    return f'<p class="wz-notice" role="note"><span>{escape(says.notice)}</span> <strong>{call}</strong></p>'


def _complete(reply: Reply, key: str, says: Words, number: str) -> str:
    numbers = [citation.n for citation in reply.citations]
    parts = [
        banner(reply.triage, reply.outcome, says, number),
        f'<div class="wz-text">{to_html(_without_questions(reply), turn=key, numbers=numbers, source_word=says.source)}</div>',
        _questions(reply, says),
        _differential(reply, says),
        sources(reply.citations, key, says),
        _warnings(reply.warnings, says),
        why(reply, says),
    ]
    return "".join(parts)


def _under_way(shown: Shown, says: Words, number: str) -> str:
    alert = f'<div class="wz-alert wz-text" role="alert">{to_html(shown.alert)}</div>' if shown.alert else ""
    text = f'<div class="wz-text">{to_html(shown.text)}</div>' if shown.text else ""
    if shown.error:
        last = (
            f'<div class="wz-error" role="alert"><strong>{escape(says.error_title)}</strong>'
            f"<p>{escape(shown.error)}</p></div>"
        )
    elif shown.stopped:
        last = f'<p class="wz-stopped" role="status">{escape(says.stopped)}</p>'
    else:
        step = shown.status or says.working
        last = f'<p class="wz-progress" role="status"><span class="wz-dots" aria-hidden="true"></span>{escape(step)}</p>'
    return alert + text + last


def _source(citation: Citation, key: str, says: Words) -> str:
    facts = [citation.source, citation.section, citation.published or ""]
    if citation.page is not None:
        facts.append(says.page_number.format(page=citation.page))
    about = " · ".join(escape(fact) for fact in facts if fact)
    foot = []
    if citation.review == "none":
        foot.append(f'<span class="wz-review wz-unreviewed">{escape(says.review_none)}</span>')
    elif citation.review:
        foot.append(f'<span class="wz-review">{escape(says.reviewed_by.format(who=citation.review))}</span>')
    if citation.url.startswith(("https://", "http://")):
        foot.append(
            f'<a class="wz-open" href="{escape(citation.url)}" target="_blank" rel="noopener noreferrer">'
            f"{escape(says.open_source)}{icon('external')}</a>"
        )
    return (
        f'<details class="wz-source" id="{escape(source_id(key, citation.n))}"><summary>'
        f'<span class="wz-n">{citation.n}</span><span class="wz-about"><b>{escape(citation.title)}</b>'
        f"<small>{about}</small></span></summary>"
        f'<blockquote>{marked_passage(citation)}</blockquote><p class="wz-foot">{"".join(foot)}</p></details>'
    )


def _without_questions(reply: Reply) -> str:
    """The text without its list of questions: they are shown below it, to be pressed."""
    asked = {f"- {question}" for question in reply.questions}
    return "\n".join(line for line in reply.text.split("\n") if line.strip() not in asked)


def _questions(reply: Reply, says: Words) -> str:
    """The questions, to be pressed; under a heading of their own only where the text does not lead up to them."""
    if not reply.questions:
        return ""
    led_up_to = _without_questions(reply) != reply.text
    title = says.questions_back if reply.outcome is Outcome.CLARIFYING else says.follow_ups
    heading = "" if led_up_to else f"<h3>{escape(title)}</h3>"
    chips = "".join(
        _yes_or_no(one, says) if is_yes_or_no(one) else _chip(one, one, "reply") for one in reply.questions
    )
    return (
        f'<section class="wz-questions" aria-label="{escape(title)}">{heading}'
        f'<div class="wz-chips">{chips}</div></section>'
    )


def _yes_or_no(question: str, says: Words) -> str:
    """A question with its two answers, which are sent when they are pressed."""
    answers = "".join(_chip(one, one, "ask") for one in (says.yes, says.no))
    return (
        f'<div class="wz-yesno" role="group" aria-label="{escape(question)}">'
        f"<span>{escape(question)}</span>{answers}</div>"
    )


def _chip(label: str, value: str, does: str) -> str:
    return f'<button type="button" class="wz-chip" data-{does}="{escape(value)}">{escape(label)}</button>'


def _differential(reply: Reply, says: Words) -> str:
    if not reply.differential:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(one.condition)}{_code(one.icd10)}</th>'
        f"<td>{_list(one.supporting)}</td><td>{_list(one.against)}</td>"
        f'<td><span class="wz-tag wz-{one.level.label}">{escape(says.levels[one.level.label].word)}</span></td></tr>'
        for one in reply.differential
    )
    heads = (says.condition, says.speaks_for, says.speaks_against, says.urgency)
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return (
        f'<details class="wz-differential"><summary>{escape(says.differential)}</summary>'
        f'<div class="wz-scroll" tabindex="0" role="region" aria-label="{escape(says.differential)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _warnings(warnings: Sequence[str], says: Words) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(one)}</li>" for one in warnings)
    return f'<aside class="wz-warnings" aria-label="{escape(says.warnings)}"><ul>{items}</ul></aside>'


def _question(said: str, says: Words) -> str:
    text = said if len(said) <= SHOWN_QUESTION_CHARS else said[:SHOWN_QUESTION_CHARS]
    more = "" if text is said else says.shortened.format(count=f"{len(said):,}")
    return escape(text).replace("\n", "<br>") + escape(more)


def _lang(says: Words, shown: Shown) -> str:
    language = shown.reply.language if shown.reply else shown.language
    return "zh-CN" if language == "zh" else "en"


def _span(text: str) -> str:
    return f" <span>{escape(text)}</span>" if text else ""


def _code(icd10: str | None) -> str:
    return f" <small>{escape(icd10)}</small>" if icd10 else ""


def _list(items: Sequence[str]) -> str:
    return "".join(f"<div>{escape(one)}</div>" for one in items) or "—"


def _milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
