"""What is wrong with this installation, checked piece by piece."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.settings import Settings

FREE_GB = 2
"""Below this much free space an ingest or a download is likely to fail half-way."""


@dataclass(frozen=True, slots=True)
class Check:
    """``state`` is ``ok``, ``note`` (works with less) or ``fail``; ``way_out`` says what to do."""

    name: str
    state: str
    detail: str
    way_out: str = ""


def diagnose(settings: Settings) -> Iterator[Check]:
    """Every check in turn; one that breaks is itself a finding."""
    for name, check in _CHECKS.items():
        try:
            yield check(settings)
        except Exception as error:  # noqa: BLE001 - a doctor reports whatever it meets
            yield Check(name, "fail", f"{type(error).__name__}: {error}", "")


def _python(_: Settings) -> Check:
    return Check("python", "ok", platform.python_version())


def _home(settings: Settings) -> Check:
    settings.home.mkdir(parents=True, exist_ok=True)
    probe = settings.home / ".doctor"
    probe.write_text("ok")
    probe.unlink()
    free = shutil.disk_usage(settings.home).free / 1e9
    if free < FREE_GB:
        return Check(
            "data folder",
            "fail",
            f"{settings.home}, {free:.1f} GB free",
            "Free some space, or set WENZHEN_HOME to another disk.",
        )
    return Check("data folder", "ok", f"{settings.home}, {free:.0f} GB free")


def _safety(_: Settings) -> Check:
    from agent.safety.red_flags import RedFlagScreen

    found = RedFlagScreen.load().check(["crushing chest pain going into my left arm, sweating"])
    if not found.red_flags:
        return Check(
            "red flags",
            "fail",
            "a textbook emergency was not recognised",
            "Reinstall: the rule files are damaged.",
        )
    from agent.safety.second_sight.sight import SecondSight

    try:
        sight = SecondSight.load()
    except (OSError, ValueError, KeyError) as error:
        return Check(
            "red flags",
            "fail",
            f"the second sight does not load ({error}), so every message counts as urgent",
            "Reinstall Wenzhen, or train it again: python -m agent.safety.second_sight.train",
        )
    return Check(
        "red flags",
        "ok",
        f"a textbook emergency is recognised with no model and no index; second sight of {sight.card['date']}",
    )


def _embedder(_: Settings) -> Check:
    from retrieval.embed import load_embedder

    embedder = load_embedder()
    size = len(embedder.embed_query("test"))
    return Check("embedder", "ok", f"{embedder.name}, {size} dimensions")


def _index(settings: Settings) -> Check:
    from retrieval import open_index
    from retrieval.errors import IndexMissingError

    try:
        index = open_index(settings.index_dir)
    except IndexMissingError:
        return Check(
            "index",
            "note",
            f"none yet at {settings.index_dir}",
            "The handbook's index is built at the first question; others by: wenzhen ingest FILES --index DIR",
        )
    with_what = f"{settings.index_dir}: {index.count()} passages"
    index.close()
    return Check("index", "ok", with_what)


def _weights(settings: Settings) -> Check:
    from agent.llm.weights import bundled, path_of

    weights = bundled()
    if path_of(weights, settings.models_dir) is None:
        return Check(
            "language model",
            "note",
            f"{weights.name} is not here: answers are quoted from the sources",
            f"wenzhen models pull {weights.name}",
        )
    return Check("language model", "ok", weights.name)


def _audit(settings: Settings) -> Check:
    from agent.audit import Audit
    from agent.database import open_database

    audit = Audit(open_database(settings.database))
    broken = audit.verify()
    if broken:
        return Check(
            "audit log",
            "fail",
            f"the chain breaks at entry {broken.entry}: {broken.reason}",
            "Keep a copy of the database and find out who changed it.",
        )
    return Check("audit log", "ok", f"{len(audit)} entries, chain intact")


_CHECKS: dict[str, Callable[[Settings], Check]] = {
    "python": _python,
    "data folder": _home,
    "red flags": _safety,
    "embedder": _embedder,
    "index": _index,
    "language model": _weights,
    "audit log": _audit,
}
