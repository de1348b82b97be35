"""Write a suite out in full: defaults and groups merged in, both wordings, every version."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agent.types import Role
from eval.schema.expectation import Expectation
from eval.schema.source import SAME, CaseSource, GroupSource, ScriptedTurn, Shared, SuiteSource
from eval.schema.suite import Sample, Suite, Version
from retrieval.language import detect_language

_SLOT = re.compile(r"\{(\w+)\}")
_LANGUAGES = ("en", "zh")


class CaseError(ValueError):
    """A case that cannot be written out; ``place`` is its path in the file."""

    def __init__(self, place: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.place = place


def expand(source: SuiteSource, path: Path | None = None) -> Suite:
    """The suite with every sample written out.

    Raises:
        CaseError: an id is used twice, a slot has no values, or a gate names a tag that no sample has.
    """
    samples: dict[str, Sample] = {}
    for place, case, layers, prefix in _cases(source):
        for sample in _samples(place, case, layers, prefix):
            if sample.id in samples:
                raise CaseError(place, f"the id {sample.id!r} is used twice")
            samples[sample.id] = sample
    if not samples:
        raise CaseError(("suite",), "the suite has no cases")
    known = {tag for sample in samples.values() for tag in sample.tags}
    for number, gate in enumerate(source.gates):
        if gate.tag is not None and gate.tag not in known:
            raise CaseError(("gates", number), f"a gate names the tag {gate.tag!r}, which no case has")
    corpus = (path.parent / source.corpus) if source.corpus and path else None
    return Suite(source.suite, source.description, source.gates, tuple(samples.values()), corpus, path)


_Place = tuple[str | int, ...]


def _cases(source: SuiteSource) -> Iterator[tuple[_Place, CaseSource, tuple[Shared, ...], str]]:
    defaults = source.defaults
    for field, cases in (("cases", source.cases), ("samples", source.samples)):
        for number, case in enumerate(cases):
            yield (field, case.id or number), case, (defaults, case), ""
    for place, group in enumerate(source.groups):
        for number, case in enumerate(group.cases):
            yield (
                ("groups", place, "cases", case.id or number),
                case,
                (defaults, group, case),
                _prefix(group),
            )


def _prefix(group: GroupSource) -> str:
    return f"{group.group}-" if group.group else ""


def _samples(place: _Place, case: CaseSource, layers: Sequence[Shared], prefix: str) -> Iterator[Sample]:
    wordings = {language: getattr(case, language) for language in _LANGUAGES if getattr(case, language)}
    if wordings:
        for language, turns in wordings.items():
            name = f"{prefix}{case.id or _own_id(turns)}-{language}"
            yield from _versions(place, case, layers, name, turns, language)
        return
    turns = (ScriptedTurn(say=case.say),) if case.say else case.turns
    opening = case.patient.opening if case.patient else turns[0].say
    name = prefix + (case.id or _own_id(turns))
    yield from _versions(place, case, layers, name, turns, detect_language(opening), paired=False)


def _own_id(turns: Sequence[ScriptedTurn]) -> str:
    """An id from the words themselves, so that a case put in between renames no other."""
    return "c" + hashlib.sha256("\n".join(turn.say for turn in turns).encode()).hexdigest()[:8]


def _versions(
    place: _Place,
    case: CaseSource,
    layers: Sequence[Shared],
    name: str,
    turns: Sequence[ScriptedTurn],
    language: str,
    *,
    paired: bool = True,
) -> Iterator[Sample]:
    slots = case.variants_zh if paired and language == "zh" else case.variants
    rewordings = case.paraphrases_zh if paired and language == "zh" else case.paraphrases
    used = {slot for turn in turns for slot in _SLOT.findall(turn.say)}
    if missing := used - slots.keys():
        raise CaseError(place, f"the slot {{{min(missing)}}} of {name} has no values in `variants`")
    if unused := slots.keys() - used:
        raise CaseError(place, f"the text of {name} has no slot {{{min(unused)}}}")
    base = {slot: values[0] for slot, values in slots.items()}
    versioned = bool(slots or rewordings)
    same = _last(layers, "same") or SAME
    base_sample = _sample(case, layers, name, _filled(turns, base), language, paired)
    if not versioned:
        yield base_sample
        return
    yield base_sample.model_copy(update={"version": Version(of=name, same=same)})
    for slot, values in slots.items():
        for number, value in enumerate(values[1:], start=2):
            yield base_sample.model_copy(
                update={
                    "id": f"{name}.{slot}-{number}",
                    "turns": _filled(turns, {**base, slot: value}),
                    "version": Version(of=name, slot=slot, value=value, same=same),
                }
            )
    for number, text in enumerate(rewordings, start=2):
        last = turns[-1].model_copy(update={"say": text})
        yield base_sample.model_copy(
            update={
                "id": f"{name}.paraphrase-{number}",
                "turns": (*_filled(turns[:-1], base), last),
                "version": Version(of=name, slot="paraphrase", value=text, same=same),
            }
        )


def _filled(turns: Sequence[ScriptedTurn], values: Mapping[str, str]) -> tuple[ScriptedTurn, ...]:
    if not values:
        return tuple(turns)
    return tuple(
        turn.model_copy(update={"say": _tidy(_SLOT.sub(lambda found: values[found[1]], turn.say))})
        for turn in turns
    )


def _tidy(text: str) -> str:
    """An empty value leaves no double space behind."""
    return re.sub(r" {2,}", " ", text).strip()


def _sample(
    case: CaseSource,
    layers: Sequence[Shared],
    name: str,
    turns: tuple[ScriptedTurn, ...],
    language: str,
    paired: bool,
) -> Sample:
    expected = Expectation(language=language) if paired else Expectation()  # type: ignore[arg-type]
    for layer in layers:
        expected = expected.merged(layer.expectation(language))
    tags = [tag for layer in layers for tag in layer.tags]
    if not {"en", "zh"} & set(tags):
        tags.append(language)
    return Sample(
        id=name,
        tags=tuple(dict.fromkeys(tags)),
        role=_last(layers, "role") or Role.PATIENT,
        language=language,
        set_language=_last(layers, "set_language") or "auto",
        locale=_last(layers, "locale") or "auto",
        persona=_last(layers, "persona"),
        turns=turns,
        patient=case.patient,
        expect=expected,
        why=" ".join(layer.why for layer in layers if layer.why),
    )


def _last(layers: Sequence[Shared], field: str):  # type: ignore[no-untyped-def]
    """The most particular layer's value of ``field``."""
    return next((value for layer in reversed(layers) if (value := getattr(layer, field)) is not None), None)
