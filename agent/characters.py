"""Characters that are read as others, one for one, so that every place in a text stays where it was."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from agent.tables import table


@cache
def characters(kind: str) -> Mapping[int, str]:
    """What ``data/characters.yaml`` reads characters of a kind as, for ``str.translate``."""
    return {ord(pair[0]): pair[1] for pair in table("characters")[kind].split()}


def simplified(text: str) -> str:
    """Traditional characters as simplified ones."""
    return text.translate(characters("traditional"))
