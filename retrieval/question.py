"""What a question asks, out of the story it comes in: the sentences that ask, what they are about, and which aspect.

A consumer's question carries a greeting, a history and thanks around one or two asks. The asks alone, led by the
things they are about, find more (``docs/retrieval.md``). Word lists are data: ``question.yaml``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from retrieval.analysis import name_keys
from retrieval.language import detect_language

LONG = {"en": 12, "zh": 24}
"""Words (characters of Chinese) from which a question is long enough to hold something besides what it asks."""
MAX_FOCUS = 3
"""Names that lead the focused question; a text that holds more names is a list, not a question."""
_READ = 4000
"""Characters that are read; nobody asks after that many."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；!?;])|\n+|\s{2,}")
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:['’\-][^\W_]+)*")
_PLACEHOLDER = re.compile(r"\[[A-Z_ ]{3,20}\]|https?://\S+|\S+@\S+")

Commonness = Callable[[str], int]
"""How many passages are about the name with this key (``analysis.name_keys``); 0 where it is no name."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood. All is words of the question itself, but for the aspects."""

    text: str
    language: str
    asked: str
    """The sentences that ask, without courtesies and lead-ins; the whole text where none stands out."""
    focus: tuple[str, ...] = ()
    """What it is about, as the question spells it: names that the index knows, the most telling first."""
    aspects: tuple[str, ...] = ()
    """Keys of ``aspects`` in the word lists: treatment, symptoms, causes …"""

    @property
    def titled(self) -> str:
        """The question as a page's title would put it (``Noonan syndrome treatments``).

        Empty where nothing it is about is known, and for a question too short to hold anything besides.
        """
        if not self.focus or len(_WORD.findall(self.text)) < LONG[self.language]:
            return ""
        wanted = [wording()[self.language].titles[aspect] for aspect in self.aspects]
        return " ".join([*self.focus, *wanted])

    def called(self, titles: Mapping[str, str]) -> Question:
        """The question about pages by their titles, in the place of other names of theirs (``calpol`` is Paracetamol):
        a vector knows a title better than a brand or a lay word."""
        return replace(self, focus=tuple(dict.fromkeys(titles.get(name, name) for name in self.focus)))


@dataclass(frozen=True, slots=True)
class Wording:
    """The word lists of one language, compiled."""

    courtesy: re.Pattern[str]
    lead_in: re.Pattern[str]
    asks: re.Pattern[str]
    aspects: Mapping[str, re.Pattern[str]]
    titles: Mapping[str, str]
    frame: frozenset[str]
    general: frozenset[str]


@functools.cache
def wording() -> Mapping[str, Wording]:
    import yaml

    raw = yaml.safe_load((Path(__file__).parent / "question.yaml").read_text(encoding="utf-8"))
    return {language: _compiled(language, raw[language], raw["aspects"]) for language in ("en", "zh")}


def understand(text: str, commonness: Commonness = lambda _: 0) -> Question:
    """Never raises; any string is a question."""
    text = _PLACEHOLDER.sub(" ", text[:_READ]).strip()
    language = detect_language(text)
    words = wording()[language]
    sentences = [part for raw in _SENTENCE.split(text) if (part := _without(words.courtesy, raw))]
    asking = [part for part in sentences if words.asks.search(part)]
    asked = " ".join(dict.fromkeys(_stripped(words, part) for part in asking or sentences)) or text
    aspects = tuple(name for name, says in words.aspects.items() if says.search(asked))
    return Question(text, language, asked, _focus(text, words, commonness), aspects)


def names_of(title: str, synonyms: str = "") -> list[str]:
    """The things that a page is about, from its title (a question or a name) and its other names."""
    also = re.search(
        r"\((?:also (?:called|known as)|aka|又称|别名|也叫)[:：]?\s*([^)]*)\)?", title, re.IGNORECASE
    )
    head = title[: also.start()] if also else title
    names = [_unframed(head), *(re.split(r"[;；]", also[1]) if also else ()), *re.split(r"[;；]", synonyms)]
    return list(dict.fromkeys(clean for name in names if (clean := name.strip(" ?？.:：,"))))


def _unframed(title: str) -> str:
    """``What are the treatments for Gout ?`` is about ``Gout``: a question's own words are taken off both ends."""
    if not re.search(
        r"[?？]\s*$|^(?:what|how|is|are|do|does|who|can|why|when)\b", title.strip(), re.IGNORECASE
    ):
        return title
    words = wording()[detect_language(title)]
    if detect_language(title) == "zh":
        return _QUESTION_ZH.sub("", title)
    parts = re.sub(r"\(are\)|\(or [^)]*\)", " ", title).split()

    def framing(part: str) -> bool:
        bare = part.strip("?.,()").casefold()
        return not bare or bare in words.frame or any(says.fullmatch(bare) for says in words.aspects.values())

    while parts and framing(parts[0]):
        parts.pop(0)
    while parts and framing(parts[-1]):
        parts.pop()
    return " ".join(parts)


_QUESTION_ZH = re.compile(
    r"(?:是什么|有哪些|怎么治疗|如何治疗|怎么办|怎么预防|的?(?:症状|原因|治疗|预防|诊断).*)?[？?]?\s*$"
)


def _focus(text: str, words: Wording, commonness: Commonness) -> tuple[str, ...]:
    """Names in the text that the index knows; longer ones first, then rarer ones, none inside another."""
    known = [
        (start, end, count)
        for start, end, key in name_keys(text)
        if text[start:end].casefold() not in words.frame | words.general and (count := commonness(key))
    ]
    chosen: list[tuple[int, int, int]] = []
    for start, end, count in sorted(known, key=lambda name: (name[0] - name[1], name[0])):
        if all(end <= first or start >= last for first, last, _ in chosen):
            chosen.append((start, end, count))
    said: dict[str, str] = {}
    for start, end, _ in sorted(chosen, key=lambda name: (name[2], name[0])):
        said.setdefault(text[start:end].casefold(), text[start:end])
    return tuple(said.values())[:MAX_FOCUS]


def _without(pattern: re.Pattern[str], sentence: str) -> str:
    """The sentence without courtesies; empty where it was nothing else."""
    return pattern.sub(" ", sentence).strip(" ,.!，。！;；:：~…-")


def _stripped(words: Wording, sentence: str) -> str:
    return " ".join(words.lead_in.sub(" ", sentence).split()) or sentence


def _compiled(language: str, raw: Mapping[str, Any], aspects: Mapping[str, Mapping[str, str]]) -> Wording:
    edges = (r"(?:^|(?<=[\s,.;:!?]))", r"(?=$|[\s,.;:!?])") if language == "en" else ("", "")
    bound = (r"\b(?:", r")\b") if language == "en" else ("(?:", ")")
    return Wording(
        courtesy=_any(raw["courtesy"], r"^\s*", r"[\s,.!，。！~]*$"),
        lead_in=_any(raw["lead_in"], *edges),
        asks=_any(raw["asks"]),
        aspects={
            name: re.compile(bound[0] + one[language] + bound[1], re.IGNORECASE)
            for name, one in aspects.items()
        },
        titles={name: one[f"as_{language}"] for name, one in aspects.items()},
        frame=frozenset(raw["frame"].split()),
        general=frozenset(raw["general"].split()),
    )


def _any(patterns: Iterable[str], before: str = "", after: str = "") -> re.Pattern[str]:
    return re.compile(before + "(?:" + "|".join(patterns) + ")" + after, re.IGNORECASE)
