"""HTML pages: what a person reads, by heading, without menus, scripts and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from retrieval.passage import Document, Section
from retrieval.readers.decode import decode, looks_binary, one_line
from retrieval.readers.outline import Outline
from retrieval.readers.source import TEXT_BYTES, Item, Skipped, Source

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_DROPPED = ("script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "select", "svg", "iframe", "object", "dialog")  # fmt: skip
_DROPPED_PARTS = (
    ", ".join(
        f'[role="{role}"]' for role in ("navigation", "banner", "contentinfo", "search", "dialog", "alert")
    )
    + ", [hidden]"
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
        "center",
    ]
)
_HEADING = re.compile(r"h[1-6]$")
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
_MAIN_CHARS = 200
"""A ``main`` or ``article`` shorter than this is not the page's content."""


def read(source: Source) -> Iterator[Item]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_text(source.read(TEXT_BYTES), source.name), "html.parser")
    root = soup.find("html")
    language = str(root.get("lang") or "")[:2].lower() if root else ""
    page_title = _page_title(soup)
    licence = _licence(soup)  # before menus and footers, where it stands, are dropped
    url, published, publisher = _address(soup), _published(soup), _meta(soup, "og:site_name")
    heads = [one_line(tag.get_text(" ")) for tag in soup.find_all("h1")]
    outline = Outline()
    _walk(_content(soup), outline)
    sections = outline.sections()
    if not sections:
        yield Skipped(source.name, "a page without text (it may be drawn by a script)")
        return
    yield Document(
        id=source.name,
        title=outline.title or (heads[0] if len(heads) == 1 else "") or page_title or source.stem,
        sections=sections,
        source=publisher or source.name,
        url=url,
        published=published,
        language=language,
        licence=licence,
    )


def outline_of(fragment: str) -> tuple[Section, ...]:
    """The sections of a piece of HTML that another format carries."""
    from bs4 import BeautifulSoup

    outline = Outline()
    _walk(BeautifulSoup(fragment, "html.parser"), outline)
    return outline.sections()


def _text(data: bytes, name: str) -> str:
    declared = _DECLARED.search(data[:4096])
    if declared and not looks_binary(data):
        # Pages that say GB2312 use characters of its superset.
        label = declared[1].decode("ascii").lower().replace("_", "-")
        label = "gb18030" if label in ("gb2312", "gbk", "x-gbk") else label
        try:
            return data.decode(label)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, name)


def _meta(soup: BeautifulSoup, *names: str) -> str:
    for name in names:
        tag = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
        if tag is not None and tag.get("content"):
            return one_line(str(tag["content"]))
    return ""


def _page_title(soup: BeautifulSoup) -> str:
    tag = soup.find("title")
    return _meta(soup, "og:title") or one_line(tag.get_text() if tag else "")


def _address(soup: BeautifulSoup) -> str:
    tag = soup.find("link", rel="canonical")
    url = str(tag.get("href") or "") if tag is not None else _meta(soup, "og:url")
    return url if url.startswith(("http://", "https://")) else ""


def _published(soup: BeautifulSoup) -> str | None:
    value = _meta(
        soup, "article:modified_time", "article:published_time", "dcterms.modified", "DC.date", "date"
    )
    match = re.match(r"\d{4}(-\d{2}(-\d{2})?)?", value)
    return match[0] if match else None


def _licence(soup: BeautifulSoup) -> str:
    tag = soup.find(["link", "a"], rel="license")
    address = str(tag.get("href") or "") if tag is not None else ""
    return address or _meta(soup, "dcterms.license", "DC.rights", "dcterms.rights", "license")


def _content(soup: BeautifulSoup) -> Tag:
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    for tag in soup.select(_DROPPED_PARTS):
        tag.decompose()
    for name in ("main", "article"):
        found = soup.find_all(name)
        if len(found) == 1 and len(found[0].get_text(strip=True)) >= _MAIN_CHARS:
            return found[0]
    return soup.body or soup


def _walk(root: Tag, outline: Outline) -> None:
    """Blocks become lines, headings sections; the walk keeps its own stack, so deep nesting is harmless."""
    from bs4 import NavigableString, Tag

    line: list[str] = []
    mark = ""

    def flush() -> None:
        nonlocal mark
        text = "\n".join(one_line(part) for part in "".join(line).split("\v")).strip()
        line.clear()
        if text:
            outline.line(mark + text)
            mark = ""

    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, _End):
            flush()
        elif isinstance(node, Tag):
            if _HEADING.match(node.name):
                flush()
                outline.heading(int(node.name[1]), one_line(node.get_text(" ")))
            elif node.name == "tr":
                flush()
                cells = [
                    one_line(cell.get_text(" ")) for cell in node.find_all(["td", "th"], recursive=False)
                ]
                outline.line(" | ".join(cells))
            elif node.name == "br":
                line.append("\v")
            else:
                if node.name in _BLOCKS:
                    flush()
                    # Waits for the item's first text, even if that stands in a paragraph of its own.
                    mark = "- " if node.name == "li" else mark
                    stack.append(_End())
                stack.extend(reversed(node.contents))
        elif type(node) is NavigableString:
            # Comments and the like are subclasses; plain strings are what a person sees.
            line.append(str(node))
    flush()


class _End:
    """Marks the end of a block on the walk's stack."""
