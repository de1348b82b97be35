"""Make the lists in ``data/*.txt.gz`` again: ``python -m agent.safety.build_names`` (needs the package Faker, MIT).

Given and family names of Faker's seventy locales, in Latin letters. A name that our own English texts use as an
ordinary word ("will", "rose", "may") is marked with ``?``: it counts as a name only beside another one.
``words.txt.gz`` holds what is known not to be a name: the words that our own texts write small, and every word in
the names of the handbook's diseases, medicines and tests.
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
WORDS = Path(__file__).parent / "data" / "words.txt.gz"
_CARD_NAME = re.compile(r"^(?:name|names|aliases|brands|synonyms|  en|  - en|id)\b.*$", re.MULTILINE)
_NAME_LISTS = re.compile(r"^(?!_).*(?:first_names|last_names|given|surname|romanized)")
_PART = re.compile(r"[A-Za-zÀ-žſ-ɏ]{3,}")


def faker_names() -> Iterator[str]:
    import faker.providers.person as people

    for module in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"{people.__name__}.{module.name}").Provider
        for attribute, value in vars(provider).items():
            if _NAME_LISTS.match(attribute) and isinstance(value, Iterable):
                for entry in value:
                    yield from (part.lower() for part in _PART.findall(str(entry)))


def our_words() -> Counter[str]:
    """Words that our own English texts write small, with how often."""
    root = Path(__file__).parents[2]
    counts: Counter[str] = Counter()
    for pattern in (
        "retrieval/handbook/cards/**/*.yaml",
        "prompts/**/*.en.md",
        "agent/safety/second_sight/data/*en*.jsonl",
    ):
        for path in root.glob(pattern):
            counts.update(re.findall(r"(?<![A-Za-z'’À-ž])[a-z]{3,}(?![A-Za-zÀ-ž])", path.read_text("utf-8")))
    return counts


def ordinary_words() -> set[str]:
    """Words written small at least twice: a careless writer's "maria" does not make it a word."""
    return {word for word, count in our_words().items() if count >= 2}


def words_of_medicine() -> set[str]:
    """Every word in the names of the handbook's cards, medicines sold under a name included."""
    cards = Path(__file__).parents[2] / "retrieval/handbook/cards"
    return {
        word.lower()
        for path in cards.glob("**/*.yaml")
        for line in _CARD_NAME.findall(path.read_text("utf-8"))
        for word in _PART.findall(line)
    }


def main() -> None:
    words = ordinary_words()
    lines = sorted(f"{name}?" if name in words else name for name in set(faker_names()))
    OUT.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    known = sorted((words | words_of_medicine()) - {""})
    WORDS.write_bytes(gzip.compress("\n".join(known).encode(), mtime=0))
    print(f"{len(known)} words that are not names")
    print(f"{len(lines)} names, {sum(line.endswith('?') for line in lines)} of them ordinary words too")


if __name__ == "__main__":
    main()
