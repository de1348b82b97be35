"""Is somebody in crisis? Read from everything the person said, before any model or index is touched.

The words are data (``data/crisis.yaml``), the answers are hand-written (``prompts/crisis``); a learned head hears what
is said without any of the known words, and may only add. Once a crisis stands it holds for the conversation until the person says that they (or the other one) are safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal

from agent.safety.heads import sounds_like
from agent.safety.wording import Folded, Pattern, compiled, fold, pattern
from agent.tables import table
from agent.topics import bodily_symptoms
from agent.types import Level, Role

GRADES = ("passive", "plan", "means", "attempt")
About = Literal["self", "other"]

# A sentence ends here; "but" and "now" also part what was from what is.
_SENTENCE = r"[.!?\n。！？；;]+|\b(?:but|however|although|and now|yet)\b|但是?|可是|不过|然而|(?=现在|最近)"
_STOP = r"[.!?\n。！？；;]+"
_CLAUSE = r"[,，、:：]"
_BEGINNING = 4
"""A message that begins with another person ("my friend says …") tells of that person."""
_EVIDENCE = 240
"""Characters quoted where it is the whole of a message that tells of a crisis."""


@dataclass(frozen=True)
class Crisis:
    kind: str
    grade: str
    """``passive`` < ``plan`` < ``means`` < ``attempt``."""
    evidence: str
    """The person's exact words; empty where only ``previous_crisis`` tells of it."""
    turn: int
    about: About
    text: str
    """Name of the hand-written text under ``prompts/crisis``."""

    @property
    def level(self) -> Level:
        """Urgent for thoughts, emergency for a plan, means at hand, or an attempt."""
        return Level.URGENT if self.grade == "passive" else Level.EMERGENCY


@dataclass(frozen=True)
class _Entry:
    kind: str
    grade: str
    pattern: Pattern
    topic: bool
    about: About | None


@dataclass(frozen=True)
class _Sentence:
    text: str
    start: int


class CrisisScreen:
    def __init__(self, data: dict[str, Any]) -> None:
        macros = data["macros"]
        self._entries = tuple(
            _Entry(e["kind"], e["grade"], pattern(e, macros), e.get("topic", False), e.get("about"))
            for e in data["patterns"]
        )
        self._raises = tuple((e["grade"], pattern(e, macros)) for e in data["raises"])
        self._denial: dict[str, str] = data["denial"]
        self._subjects: dict[str, str] = data["subjects"]
        self._defuse: dict[str, str] = data["defuse"]
        self._grave = compiled(data["grave_wound"])
        self._unheard: str = data["unheard"]
        self._safe, self._not_safe = data["safe"], data["not_safe"]
        self._texts: dict[str, Any] = data["texts"]
        # The earlier messages of a conversation were read when they were said.
        self._found = lru_cache(maxsize=256)(self._find)

    @classmethod
    def load(cls) -> CrisisScreen:
        return _screen()

    def check(
        self,
        said: Sequence[str],
        role: Role = Role.PATIENT,
        previous_crisis: bool = False,
        *,
        learned: bool = True,
        above: float = 0.0,
    ) -> Crisis | None:
        """The crisis that stands after the last of ``said`` (every user message, oldest first).

        ``previous_crisis``: an earlier turn of this conversation was answered as a crisis, which holds even
        where its words are no longer among ``said``. Without ``learned`` the rules alone are asked;
        ``above`` is what the learned head must exceed, where the message sounds like a bodily danger too.
        """
        standing: Crisis | None = None
        spoke = False  # whether these messages themselves tell of a crisis or of its end
        fresh = ended = False
        for turn, message in enumerate(said):
            text = fold(message)
            found = self._worst(replace(one, turn=turn) for one in self._found(message, role))
            ended = found is None and bool(standing or previous_crisis) and self._says_safe(text.text)
            if ended:
                standing, spoke = None, True
                continue
            fresh = found is not None
            if found is not None:
                spoke = True
                standing = found if standing is None else self._worst((standing, found))
            if standing is not None:
                wish = (
                    standing.evidence.lower() if standing.turn == turn and standing.grade == "passive" else ""
                )
                raised = self._raise(standing, text, turn, wish)
                fresh = fresh or raised is not standing
                standing = raised
        if standing is None and not ended and learned:
            heard = self._sounds(said, role, above)
            # The head hears only that it is a crisis; whether means are at hand, the words tell.
            standing = self._nearer(heard, said) if heard else None
            fresh = standing is not None
        if standing is None and previous_crisis and not spoke:
            standing, fresh = self._held(said)
        if standing is None:
            return None
        if not fresh:
            return self._still(standing)
        if standing.text and standing.grade == "passive":
            return standing
        return replace(standing, text=self._texts[standing.about][standing.kind][standing.grade])

    def _sounds(self, said: Sequence[str], role: Role, above: float) -> Crisis | None:
        """What only the learned head hears in the last message: the mildest grade of its kind, which is urgent.

        A clinician writes of patients in all these words, so for them the rules alone decide.
        """
        if not said or role is Role.CLINICIAN:
            return None
        kind = sounds_like("crisis", said[-1], above)
        if not kind or compiled(self._unheard).search(fold(said[-1]).text):
            return None
        heads = table("heads", "agent.safety")
        body = len(bodily_symptoms(said[-1])) >= heads["bodily"]["symptoms"]
        if body and not sounds_like("crisis", said[-1], heads["bodily"]["crisis"]):
            return None
        about = self._told_about(fold(said[-1]).text)
        sure = kind == "overdose" or sounds_like("crisis", said[-1], heads["sure"]["crisis"])
        asking = "" if sure else self._texts["unsure"][about]
        return Crisis(kind, "passive", said[-1][:_EVIDENCE].strip(), len(said) - 1, about, asking)

    def _held(self, said: Sequence[str]) -> tuple[Crisis, bool]:
        """An earlier turn's crisis whose words the rules do not know; means at hand or an attempt still raise it."""
        held = Crisis("suicide", "passive", "", 0, "self", "")
        raised = self._nearer(held, said) if said else held
        return raised, raised is not held

    def _nearer(self, crisis: Crisis, said: Sequence[str]) -> Crisis:
        """The same with means at hand or an attempt in the last message; a "tonight" alone says little here."""
        raised = self._raise(crisis, fold(said[-1]), len(said) - 1)
        return raised if raised.grade in ("means", "attempt") else crisis

    def _told_about(self, text: str) -> About:
        """Whose crisis a whole message tells of: another's where one is named and then spoken of."""
        named = [compiled(self._subjects[name]).search(text) for name in ("other_en", "other_zh")]
        begins = any(match and match.start() < _BEGINNING for match in named)
        spoken_of = any(named) and compiled(self._subjects["spoken_of"]).search(text)
        return "other" if begins or spoken_of else "self"

    def _still(self, crisis: Crisis) -> Crisis:
        return replace(crisis, text=self._texts["still"][crisis.level.label])

    @staticmethod
    def _worst(found: Sequence[Crisis] | Iterator[Crisis]) -> Crisis | None:
        """The highest grade; among equals the later turn, and one's own danger before another's."""
        return max(found, key=lambda c: (GRADES.index(c.grade), c.turn, c.about == "self"), default=None)

    def _says_safe(self, text: str) -> bool:
        return bool(compiled(self._safe).search(text)) and not compiled(self._not_safe).search(text)

    def _raise(self, crisis: Crisis, text: Folded, turn: int, wish: str = "") -> Crisis:
        """``wish``: the words found; "if only I did not wake up tomorrow" names no plan for tomorrow besides."""
        if crisis.kind not in {"suicide", "self-harm", "overdose"}:
            return crisis
        for grade, raiser in self._raises:
            if GRADES.index(grade) <= GRADES.index(crisis.grade):
                continue
            match = raiser.search(text.text)
            if crisis.kind == "self-harm" and grade == "attempt" and not self._grave.search(text.text):
                continue
            if (
                match
                and match.group() not in wish
                and not self._denied(text.text[: match.start()])
                and not self._hits("past", text.text)
            ):
                crisis = replace(crisis, grade=grade, evidence=text.exact(*match.span()), turn=turn)
        return crisis

    def _find(self, message: str, role: Role) -> tuple[Crisis, ...]:
        return tuple(self._finds(fold(message), role))

    def _finds(self, text: Folded, role: Role) -> Iterator[Crisis]:
        possible = [entry for entry in self._entries if entry.pattern.possible(text.text)]
        for sentence in _sentences(text.text) if possible else ():
            for entry in possible:
                for match in entry.pattern.finditer(sentence.text):
                    lead = text.text[: sentence.start + match.start()]
                    about = self._stands(entry, match, sentence.text, lead, text.text, role)
                    if about:
                        start, end = sentence.start + match.start(), sentence.start + match.end()
                        yield Crisis(entry.kind, entry.grade, text.exact(start, end).strip(), 0, about, "")

    def _stands(
        self, entry: _Entry, match: re.Match[str], sentence: str, lead: str, message: str, role: Role
    ) -> About | None:
        """Whose crisis it is, or ``None`` where these words tell of none. ``lead`` is all that was said before."""
        before = sentence[: match.start()]
        if self._denied(re.split(_CLAUSE, before)[-1]) or self._hits("joke", sentence):
            return None
        if self._hits("completed", match.group()) or self._hits("completed", sentence) and entry.topic:
            return None
        if self._hits("past", sentence) or entry.kind == "overdose" and self._hits("accident", sentence):
            return None
        about = entry.about or self._about(match, re.split(_STOP, lead)[-1])
        if self._hits("fiction", sentence) and (about == "other" or _quoted(sentence, match) or entry.topic):
            return None
        if compiled(self._subjects["case"]).search(sentence) and (about != "self" or not _who(match)):
            return None
        if role is Role.CLINICIAN and (
            about == "other"
            and not re.search(r"\bmy\b|我", sentence)
            or entry.topic
            and not self._hits("person_near", sentence)
        ):
            return None
        if entry.topic and self._hits("study", sentence):
            return None
        if (
            entry.topic
            and about == "self"
            and len(message.strip()) > 16
            and not self._hits("person_near", message)
        ):
            return None
        return about

    def _about(self, match: re.Match[str], before: str) -> About:
        who = _who(match)
        if who.startswith("my"):
            return "self"
        if who.startswith(("him", "her", "them", "his", "their")):
            return "other"
        nearest: tuple[int, About] = (-1, "self")
        for name, about in (
            ("self_en", "self"),
            ("self_zh", "self"),
            ("other_en", "other"),
            ("other_zh", "other"),
            ("story", "other"),
        ):
            for found in compiled(self._subjects[name]).finditer(before):
                nearest = max(nearest, (found.end(), about))  # type: ignore[assignment]
        return nearest[1]

    def _denied(self, before: str) -> bool:
        if compiled(self._denial["not_denial"]).search(before):
            return False
        return any(compiled(self._denial[language]).search(before) for language in ("en", "zh"))

    def _hits(self, name: str, text: str) -> bool:
        return bool(compiled(self._defuse[name]).search(text))


def _sentences(text: str) -> Iterator[_Sentence]:
    start = 0
    for end in compiled(_SENTENCE).finditer(text):
        yield _Sentence(text[start : end.start()], start)
        start = end.end()
    yield _Sentence(text[start:], start)


def _who(match: re.Match[str]) -> str:
    """The reflexive or possessive word that the pattern caught: "myself", "her" …"""
    return next((word for word in match.groupdict().values() if word), "").replace(" ", "")


def _quoted(sentence: str, match: re.Match[str]) -> bool:
    """Whether the match stands between quotation marks."""
    return sentence[: match.start()].count('"') % 2 == 1 or "「" in sentence[: match.start()]


@cache
def _screen() -> CrisisScreen:
    return CrisisScreen(dict(table("crisis", "agent.safety")))
