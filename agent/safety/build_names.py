"""Make ``data/names.txt.gz`` again: ``python -m agent.safety.build_names`` (needs the package Faker, MIT).

Given and family names of Faker's seventy locales, in Latin letters. A name that our own English texts use as an
ordinary word ("will", "rose", "may") is marked with ``?``: it counts as a name only beside another one.
"""

from __future__ import annotations

import gzip
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

OUT = Path(__file__).parent / "data" / "names.txt.gz"
_NAME_LISTS = re.compile(r"^(?!_).*(?:first_names|last_names|given|surname|romanized)")
_PART = re.compile(r"[A-Za-zÀ-žſ-ɏ]{3,}")


def faker_names() -> Iterator[str]:
    import faker.providers.person as people  # type: ignore[import-not-found]

    for module in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"{people.__name__}.{module.name}").Provider
        for attribute, value in vars(provider).items():
            if _NAME_LISTS.match(attribute) and isinstance(value, Iterable):
                for entry in value:
                    yield from (part.lower() for part in _PART.findall(str(entry)))


def ordinary_words() -> set[str]:
    """Words that our own English texts write small, at least twice."""
    root = Path(__file__).parents[2]
    counts: Counter[str] = Counter()
    for pattern in (
        "retrieval/handbook/cards/**/*.yaml",
        "prompts/**/*.en.md",
        "agent/safety/second_sight/data/en-*.jsonl",
    ):
        for path in root.glob(pattern):
            counts.update(re.findall(r"(?<![A-Za-z'’À-ž])[a-z]{3,}(?![A-Za-zÀ-ž])", path.read_text("utf-8")))
    return {word for word, count in counts.items() if count >= 2}


def main() -> None:
    words = ordinary_words()
    lines = sorted(f"{name}?" if name in words else name for name in set(faker_names()))
    OUT.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    print(f"{len(lines)} names, {sum(line.endswith('?') for line in lines)} of them ordinary words too")


if __name__ == "__main__":
    main()
