"""Bytes to text: which encoding a file is in, and whether it is text at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from retrieval.errors import UnreadableSourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_SAMPLE = 64 * 1024


def looks_binary(data: bytes) -> bool:
    """Whether these bytes are no text in any encoding that is read here."""
    if data.startswith(tuple(bom for bom, _ in _BOMS)):
        return False
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return True
    control = len(sample) - len(sample.translate(None, _CONTROL))
    return control > len(sample) * 0.02


def declared_encoding(head: bytes) -> str:
    """The encoding that a byte-order mark names; empty without one."""
    return next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "")


def head_text(head: bytes) -> str:
    """The first bytes of a file as text, to look at: by its mark, else as UTF-8 with gaps."""
    text = head.decode(declared_encoding(head) or "utf-8", errors="replace")
    return text.lstrip("\ufeff \t\r\n")


def utf8_lines(stream: BufferedReader, limit: int) -> Iterator[bytes | None]:
    """Lines in UTF-8, whatever Unicode encoding the file is marked as; ``None`` for one of more than ``limit`` bytes."""
    encoding = declared_encoding(stream.peek(4)[:4])
    if encoding.startswith(("utf-16", "utf-32")):
        wide = TextIOWrapper(stream, encoding=encoding, errors="replace", newline="\n")
        while text := wide.readline(limit + 1):
            yield text.encode("utf-8", "replace") if len(text) <= limit else None
            while len(text) > limit and not text.endswith("\n"):
                text = wide.readline(limit + 1) or "\n"
        return
    while line := stream.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        yield None
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit)


def guess_encoding(head: bytes) -> str:
    """Which encoding to read a stream in, by its first bytes (see ``decode`` for a whole file)."""
    if named := declared_encoding(head):
        return named
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    for cut in range(4):  # the head may end inside a character
        if _chinese(head[: len(head) - cut]) is not None:
            return "gb18030"
    return "cp1252"


def _chinese(data: bytes) -> str | None:
    """The text, where GB18030 gives mostly everyday Chinese characters."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text if ord(character) > 127]
    # GB2312's level-1 characters (the 3,755 in daily use) start with the bytes B0 to D7; Western text read as
    # GB18030 lands on rare characters instead.
    common = sum(_everyday(character) for character in foreign)
    return text if foreign and common >= 0.7 * len(foreign) else None


def _everyday(character: str) -> bool:
    try:
        encoded = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xA1 <= encoded[0] <= 0xA3 or 0xB0 <= encoded[0] <= 0xD7


def decode(data: bytes, name: str) -> str:
    """Text of ``data``: UTF-8, UTF-16 or UTF-32 with a mark, GB18030, else what detection finds, else Latin-1.

    Raises:
        UnreadableSourceError: these bytes are no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise UnreadableSourceError(
                    f"{name}: starts as {encoding} but breaks at byte {error.start}."
                ) from None
    if looks_binary(data):
        raise UnreadableSourceError(f"{name}: a binary file, not text.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    chinese = _chinese(data)
    if chinese is not None:
        return chinese
    return _detected(data)


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    # Short Western texts fit many code pages equally; the commonest one is the better guess there.
    for encoding in ("cp1252" if best is None or len(data) < 400 else best.encoding, "latin-1"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise AssertionError("latin-1 decodes every byte")


_BULLET = re.compile(r"[ \t\u00a0]{2,}[-•*]\s+(?=\S)")
_BLANKS = re.compile(r"[ \t\u00a0\u200b\ufeff]+")
_EDGES = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """Blanks as people would set them: no runs, no trailing ones, list items each on a line of their own."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    text = _BULLET.sub("\n- ", text)
    text = _EDGES.sub("\n", _BLANKS.sub(" ", text))
    return _GAPS.sub("\n\n", text).strip()


def one_line(text: str | None) -> str:
    """All blanks, line ends too, as single spaces."""
    return " ".join((text or "").split())
