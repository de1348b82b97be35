"""XML parsed safely, and the small helpers that the XML formats share."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from retrieval.errors import UnreadableSourceError
from retrieval.readers.decode import one_line
from retrieval.readers.source import Source


def parse(source: Source) -> Element:
    """The root element; entity tricks are refused.

    Raises:
        UnreadableSourceError: this is no well-formed XML.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(source.read())
    except ParseError as error:
        line, column = error.position
        raise UnreadableSourceError(f"{source.name}: broken XML at line {line}, column {column}.") from None
    except DefusedXmlException as error:
        raise UnreadableSourceError(
            f"{source.name}: XML with forbidden entities ({type(error).__name__})."
        ) from None
    except (LookupError, ValueError) as error:
        raise UnreadableSourceError(f"{source.name}: XML in an unknown encoding ({error}).") from None


def words(element: Element | None) -> str:
    """All text below an element, in one line."""
    return "" if element is None else one_line("".join(element.itertext()))


def iso_date(year: str, month: str = "", day: str = "") -> str | None:
    """``2018-05-17``, ``2018-05`` or ``2018``; months may be English names. ``None`` without a year."""
    if not year.isdigit():
        return None
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    key = month.strip().lower()[:3]
    number = int(key) if key.isdigit() else (names.index(key) + 1 if key in names else 0)
    if not 1 <= number <= 12:
        return year
    if day.strip().isdigit():
        return f"{year}-{number:02d}-{int(day):02d}"
    return f"{year}-{number:02d}"
