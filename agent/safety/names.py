"""Names of people by a list, where no word around them says that a name follows.

``data/names.txt.gz`` holds given and family names of seventy locales (made by ``build_names.py``). One written with a
capital, or two side by side in small letters, is taken for a person; a disease named after somebody is not. So are two
words written large that neither our texts nor the handbook know, and one with a letter that English does not have.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

_WORD = re.compile(r"[A-Za-zÀ-žſ-ɏ]+(?:[-'’][A-Za-zÀ-žſ-ɏ]+)*\.?")
_INITIAL = re.compile(r"[A-Za-z]\.?")
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "da",
        "di",
        "del",
        "la",
        "le",
        "al",
        "bin",
        "ter",
        "dos",
        "das",
        "el",
        "ibn",
        "mac",
    ]
)
_FOREIGN = re.compile(r"[À-žſ-ɏ]")
_LIKE_A_NAME = re.compile(r"(?:(?:Mc|Mac|De|Le|La|Du|O['’])?[A-ZÀ-Ž][a-zß-ÿā-ž]+[-'’]?)+(?:['’]s)?\.?")
# Endings of English words, of diseases, medicines and molecules; family names seldom have them.
_ENGLISH = re.compile(
    r"(?:tion|sion|ment|ness|ity|ogy|omas?|itis|osis|oses|a?emia|pathy|algia|ectomy|plasty|scopy|graph[yics]*|ism|ists?"
    r"|ive|ous|[ai]ble|[iu]al|ic|ics|ular|[ai]ry|ated?|ies|ly|[ae]nces?|[ae]nts?|ase|mab|nib|vir|statin|pril|sartan|olol"
    r"|azole|cillin|mycin|lysis|trophy|plasia|cytes?|ative|ment|ical|ility|ities|ings?|ed|ship|hood|ward|less|ful|ize|ise)s?$"
)
_MOLECULE = re.compile(r"-?\d")  # "Pim-1", "Cas13"
_GAP = re.compile(r"[ \t]+(?:['’\"]?)")


@cache
def _listed() -> tuple[frozenset[str], frozenset[str]]:
    """Names that are nothing else, and names that are ordinary words too."""
    data = resources.files("agent.safety.data").joinpath("names.txt.gz").read_bytes()
    lines = gzip.decompress(data).decode().split("\n")
    return (
        frozenset(line for line in lines if not line.endswith("?")),
        frozenset(line[:-1] for line in lines if line.endswith("?")),
    )


@cache
def _known() -> frozenset[str]:
    """Words of every day and of medicine."""
    data = resources.files("agent.safety.data").joinpath("words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(data).decode().split("\n"))


def people(text: str, ordinary: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Spans of names. ``ordinary`` says of a small-letter word that it is never a name here (a disease, a drug)."""
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        run = _run(text, words, at, ordinary)
        if run:
            yield words[at].start(), _end(words[at + run - 1])
        at += run or 1


def _run(text: str, words: list[re.Match[str]], at: int, ordinary: Callable[[str], bool]) -> int:
    """How many words from ``at`` on make one name; 0 for none."""
    strong = capitals = names = unknown = 0
    length = best = 0
    foreign = False
    while at + length < len(words):
        word = words[at + length]
        if length and not _GAP.fullmatch(text, words[at + length - 1].end(), word.start()):
            break
        kind = "none" if _MOLECULE.match(text, word.end()) else _kind(word.group(), ordinary)
        if kind == "none" or (kind in ("particle", "initial") and not length):
            break
        if length and len(words[at + length - 1].group()) > 4 and words[at + length - 1].group()[-1] == ".":
            break
        length += 1
        if kind in ("strong", "weak", "capital"):
            strong += kind == "strong"
            names += kind != "capital"
            stranger = (
                kind == "capital"
                and bool(_LIKE_A_NAME.fullmatch(word.group()))
                and not is_known(word.group())
            )
            unknown += stranger
            foreign = foreign or stranger and bool(_FOREIGN.search(word.group()))
            capitals += word.group()[0].isupper()
            best = length
        if length == 6:
            break
    if foreign or unknown > 1 or (unknown and names):
        return best
    if not strong:
        return 0
    # In small letters one word is not enough, and a lone capital word must be on the list of plain names.
    return best if capitals or names > 1 else 0


def _kind(word: str, ordinary: Callable[[str], bool]) -> str:
    """``strong`` name, ``weak`` (also a word), ``capital`` (unknown, written large), ``particle``, ``initial``, ``none``."""
    plain = re.sub(r"['’]s$", "", word.rstrip(".")).lower()
    if plain in _PARTICLES:
        return "particle"
    if _INITIAL.fullmatch(word):
        return "initial" if plain not in ("a", "i") or word.endswith(".") else "none"
    if ordinary(plain) or (word.isupper() and len(word) < 5):
        return "none"
    if not word.islower() and not word.isupper() and not _LIKE_A_NAME.fullmatch(word):
        return "none"  # "IgE", "miRNA"
    strong, weak = _listed()
    parts = re.split(r"[-'’]", plain)
    compound = len(parts) > 1 and _LIKE_A_NAME.fullmatch(word)
    if plain in strong or compound and any(part in strong for part in parts if len(part) > 2):
        return "strong"
    if not word[0].isupper():
        return "none"
    return "weak" if plain in weak else "capital"


def listed_words() -> frozenset[str]:
    """Words of every day and of medicine that our own texts know, in small letters."""
    return _known()


def is_listed(word: str) -> bool:
    """Whether a word is a name and nothing else."""
    return word.lower() in _listed()[0]


def is_known(word: str) -> bool:
    """Whether our own texts know a word: in one of its forms, or in all parts of a compound."""
    plain = re.sub(r"['’]s$", "", word.rstrip(".")).lower()
    known = _known()
    return (
        len(plain) < 3
        or plain in known
        or bool(_ENGLISH.search(plain))
        or any(
            plain.endswith(ending) and plain[: -len(ending)] + rest in known
            for ending, rest in (
                ("s", ""),
                ("es", ""),
                ("ed", ""),
                ("ed", "e"),
                ("ing", ""),
                ("ing", "e"),
                ("ies", "y"),
            )
        )
    )


def _end(word: re.Match[str]) -> int:
    """Without a possessive ending or the sentence's full stop."""
    kept = re.sub(r"(?:['’]s)?\.?$", "", word.group())
    return word.start() + len(kept)
