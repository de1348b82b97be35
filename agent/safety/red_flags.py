"""The screen that runs first: danger signs in everything the person has said so far.

It needs no model, no index and no network. Rules are data (``rules/rules-*.yaml``); each names its source.
A later message can only add to the picture, unless it corrects a fact ("actually no chest pain, I meant heartburn").
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Literal

from agent.safety import conditions
from agent.safety.findings import RULES, Finding, extract, load_yaml
from agent.types import Level, RedFlag

Scope = Literal["conversation", "person", "sentence"]
_LONGEST_EVIDENCE = 240


@dataclass(frozen=True)
class Source:
    publisher: str
    title: str
    year: int


@dataclass(frozen=True)
class Rule:
    """One danger sign: when it holds, how urgent it is, what is shown, and who says so."""

    id: str
    level: Level
    text: str
    """Name of the hand-written text under ``prompts/emergency``."""
    name: Mapping[str, str]
    reason: Mapping[str, str]
    when: str
    unless: str
    scope: Scope
    """Where all its findings must lie: anywhere, on one person (age and temperature), or in one sentence."""
    source: Source
    match: tuple[tuple[str, ...], ...]
    """Example conversations that must trip this rule."""
    no_match: tuple[tuple[str, ...], ...]
    """Example conversations that must not."""

    @cached_property
    def names(self) -> frozenset[str]:
        return conditions.names(self.when)

    @cached_property
    def condition(self) -> conditions.Condition:
        return conditions.parse(self.when)

    @cached_property
    def exception(self) -> conditions.Condition | None:
        return conditions.parse(self.unless) if self.unless else None


@dataclass(frozen=True)
class Hit:
    """A rule that holds, and the findings that make it hold."""

    rule: Rule
    findings: tuple[Finding, ...]
    flag: RedFlag


@dataclass(frozen=True)
class ScreenResult:
    hits: tuple[Hit, ...] = ()
    """Most urgent first."""

    @property
    def red_flags(self) -> tuple[RedFlag, ...]:
        return tuple(hit.flag for hit in self.hits)

    @property
    def floor(self) -> Level | None:
        """The highest level of all hits; ``None`` where no rule spoke."""
        return max((hit.rule.level for hit in self.hits), default=None)

    @property
    def texts(self) -> tuple[str, ...]:
        """Hand-written texts to show, most urgent first, each once."""
        return tuple(dict.fromkeys(hit.rule.text for hit in self.hits))

    def reasons(self, language: str) -> tuple[str, ...]:
        """One plain sentence a hit, in ``en`` or ``zh``."""
        key = "zh" if language == "zh" else "en"
        return tuple(dict.fromkeys(hit.rule.reason[key] for hit in self.hits))


class RedFlagScreen:
    """Loaded once; ``check`` keeps nothing but what it said of the conversations it has just read."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        # Every turn asks about the conversation without its last message too, which the turn before has asked.
        self._checked = lru_cache(maxsize=256)(self._check)

    @classmethod
    def load(cls) -> RedFlagScreen:
        return _loaded()

    def check(self, said: Sequence[str]) -> ScreenResult:
        """Screen every user message so far, oldest first."""
        return self._checked(tuple(said))

    def _check(self, said: tuple[str, ...]) -> ScreenResult:
        findings = standing(extract(said))
        if not findings:
            return ScreenResult()
        groups: dict[Scope, list[dict[str, list[Finding]]]] = {
            "conversation": [_by_concept(findings)],
            "person": _grouped(findings, _person),
            "sentence": _grouped(findings, lambda f: (f.turn, f.sentence)),
        }
        everyone = groups["conversation"][0]
        hits = []
        for order, rule in enumerate(self.rules):
            if not everyone.keys() & rule.names:
                continue
            for present in groups[rule.scope]:
                found = rule.condition(present)
                if found and not (rule.exception and rule.exception(present) is not None):
                    # Of two dangers the one that explains more of what was said comes first, and its text is shown.
                    told = len({finding.concept for finding in found})
                    hits.append((-rule.level, -told, order, Hit(rule, found, _flag(rule, found, said))))
                    break
        hits.sort(key=lambda entry: entry[:3])
        return ScreenResult(tuple(hit for *_, hit in hits))


def standing(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Present findings, less those that a later message takes back."""
    taken_back: dict[str, tuple[int, int]] = {}
    wrong_numbers: dict[tuple[str, float], tuple[int, int]] = {}
    for finding in findings:
        if finding.status == "denied":
            # A denial in a later message corrects earlier ones; within a message only an explicit correction does.
            until = (finding.turn, finding.start if finding.corrects else -1)
            if finding.value is None:
                taken_back[finding.concept] = max(taken_back.get(finding.concept, (-1, -1)), until)
            else:
                wrong_numbers[finding.concept, finding.value] = until
    return tuple(
        f
        for f in findings
        if f.status == "present"
        and not any((f.turn, f.start) < taken_back[c] for c in taken_back if _family(f.concept, c))
        and not (
            f.value is not None and (f.turn, f.start) < wrong_numbers.get((f.concept, f.value), (-1, -1))
        )
    )


def _family(concept: str, denied: str) -> bool:
    """Denying ``chest_pain`` takes back ``chest_pain_crushing`` too."""
    return concept == denied or concept.startswith(denied + "_")


def _person(finding: Finding) -> str:
    """ "My daughter is 10 days old": a baby and a child named together are one person."""
    return "child" if finding.who == "baby" else finding.who


def _grouped(
    findings: Sequence[Finding], key: Callable[[Finding], Hashable]
) -> list[dict[str, list[Finding]]]:
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return [_by_concept(group) for group in groups.values()]


def _by_concept(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    present: dict[str, list[Finding]] = {}
    for finding in findings:
        present.setdefault(finding.concept, []).append(finding)
    return present


def _flag(rule: Rule, findings: Sequence[Finding], said: Sequence[str]) -> RedFlag:
    """The exact words, from the message that completed the picture."""
    turn = max(f.turn for f in findings)
    here = sorted((f for f in findings if f.turn == turn), key=lambda f: (f.start, -f.end))
    start, end = here[0].start, max(f.end for f in here)
    if end - start > _LONGEST_EVIDENCE:
        end = max(f.end for f in here if f.end - start <= _LONGEST_EVIDENCE or f is here[0])
    return RedFlag(id=rule.id, evidence=said[turn][start:end], turn=turn, level=rule.level)


@cache
def _loaded() -> RedFlagScreen:
    return RedFlagScreen(_rules())


@cache
def _rules() -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for path in sorted(RULES.glob("rules-*.yaml")):
        for rule_id, data in load_yaml(path).items():
            if rule_id in rules:
                raise ValueError(f"rule {rule_id!r} is defined twice, again in {path.name}")
            rules[rule_id] = _rule(rule_id, data)
    return tuple(rules.values())


def _rule(rule_id: str, data: Mapping[str, Any]) -> Rule:
    publisher, title, year = data["source"]
    return Rule(
        id=rule_id,
        level=Level.parse(data["level"]),
        text=data["text"],
        name=dict(zip(("en", "zh"), data["name"], strict=True)),
        reason=dict(zip(("en", "zh"), data["reason"], strict=True)),
        when=data["when"],
        unless=data.get("unless", ""),
        scope=data.get("scope", "conversation"),
        source=Source(publisher, title, int(year)),
        match=_examples(data["match"]),
        no_match=_examples(data["no_match"]),
    )


def _examples(text: str) -> tuple[tuple[str, ...], ...]:
    """One conversation a line; `` // `` parts its messages."""
    return tuple(tuple(line.split(" // ")) for line in text.splitlines() if line.strip())
