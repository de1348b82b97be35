"""Answer Markdown to safe HTML: raw HTML shown as text, no images, citation marks as links to their source."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

_BOLD = re.compile(r"\*\*([^*\n]+?)([。！？；：，、…）」』》”]+)\*\*(?=\S)|\*\*[^*\n]+\*\*")
_MARK = re.compile(r"\s?\[(\d{1,3})\]")


def to_html(text: str, *, turn: str = "", numbers: Collection[int] = (), source_word: str = "Source") -> str:
    """``text`` as HTML. ``[n]`` becomes a link to source ``n`` of ``turn`` where ``n`` is one of ``numbers``."""
    env = {"turn": turn, "numbers": frozenset(numbers), "source": source_word}
    return str(_parser().render(_chinese_bold(text), env))


def source_id(turn: str, n: int) -> str:
    """The HTML id of one source, unique on the page."""
    return f"source-{turn}-{n}"


def _chinese_bold(text: str) -> str:
    """``**拨打 120。**然后`` with its full stop outside: CommonMark closes no emphasis between a mark and a letter."""
    return _BOLD.sub(lambda bold: f"**{bold[1]}**{bold[2]}" if bold[2] else bold[0], text)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = (
        MarkdownIt("commonmark", {"html": False, "linkify": False})
        .enable(["table", "strikethrough"])
        .disable(["image"])
    )
    parser.add_render_rule("text", _text)
    parser.add_render_rule("link_open", _link_open)
    return parser


def _text(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]) -> str:
    content = tokens[index].content
    pieces, at = [], 0
    for mark in _MARK.finditer(content):
        n = int(mark[1])
        if n not in env["numbers"]:
            continue
        label = f"{escape(env['source'])} {n}"
        pieces.append(escape(content[at : mark.start()]))
        pieces.append(
            f'<a class="wz-cite" href="#{source_id(env["turn"], n)}" aria-label="{label}" title="{label}">{n}</a>'
        )
        at = mark.end()
    pieces.append(escape(content[at:]))
    return "".join(pieces)


def _link_open(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    target = str(tokens[index].attrGet("href") or "")
    if not target.startswith(("https://", "http://", "tel:", "sms:", "mailto:")):
        return "<a>"
    opens = "" if target.startswith(("tel:", "sms:")) else ' target="_blank" rel="noopener noreferrer"'
    return f'<a href="{escape(target)}"{opens}>'
