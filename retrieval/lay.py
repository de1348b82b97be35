"""The words a page uses for what people say: ``pee`` for its urine. Pairs are data: ``lay_words.yaml``."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

_READ = 2000


def formal_words(text: str) -> str:
    """Words to search for besides those of ``text``, separated by spaces; empty where it says nothing in lay words."""
    pattern, words = _pairs()
    found = [words[match.casefold()] for match in pattern.findall(text[:_READ].replace("’", "'"))]
    return " ".join(dict.fromkeys(" ".join(found).split()))


@functools.cache
def _pairs() -> tuple[re.Pattern[str], Mapping[str, str]]:
    import yaml

    raw = yaml.safe_load((Path(__file__).parent / "lay_words.yaml").read_text(encoding="utf-8"))
    words = {
        lay: formal for lines in raw.values() for line, formal in lines.items() for lay in line.split("|")
    }
    longest_first = sorted(words, key=len, reverse=True)
    english = "|".join(re.escape(lay) for lay in longest_first if lay.isascii())
    chinese = "|".join(re.escape(lay) for lay in longest_first if not lay.isascii())
    return re.compile(rf"\b(?:{english})\b|{chinese}", re.IGNORECASE), words
