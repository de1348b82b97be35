"""What can go wrong with an index or a source, said so that a person can act on it."""

from __future__ import annotations


class RetrievalError(Exception):
    """Base of the errors below; ``str(error)`` is one clear sentence and a way out."""


class IndexMissingError(RetrievalError):
    """No index in that folder yet."""


class IndexCorruptError(RetrievalError):
    """The index folder exists but cannot be read."""


class IndexLockedError(RetrievalError):
    """Another process is writing to the index."""


class EmbedderMismatchError(RetrievalError):
    """The index was built with another embedding model."""


class UnreadableSourceError(RetrievalError):
    """A file cannot be read as the format it claims; the message is the reason in the ingest report."""
