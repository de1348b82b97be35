"""Step one of a turn: red flags and crisis over the whole conversation, before any model or index.

A screen that fails counts as tripped: the person is told to be seen today, never that all is well.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.asked import completed
from agent.safety.crisis import Crisis, CrisisScreen
from agent.safety.findings import Finding, extract
from agent.safety.harm import harmful
from agent.safety.locales import locale_for
from agent.safety.red_flags import RedFlagScreen, ScreenResult
from agent.safety.second_sight.sight import TOGETHER, SecondSight, Sighting
from agent.types import Level, Outcome, RedFlag, Role, Turn
from prompts import PromptError, hand_written
from prompts.phrases import phrase

log = logging.getLogger(__name__)

SCREENED_CHARS = 20_000
"""Of a longer message its beginning and its end are screened; the message itself is refused by size afterwards."""

_CLAUSE_ENDS = ",;!?，。；！？\n"

_EVIDENCE = 240
"""Characters of a message that are quoted where it is the whole of it that sounds dangerous."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What the screens found, and what they say to it."""

    said: tuple[str, ...]
    role: Role
    language: str
    findings: tuple[Finding, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    floor: Level | None = None
    pinned: Level = Level.NONE
    """A floor of the turn before that the rules cannot explain and nothing corrected; it stays."""
    reasons: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Names of hand-written emergency texts, most urgent first."""
    crisis: Crisis | None = None
    fresh: bool = True
    """Whether this turn brought something new; an old emergency is recalled, not recited."""

    @property
    def lasting(self) -> Level:
        return max(self.floor or Level.NONE, self.pinned)

    @property
    def pinned_emergency(self) -> bool:
        return self.role is Role.PATIENT and self.lasting == Level.EMERGENCY

    @property
    def ends_turn(self) -> bool:
        """A crisis or a new emergency is answered at once and alone; a clinician gets the flags and an answer."""
        return self.role is Role.PATIENT and (
            self.crisis is not None or (self.lasting == Level.EMERGENCY and self.fresh)
        )

    @property
    def outcome(self) -> Outcome:
        return Outcome.CRISIS if self.crisis is not None else Outcome.EMERGENCY

    def text(self, numbers: Mapping[str, str]) -> str:
        """The hand-written text of this emergency or crisis."""
        if self.crisis is not None:
            return _written("crisis", self.crisis.text, self.language, numbers)
        return _written(
            "emergency", self.texts[0] if self.texts else "general-emergency", self.language, numbers
        )

    def reminder(self, numbers: Mapping[str, str]) -> str:
        """What goes before an answer: an urgent text, a recalled emergency, or a clinician's red flags."""
        if self.role is Role.CLINICIAN:
            return (
                phrase("clinician_flags", self.language, reasons=" ".join(self.reasons))
                if self.red_flags
                else ""
            )
        if self.lasting == Level.EMERGENCY:
            return phrase("still_emergency", self.language, **numbers)
        if self.lasting == Level.URGENT:
            if self.fresh and self.texts:
                return _written("emergency", self.texts[0], self.language, numbers)
            return phrase("still_urgent", self.language)
        return ""


def _written(folder: str, name: str, language: str, numbers: Mapping[str, str]) -> str:
    """The hand-written text; where its file is damaged, the shortest true thing, never an error instead of help."""
    try:
        return hand_written(folder, name, language).render(**numbers)
    except PromptError:
        log.exception("The text %s/%s cannot be shown; the general line stands in.", folder, name)
        return phrase("level_emergency", language, **numbers)


def warm_up() -> None:
    """Load the rules and the templates before the first turn, so that the first emergency is as quick as any."""
    example = Turn(text="My name is Ann. I have had a sore throat since yesterday. 我昨天开始嗓子疼，38度。")
    screen(example, "en")
    hand_written("emergency", "general-emergency", "en").render(**locale_for("us").variables("en"))


def screen(turn: Turn, language: str) -> Screening:
    """Screen every message of the conversation, this one included, with the questions that a "yes" answers."""
    said = tuple(_capped(text) for text in completed(turn, denials=False))
    try:
        return _screen(turn, said, language)
    except Exception:
        log.exception("The safety screen failed; the turn is treated as urgent at least.")
        return _unscreened(said, turn.role, language)


def _unscreened(said: tuple[str, ...], role: Role, language: str) -> Screening:
    """What the rules alone can still say; urgent at least, because something could not be read."""
    reason = phrase("reason_unscreened", language)
    try:
        found = RedFlagScreen.load().check(said)
    except Exception:
        log.exception("The red-flag rules failed too.")
        found = ScreenResult()
    return Screening(
        said,
        role,
        language,
        red_flags=found.red_flags,
        floor=max(found.floor or Level.NONE, Level.URGENT),
        reasons=(*found.reasons(language), reason),
        texts=(*found.texts, "urgent-general"),
    )


def _screen(turn: Turn, said: tuple[str, ...], language: str) -> Screening:
    rules = RedFlagScreen.load()
    now, before = rules.check(said), rules.check(said[:-1])
    earlier = {flag.id for flag in before.red_flags}
    findings = extract(said)
    floors = {len(said): now.floor or Level.NONE, len(said) - 1: before.floor or Level.NONE}
    sighting = _second_sight(rules, said, floors, {finding.turn for finding in findings if finding.corrects})
    pinned = _unexplained(turn, before.floor)
    if pinned > Level.NONE:
        pinned = _still_pinned(pinned, said, findings)
    was_crisis = any(exchange.outcome is Outcome.CRISIS for exchange in turn.history[-1:])
    # An emergency of the body is told as one, unless the message sounds even more like a crisis of the mind.
    # An attempt to steer the agent, or to harm somebody else, is none either, however loud: the guards answer it.
    learned = now.floor != Level.EMERGENCY  # the rules' emergency waits for no model to load
    above = sighting.probability if sighting and sighting.level == Level.EMERGENCY else 0.0
    if learned and said[-1].strip():
        guarded = 1.0 if harmful(said[-1]) else 0.0
        heard = (SecondSight.load().probability(head, said[-1]) for head in ("injection", "harm"))
        above = max(above, guarded, *heard)
    crisis = CrisisScreen.load().check(said, turn.role, was_crisis, learned=learned, above=above)
    raised = (now.floor, crisis.level if crisis else None, sighting.level if sighting else None)
    floor = max([level for level in raised if level is not None], default=None)
    return Screening(
        said=said,
        role=turn.role,
        language=language,
        findings=findings,
        red_flags=_in_own_words(
            now.red_flags + _crisis_flags(crisis) + _sighted_flags(sighting, said),
            (*(exchange.said for exchange in turn.history), turn.text),
        ),
        floor=floor,
        pinned=pinned,
        reasons=(
            *now.reasons(language),
            *((phrase(_reason(crisis), language),) if crisis else ()),
            *((phrase("reason_sighted", language, danger=sighting.name[language]),) if sighting else ()),
        ),
        texts=(*((sighting.text,) if sighting else ()), *now.texts),
        crisis=crisis,
        fresh=any(flag.id not in earlier for flag in now.red_flags) or _newly_sighted(turn, sighting),
    )


def _second_sight(
    rules: RedFlagScreen, said: tuple[str, ...], floors: dict[int, Level], corrected: set[int]
) -> Sighting | None:
    """What the learned second sight adds to the rules: nothing where they have already said "emergency".

    It cannot tell a corrected fact from a new one, so it reads on from the message that last took something back:
    one that says so, or one at which the rules' floor sank. ``floors``: by number of messages, as far as known.
    """

    def floor(count: int) -> Level:
        if count not in floors:
            floors[count] = rules.check(said[:count]).floor or Level.NONE
        return floors[count]

    total = len(said)
    if floor(total) == Level.EMERGENCY or floor(total) < floor(total - 1):
        return None
    earliest = max(0, total - TOGETHER)
    # "I misread it, it is 37.2" is read alone.
    takes_back = (
        turn for turn in range(total - 1, earliest, -1) if turn in corrected or floor(turn) < floor(turn - 1)
    )
    sighting = SecondSight.load().look(said[next(takes_back, earliest) :])
    return replace(sighting, turn=total - 1) if sighting and sighting.level > floor(total) else None


def _newly_sighted(turn: Turn, sighting: Sighting | None) -> bool:
    """A danger that an earlier turn already raised to this level is recalled, not recited."""
    pinned = max((exchange.floor for exchange in turn.history), default=Level.NONE)
    return sighting is not None and sighting.level > pinned


def _sighted_flags(sighting: Sighting | None, said: tuple[str, ...]) -> tuple[RedFlag, ...]:
    if sighting is None:
        return ()
    evidence = said[sighting.turn][:_EVIDENCE]
    return (
        RedFlag(
            id=f"sounds-like-{sighting.danger}", evidence=evidence, turn=sighting.turn, level=sighting.level
        ),
    )


def _reason(crisis: Crisis) -> str:
    return "reason_heard" if crisis.text.startswith("heard") else "reason_crisis"


def _in_own_words(flags: tuple[RedFlag, ...], spoken: tuple[str, ...]) -> tuple[RedFlag, ...]:
    """Evidence is what the person said: a "yes" to "Any coughing up blood as well?" is quoted as "yes"."""
    return tuple(
        flag
        if flag.evidence in spoken[flag.turn]
        else flag.model_copy(update={"evidence": spoken[flag.turn].strip()[:_EVIDENCE]})
        for flag in flags
    )


def _crisis_flags(crisis: Crisis | None) -> tuple[RedFlag, ...]:
    if crisis is None:
        return ()
    return (
        RedFlag(
            id=f"crisis-{crisis.kind}-{crisis.grade}",
            evidence=crisis.evidence,
            turn=crisis.turn,
            level=crisis.level,
        ),
    )


def _unexplained(turn: Turn, before: Level | None) -> Level:
    """The last turn's floor where the rules over the same words do not give it: it was pinned by other means.

    Where they do give it, the rules over all words decide anew, so that a fact that the person corrected
    ("I was wrong, no chest pain at all") stops counting, and nothing else does.
    """
    if not turn.history:
        return Level.NONE
    last = turn.history[-1]
    if last.outcome is Outcome.CRISIS:
        return Level.NONE
    return last.floor if last.floor > (before or Level.NONE) else Level.NONE


def _still_pinned(pinned: Level, said: tuple[str, ...], findings: tuple[Finding, ...]) -> Level:
    """What is left of a floor that the second sight raised, once the last message has taken facts back.

    The facts are cut out of what was said before ("it is 37.1, I misread": the 38.8), and the second sight looks at
    the rest. A floor that it did not raise, or that it still sees, stays.
    """
    last = len(said) - 1
    wrong = {finding.concept for finding in findings if finding.corrects and finding.turn == last}
    kept = tuple(_without(text, wrong) for text in said[:last])
    if kept == said[:last]:
        return pinned
    return _sighted_level(kept) if _sighted_level(said[:last]) >= pinned else pinned


def _sighted_level(said: tuple[str, ...]) -> Level:
    """The highest that the second sight saw after any of the messages."""
    views = (said[max(0, end - TOGETHER) : end] for end in range(1, len(said) + 1))
    seen = (SecondSight.load().look(view) for view in views)
    return max((sighting.level for sighting in seen if sighting), default=Level.NONE)


def _without(text: str, wrong: set[str]) -> str:
    """A message without the clauses that tell of these concepts or measurements."""
    for finding in sorted(extract((text,)), key=lambda f: -f.start):
        if finding.concept in wrong:
            starts = [text.rfind(mark, 0, finding.start) + 1 for mark in _CLAUSE_ENDS]
            ends = [at for mark in _CLAUSE_ENDS if (at := text.find(mark, finding.end)) >= 0]
            text = text[: max(starts)] + text[min(ends, default=len(text)) :]
    return text


def _capped(text: str) -> str:
    half = SCREENED_CHARS // 2
    return text if len(text) <= SCREENED_CHARS else f"{text[:half]}\n{text[-half:]}"
