"""Which of the two languages a text is in, from its characters alone."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLE = 4000
"""Characters looked at; a page says as much as a book."""


def detect_language(text: str) -> str:
    """``zh`` where at least a fifth of the letters are Han characters, else ``en``.

    A fifth, because one Han character carries about what half an English word does, and Chinese medical
    text is full of Latin abbreviations and drug names.
    """
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    return "zh" if letters and len(_HAN.findall(sample)) >= letters / 5 else "en"


def base_language(code: str) -> str:
    """``zh-CN`` and ``zh_Hans`` are ``zh``; ``""`` stays empty."""
    return re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0]
