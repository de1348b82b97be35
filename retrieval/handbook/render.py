"""A card as a document: sections in both languages, each made of complete sentences.

Answers quote these sentences as they stand, so every section must read on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

from retrieval.handbook.schema import (
    Bilingual,
    Card,
    ClinicianLine,
    ConditionCard,
    Interaction,
    MedicineCard,
    ReferenceRange,
    Source,
    TestCard,
    TestCause,
    Threshold,
    TopicCard,
    Urgency,
)
from retrieval.handbook.wording import (
    HEADINGS,
    INTERACTION,
    LANGUAGES,
    RAISED,
    RED_FLAG_LEAD,
    USUAL_URGENCY,
    anchor_of,
    chinese_units,
    cite,
    inside,
    join,
    listed,
    number,
    sentence,
)
from retrieval.passage import Document, Section

LICENCE = "Apache-2.0"
PUBLISHER = "Wenzhen handbook"

Part = tuple[str, str, str, str]
"""Anchor, heading, text, audience."""


def _part(anchor: str, text: str, language: str, audience: str = "any") -> Part:
    return anchor, HEADINGS[anchor].get(language), text, audience


def _plain(anchor: str, text: Bilingual | None, language: str) -> Iterator[Part]:
    if text is not None:
        yield _part(anchor, sentence(text.get(language), language), language)


def _red_flags(card: ConditionCard, language: str) -> Iterator[Part]:
    pieces = []
    for level in ("emergency", "urgent"):
        flags = [flag.text.get(language) for flag in card.red_flags if flag.level == level]
        if flags:
            pieces.append(RED_FLAG_LEAD[level].get(language).format(name=card.name.get(language)))
            pieces.extend(sentence(flag, language) for flag in flags)
    if pieces:
        yield _part("red-flags", join(pieces, language), language)


_SOONEST = ("emergency", "urgent", "routine")


def _seek_care(card: Card, language: str) -> Iterator[Part]:
    """When to get help; a condition adds its usual urgency and what raises it."""
    text = sentence(card.seek_care.get(language), language)
    if isinstance(card, ConditionCard):
        text = join([text, *_urgency(card, language)], language)
    yield _part("seek-care", text, language)


def _urgency(card: ConditionCard, language: str) -> list[str]:
    default: Urgency = card.urgency.default
    pieces = [USUAL_URGENCY[default].get(language).format(name=card.name.get(language))]
    for raised in sorted(card.urgency.raised, key=lambda item: _SOONEST.index(item.to)):
        when = raised.when.get(language)
        pieces.append(sentence(RAISED[raised.to].get(language).format(when=when.rstrip(".。")), language))
    return pieces


def _causes(card: ConditionCard, language: str) -> Iterator[Part]:
    pieces = [sentence(card.causes.get(language), language)]
    factors = [factor.text.get(language) for factor in card.risk_factors]
    if factors:
        lead = "The risk is higher with: {items}." if language == "en" else "以下情况会增加风险：{items}。"
        pieces.append(lead.format(items=listed(factors, language, "or")))
    yield _part("causes", join(pieces, language), language)


def _condition(card: ConditionCard, language: str) -> Iterator[Part]:
    yield from _plain("symptoms", card.symptoms_text, language)
    yield from _causes(card, language)
    yield from _red_flags(card, language)
    yield from _plain("tests", card.tests, language)
    yield from _plain("treatment", card.treatment, language)
    yield from _plain("self-care", card.self_care, language)


def _interaction(card: MedicineCard, item: Interaction, language: str) -> str:
    name = card.name.get(language)
    other, why = item.with_.get(language).rstrip(".。"), item.why.get(language)
    if language == "en":
        other, why = inside(other), inside(why)
    return sentence(
        INTERACTION[item.severity].get(language).format(name=name, other=other, why=why), language
    )


def _medicine(card: MedicineCard, language: str) -> Iterator[Part]:
    yield from _plain("used-for", card.used_for, language)
    yield from _plain("how-it-works", card.how_it_works, language)
    yield from _plain("side-effects", card.common_side_effects, language)
    yield from _plain("serious-side-effects", card.serious_side_effects, language)
    yield from _plain("avoid-if", card.avoid_if, language)
    if card.interactions:
        text = join((_interaction(card, item, language) for item in card.interactions), language)
        yield _part("interactions", text, language)
    yield from _plain("pregnancy", card.pregnancy, language)
    yield from _plain("driving", card.driving, language)
    yield from _plain("overdose", card.overdose, language)
    yield from _plain("missed-dose", card.missed_dose, language)


def _interval(low: float | None, high: float | None, unit: str, language: str) -> str:
    if language == "zh" and (chinese := chinese_units().get(unit)):
        return chinese.format(_numbers_zh(low, high)) if "{}" in chinese else _numbers_zh(low, high, chinese)
    gap = "" if unit == "%" else " × " if unit.startswith("10^") else " "
    if low is not None and high is not None:
        between = " to " if language == "en" else "至"
        return f"{number(low)}{between}{number(high)}{gap}{unit}"
    if low is not None:
        return f"{number(low)}{gap}{unit} or more" if language == "en" else f"{number(low)}{gap}{unit}或以上"
    if high is not None:
        return f"up to {number(high)}{gap}{unit}" if language == "en" else f"不超过{number(high)}{gap}{unit}"
    return unit


def _numbers_zh(low: float | None, high: float | None, unit: str = "") -> str:
    if low is not None and high is not None:
        return f"{number(low)}至{number(high)}{unit}"
    return f"{number(low)}{unit}或以上" if low is not None else f"不超过{number(high or 0)}{unit}"


def _range(card: TestCard, item: ReferenceRange, language: str) -> str:
    values = _interval(item.low, item.high, item.unit, language)
    name, who = card.name.get(language), item.who.get(language).rstrip(".。")
    source = cite(_source(card, item.source), language)
    if language == "en":
        return f"{name}, {inside(who)}: the usual range is {values} {source}."
    return f"{name}，{who}：常用参考范围是{values}{source}。"


def _caused(lead: Bilingual, causes: tuple[TestCause, ...], language: str) -> list[str]:
    if not causes:
        return []
    return [lead.get(language).format(items=listed((cause.text.get(language) for cause in causes), language))]


_LOW_CAUSES = Bilingual(en="Causes of a low result include {items}.", zh="结果偏低的原因包括：{items}。")
_HIGH_CAUSES = Bilingual(en="Causes of a high result include {items}.", zh="结果偏高的原因包括：{items}。")
_LABORATORIES = Bilingual(
    en="Laboratories differ, so compare a result with the range printed on the report.",
    zh="不同实验室的标准不同，请以化验单上印的参考范围为准。",
)


def _test(card: TestCard, language: str) -> Iterator[Part]:
    yield from _plain("measures", card.measures, language)
    if card.ranges:
        pieces = [_range(card, item, language) for item in card.ranges]
        yield _part("ranges", join([*pieces, _LABORATORIES.get(language)], language), language)
    for anchor, means, lead, causes in (
        ("low", card.low_means, _LOW_CAUSES, card.low_causes),
        ("high", card.high_means, _HIGH_CAUSES, card.high_causes),
    ):
        pieces = [sentence(means.get(language), language)] if means else []
        pieces += _caused(lead, causes, language)
        if pieces:
            yield _part(anchor, join(pieces, language), language)
    yield from _plain("preparation", card.preparation, language)
    yield from _plain("next-steps", card.next_steps, language)


def _threshold(card: TopicCard, item: Threshold, language: str) -> str:
    values = _interval(item.low, item.high, item.unit, language)
    meaning = item.meaning.get(language).rstrip(".。")
    source = cite(_source(card, item.source), language)
    if language == "en":
        return f"{item.name.en}, {values}: {meaning} {source}."
    return f"{item.name.zh}，{values}：{meaning}{source}。"


def _topic(card: TopicCard, language: str) -> Iterator[Part]:
    taken: set[str] = set()
    for order, section in enumerate(card.sections, 1):
        anchor = anchor_of(section.heading.en) or f"section-{order}"
        if anchor in taken or anchor in HEADINGS:
            anchor = f"{anchor}-{order}"
        taken.add(anchor)
        yield anchor, section.heading.get(language), sentence(section.text.get(language), language), "any"
    if card.thresholds:
        text = join((_threshold(card, item, language) for item in card.thresholds), language)
        yield _part("thresholds", text, language)


def _source(card: Card, position: int) -> Source | None:
    """The source at ``position`` (from 1), or ``None`` where the card points past its list."""
    return card.sources[position - 1] if position <= len(card.sources) else None


def _clinician(card: Card, language: str) -> Iterator[Part]:
    notes = card.clinician
    lines: Iterable[ClinicianLine] = (
        *notes.criteria, *notes.management, *notes.cautions, *notes.monitoring, *notes.referral, *notes.debate,
    )  # fmt: skip
    end = "." if language == "en" else "。"
    gap = " " if language == "en" else ""
    rendered = [
        f"{line.text.get(language).rstrip('.。')}{gap}{cite(_source(card, line.source), language)}{end}"
        for line in lines
    ]
    if rendered:
        yield _part("clinician", "\n".join(rendered), language, "clinician")


_BODY: dict[type[Card], Callable[..., Iterator[Part]]] = {
    ConditionCard: _condition,
    MedicineCard: _medicine,
    TestCard: _test,
    TopicCard: _topic,
}


def _parts(card: Card, language: str) -> Iterator[Part]:
    yield from _plain("summary", card.summary, language)
    yield from _BODY[type(card)](card, language)
    yield from _seek_care(card, language)
    yield from _clinician(card, language)


def all_names(card: Card) -> tuple[str, ...]:
    """Every name of a card in both languages, its title first, none twice."""
    brands = (*card.brands.en, *card.brands.zh) if isinstance(card, MedicineCard) else ()
    names = (card.name.en, card.name.zh, *card.synonyms.en, *card.synonyms.zh, *brands)
    return tuple(dict.fromkeys(names))


def to_document(card: Card) -> tuple[Document, ...]:
    """One document a card, with sections in English and Chinese.

    The tuple leaves room for a kind of card that makes several documents.
    """
    sections = tuple(
        Section(
            text=text,
            heading=heading,
            anchor=anchor if language == "en" else f"{anchor}.{language}",
            audience=audience,
            language=language,
            title=card.name.get(language),
        )
        for language in LANGUAGES
        for anchor, heading, text, audience in _parts(card, language)
    )
    metadata = {
        "kind": card.kind,
        "review": card.review,
        "updated": card.updated,
        "systems": card.systems,
        "synonyms": "; ".join(all_names(card)),
        "sources": tuple(source.model_dump() for source in card.sources),
    }
    if isinstance(card, ConditionCard):
        metadata["icd10"] = card.icd10
    return (
        Document(
            id=card.id,
            title=card.name.en,
            sections=sections,
            source=f"{PUBLISHER} ({card.sources[0].publisher.partition(' (')[0]})",
            url=next((source.url for source in card.sources if source.url), ""),
            published=card.updated,
            evidence="handbook",
            licence=LICENCE,
            metadata=MappingProxyType(metadata),
        ),
    )


def to_documents(cards: Iterable[Card]) -> Iterator[Document]:
    """All cards as documents."""
    for card in cards:
        yield from to_document(card)
