"""What an ingest did, while it runs (``Progress``) and when it ends (``IngestReport``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Sent after every document."""

    done: int
    """Documents read so far, unchanged ones included."""
    total: int | None
    """Documents expected, where the formats tell without reading everything."""
    passages: int
    """Passages written so far."""
    rate: float
    """Documents a second."""
    seconds_left: float | None
    source: str = ""
    """Name of the file being read."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    read: int = 0
    """Documents that the sources held, unchanged ones included."""
    added: int = 0
    unchanged: int = 0
    updated: int = 0
    removed: int = 0
    """Documents taken out because their source is gone (``prune``)."""
    skipped: int = 0
    """Records that the reader passed over: no text, an answer withheld by its publisher, a repeated id."""
    failed: int = 0
    """Files or documents that could not be read."""
    passages: int = 0
    """Passages written by this run."""
    seconds: float = 0.0
    reasons: tuple[tuple[str, str], ...] = ()
    """(name, reason) of what was skipped or failed; at most the first 1,000."""
    interrupted: bool = False
    """Stopped by the user; the same command goes on from here."""
    corpus_sha256: str = ""
