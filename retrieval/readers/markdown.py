"""Markdown: sections by heading, as the plain words that a reader of the page would see."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from retrieval.passage import Document
from retrieval.readers.decode import decode, one_line, tidy
from retrieval.readers.outline import Outline
from retrieval.readers.source import TEXT_BYTES, Item, Skipped, Source

if TYPE_CHECKING:
    from markdown_it.token import Token


def read(source: Source) -> Iterator[Item]:
    text = decode(source.read(TEXT_BYTES), source.name)
    header, body = _front_matter(text.replace("\r\n", "\n").lstrip("\ufeff"))
    outline = Outline()
    _fill(outline, body)
    sections = outline.sections()
    if not sections:
        yield Skipped(source.name, "no text")
        return
    yield Document(
        id=source.name,
        title=one_line(str(header.get("title") or "")) or outline.title or source.stem,
        sections=sections,
        source=one_line(str(header.get("source") or "")) or source.name,
        url=str(header.get("url") or ""),
        published=str(header["date"]) if header.get("date") else None,
        language=str(header.get("language") or header.get("lang") or "")[:2],
        licence=str(header.get("licence") or header.get("license") or ""),
        metadata=MappingProxyType({}),
    )


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML header between two ``---`` lines, where there is one that parses."""
    if not text.startswith("---\n"):
        return {}, text
    head, mark, body = text[4:].partition("\n---\n")
    if not mark:
        return {}, text
    import yaml

    try:
        header = yaml.load(head, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}, text
    return (header, body) if isinstance(header, dict) else ({}, text)


def _fill(outline: Outline, body: str) -> None:
    from markdown_it import MarkdownIt

    depth = 0
    row: list[str] | None = None
    heading = 0
    for token in MarkdownIt("commonmark").enable("table").parse(body):
        if token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            outline.line(" | ".join(row or []))
            row = None
        elif token.type == "inline":
            words = _words(token)
            if heading:
                outline.heading(heading, one_line(words))
                heading = 0
            elif row is not None:
                row.append(one_line(words))
            else:
                outline.line(f"- {words}" if depth and words else words)
        elif token.type in ("fence", "code_block"):
            outline.line(token.content.rstrip())
        elif token.type == "html_block":
            outline.line(_without_tags(token.content))


def _words(token: Token) -> str:
    pieces = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type == "softbreak":
            pieces.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.startswith("<br")):
            pieces.append("\n")
        elif child.type == "image":
            pieces.append(child.content)
    return "".join(pieces).strip()


def _without_tags(html: str) -> str:
    from bs4 import BeautifulSoup

    return tidy(BeautifulSoup(html, "html.parser").get_text(" "))
