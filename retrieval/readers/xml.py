"""XML parsed safely, whole or as a stream, and the small helpers that the XML formats share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import Element, ParseError

from retrieval.errors import UnreadableSourceError
from retrieval.readers.decode import one_line
from retrieval.readers.source import Source


def parse(source: Source) -> Element:
    """The root element; entity tricks are refused.

    Raises:
        UnreadableSourceError: this is no well-formed XML.
    """
    from defusedxml.ElementTree import fromstring

    with _explained(source.name):
        root: Element = fromstring(source.read())
    return root


def records(source: Source, tags: Collection[str]) -> Iterator[Element]:
    """Each element of these names as soon as it is complete, forgotten when the next is asked for.

    A namespace is taken off the names. Raises ``UnreadableSourceError`` where the XML breaks; what came before
    has been given by then.
    """
    from defusedxml.ElementTree import iterparse

    with _explained(source.name):
        root: Element | None = None
        depth = 0
        for event, element in iterparse(source.buffered, events=("start", "end")):
            if event == "start":
                root = element if root is None else root
                depth += local(element.tag) in tags
                continue
            if local(element.tag) not in tags:
                continue
            depth -= 1
            if depth == 0:  # not an article inside an article
                yield element
                element.clear()
                if root is not None and root is not element:
                    root.clear()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    from defusedxml.common import DefusedXmlException

    try:
        yield
    except ParseError as error:
        line, column = error.position
        raise UnreadableSourceError(f"{name}: broken XML at line {line}, column {column}.") from None
    except DefusedXmlException as error:
        raise UnreadableSourceError(
            f"{name}: XML with forbidden entities ({type(error).__name__})."
        ) from None
    except (LookupError, ValueError) as error:
        raise UnreadableSourceError(f"{name}: XML in an unknown encoding ({error}).") from None


def local(tag: object) -> str:
    """A tag without its namespace; empty for a comment."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def words(element: Element | None) -> str:
    """All text below an element, in one line."""
    return "" if element is None else one_line("".join(element.itertext()))


def iso_date(year: str, month: str = "", day: str = "") -> str | None:
    """``2018-05-17``, ``2018-05`` or ``2018``; months may be English names. ``None`` without a year."""
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    key = month.strip().lower()[:3]
    number = int(key) if key.isdigit() else (names.index(key) + 1 if key in names else 0)
    if not 1 <= number <= 12:
        return year
    if day.strip().isdigit() and 1 <= int(day) <= 31:
        return f"{year}-{number:02d}-{int(day):02d}"
    return f"{year}-{number:02d}"
