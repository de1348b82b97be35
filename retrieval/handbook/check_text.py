"""Checks of the words: both languages whole, easy to read, no doses, no sentence used twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from retrieval.handbook.problem import Found
from retrieval.handbook.reading import chinese_sentences, english_sentences, grade
from retrieval.handbook.schema import Bilingual, Card, ConditionCard, MedicineCard, TestCard

PLACEHOLDERS = ("FILL IN", "FILL_IN", "待填写")
"""What a template leaves for the writer; a card that still holds one does not pass."""

MAX_GRADE = 9.0
"""US school grade. Patient leaflets are asked to stay near grade 6 to 8 (AHRQ Health Literacy Universal
Precautions Toolkit, 2nd edition, 2015); the names of illnesses themselves cost about one grade."""
MAX_MEAN_ZH = 45
MAX_ZH = 90
"""Characters a Chinese sentence, as house rules; punctuation counts."""

# Chinese says the same in under a third of the characters: median 0.29 over the texts of the first 29 cards,
# 98 in 100 between 0.20 and 0.45. Below the lower bound a sentence is missing, above the upper one the Chinese
# says something that the English does not.
MIN_RATIO, MAX_RATIO = 0.15, 0.75
_COMPARED_FROM = 60
"""Shorter English texts are labels, whose lengths say little."""

_HAN = re.compile(r"[\u3400-\u9fff]")

_UNIT = r"(?:mg|mcg|µg|μg|ug|milligrams?|micrograms?|ml|millilit(?:re|er)s?|IU|international units?)"
_NOT_MEASURED = r"(?!\s*(?:/\s*(?:d?l|ml|min|g|kg|m2|24)|per\s+(?:d?l|decilit|lit|min|mill|gram)|of\s+(?:water|blood|fluid|urine)))"
_COUNT = r"(?:\d+|one|two|three|four|five|six|a|half)"
_FORM = r"(?:tablets?|capsules?|pills?|puffs?|drops?|sachets?|spoonfuls?|teaspoons?|doses?)"
_EVERY = r"(?:(?:once|twice|(?:three|four|five|\d+)\s+times)\s+(?:a|per|each|every)\s+day|(?:once|twice)\s+daily|every\s+\S+(?:\s+to\s+\S+)?\s+hours|(?:a|per|each)\s+day|daily)"
_DOSE_EN = re.compile(
    rf"\b\d[\d.,]*(?:\s*(?:-|–|to)\s*\d[\d.,]*)?\s*{_UNIT}\b{_NOT_MEASURED}|\b{_COUNT}\s+{_FORM}\b[^.;]{{0,25}}?{_EVERY}",
    re.IGNORECASE,
)
_N = r"[0-9０-９.]+(?:\s*[-–~～至到]\s*[0-9.]+)?|[一二两三四五六半]"
_DOSE_ZH = re.compile(
    r"[0-9][0-9.]*(?:\s*[-–~～至到]\s*[0-9.]+)?\s*(?:毫克|微克|国际单位|毫升|mg|mcg|μg|µg|ml|IU)"
    r"(?!\s*(?:/|／|每|的?(?:水|温水|白开水|液体|血|尿)))"
    rf"|(?:每次|一次|每天|每日|一天|一日)(?:口?服|吃|喷|吸|滴|用)?\s*(?:{_N})\s*(?:片|粒|颗|丸|袋|支|喷|滴|包|毫克|毫升)"
    rf"|(?:每天|每日|一天|一日)\s*(?:{_N})\s*次[^。；，]{{0,4}}(?:口服|服用|每次)"
    rf"|(?:口服|服用|服药)[^。；，]{{0,6}}(?:每天|每日|一天|一日)\s*(?:{_N})\s*次",
    re.IGNORECASE,
)

_REPEATED_EN, _REPEATED_ZH = 60, 30
"""A shared sentence longer than this is a copy. Chinese: half of English, since it says more a character."""


def bilinguals(value: object, path: str = "") -> Iterator[tuple[str, Bilingual]]:
    """Every bilingual statement inside a card, with its field path."""
    if isinstance(value, Bilingual):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            inner = f"{path}.{field.alias or name}" if path else field.alias or name
            yield from bilinguals(getattr(value, name), inner)
    elif isinstance(value, tuple):
        for order, item in enumerate(value):
            yield from bilinguals(item, f"{path}.{order}")


def patient_texts(card: Card) -> Iterator[tuple[str, Bilingual]]:
    """What patients are shown: everything but the clinicians' notes and measured ranges."""
    for path, text in bilinguals(card):
        if not path.startswith(("clinician.", "ranges.", "thresholds.")):
            yield path, text


def both_languages(card: Card) -> Found:
    """Each language in its own script, and neither a stub of the other."""
    for path, text in bilinguals(card):
        if _HAN.search(text.en):
            yield card.id, f"{path}.en", f"Chinese characters in the English text: '{text.en[:60]}'", "error"
        if len(text.zh) > 12 and not _HAN.search(text.zh):
            yield card.id, f"{path}.zh", f"no Chinese in the Chinese text: '{text.zh[:60]}'", "error"
        if len(text.en) >= _COMPARED_FROM:
            ratio = len(text.zh) / len(text.en)
            if not MIN_RATIO <= ratio <= MAX_RATIO:
                message = (
                    f"the Chinese has {len(text.zh)} characters for {len(text.en)} English ones; between "
                    f"{MIN_RATIO:.0%} and {MAX_RATIO:.0%} is expected, so one of them probably lacks a sentence"
                )
                yield card.id, path, message, "error"


def finished(card: Card) -> Found:
    """Nothing is left of the template."""
    for path, text in bilinguals(card):
        for language in ("en", "zh"):
            if any(mark in text.get(language) for mark in PLACEHOLDERS):
                yield card.id, f"{path}.{language}", "still to be filled in", "error"
    if any(mark in system for mark in PLACEHOLDERS for system in card.systems):
        yield card.id, "systems", "still to be filled in", "error"
    for order, source in enumerate(card.sources):
        if any(mark in source.title or mark in source.publisher for mark in PLACEHOLDERS):
            yield card.id, f"sources.{order}", "still to be filled in", "error"


def no_doses(card: Card) -> Found:
    """Patient text gives no amounts of medicine; those are a matter for the prescriber."""
    for path, text in patient_texts(card):
        for language, pattern in (("en", _DOSE_EN), ("zh", _DOSE_ZH)):
            match = pattern.search(text.get(language))
            if match:
                message = f"'{match.group()}' reads like a dose; patient text names no amounts"
                yield card.id, f"{path}.{language}", message, "error"


_READ_TOGETHER: dict[type[Card], tuple[str, ...]] = {
    ConditionCard: ("summary", "symptoms_text", "self_care", "seek_care"),
    MedicineCard: ("summary", "used_for", "common_side_effects", "serious_side_effects", "seek_care"),
    TestCard: ("summary", "measures", "preparation", "next_steps", "seek_care"),
}


def _read_together(card: Card) -> list[Bilingual]:
    fields = _READ_TOGETHER.get(type(card))
    if fields is None:
        return [
            text for path, text in patient_texts(card) if path.endswith((".text", "summary", "seek_care"))
        ]
    return [getattr(card, field) for field in fields]


def easy_to_read(card: Card) -> Found:
    """Patient text in plain words: US grade 9 at most; Chinese sentences short."""
    texts = _read_together(card)
    reached = grade(
        " ".join(text.en if text.en.endswith((".", "!", "?")) else text.en + "." for text in texts)
    )
    if reached > MAX_GRADE:
        message = f"the English patient text reads at grade {reached:.1f}; use shorter words and sentences (at most {MAX_GRADE:g})"
        yield card.id, "en", message, "error"
    sentences = [part for text in texts for part in chinese_sentences(text.zh)]
    mean = sum(map(len, sentences)) / len(sentences)
    if mean > MAX_MEAN_ZH:
        yield (
            card.id,
            "zh",
            f"Chinese sentences are {mean:.0f} characters long on average (at most {MAX_MEAN_ZH})",
            "error",
        )
    for part in sentences:
        if len(part) > MAX_ZH:
            yield (
                card.id,
                "zh",
                f"a Chinese sentence has {len(part)} characters (at most {MAX_ZH}): '{part[:30]}…'",
                "error",
            )


def repeated_sentences(cards: Sequence[Card]) -> Found:
    """A long sentence that stands in two cards was copied; each card should say its own thing."""
    owners: dict[str, str] = {}
    for card in cards:
        for path, text in bilinguals(card):
            for language, parts, over in (
                ("en", english_sentences(text.en), _REPEATED_EN),
                ("zh", chinese_sentences(text.zh), _REPEATED_ZH),
            ):
                for part in parts:
                    if len(part) <= over:
                        continue
                    owner = owners.setdefault(part, card.id)
                    if owner != card.id:
                        message = f"the same sentence stands in {owner}: '{part[:50]}…'"
                        yield card.id, f"{path}.{language}", message, "warning"
