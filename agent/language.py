"""Which of the two languages a text is in."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def detect(text: str) -> str:
    """``zh`` when Chinese carries the sentence, else ``en``.

    A Chinese sentence with a few Latin terms in it (``我的HbA1c是7.2``) is Chinese: one Han character
    weighs about as much as half an English word.
    """
    han = len(_HAN.findall(text))
    words = len(_LATIN_WORD.findall(text))
    return "zh" if han and han >= words else "en"


def resolve(requested: str, text: str) -> str:
    """The language to answer in: as requested, or as the person wrote."""
    return requested if requested in ("en", "zh") else detect(text)
