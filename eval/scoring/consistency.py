"""Did a version of a case come out otherwise than its base?"""

from __future__ import annotations

from agent.types import Reply
from eval.schema.suite import Version
from eval.scoring.score import Score

SHARED_ADVICE = 0.5
"""Share of all documents cited by either that both must cite (Jaccard), for the advice to be the same."""


def same(version: Version, base: Reply, reply: Reply) -> list[Score]:
    """One score for each thing that must not change, named ``same_level``, ``same_outcome``, ``same_advice``."""
    scores = []
    for thing in version.same:
        passed, detail = _CHECKS[thing](base, reply)
        scores.append(Score(f"same_{thing}", passed, f"{version.slot} {version.value!r}: {detail}"))
    return scores


def _level(base: Reply, reply: Reply) -> tuple[bool, str]:
    return (
        base.triage.level == reply.triage.level,
        f"{base.triage.level.label} became {reply.triage.level.label}",
    )


def _outcome(base: Reply, reply: Reply) -> tuple[bool, str]:
    return base.outcome == reply.outcome, f"{base.outcome.value} became {reply.outcome.value}"


def _advice(base: Reply, reply: Reply) -> tuple[bool | None, str]:
    before = {citation.document_id for citation in base.citations}
    after = {citation.document_id for citation in reply.citations}
    if not before and not after:
        return (True, "nothing cited in either") if base.outcome == reply.outcome else (None, "nothing cited")
    shared = len(before & after) / len(before | after)
    told = f"{', '.join(sorted(before)) or 'nothing'} became {', '.join(sorted(after)) or 'nothing'}"
    return shared >= SHARED_ADVICE, told


_CHECKS = {"level": _level, "outcome": _outcome, "advice": _advice}
