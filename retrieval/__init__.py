"""Documents into passages, passages into an index, questions into ranked passages.

Knows nothing of agents, pages or evaluation. Names are resolved on first use, so that importing the
package costs nothing. (``ingest`` itself is ``retrieval.ingest.ingest``: the module has the name.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.filters import Filters
    from retrieval.ingest import ingest_documents
    from retrieval.passage import Document, Hit, Passage, Section
    from retrieval.search import Index, open_index

__all__ = (
    "Document",
    "Filters",
    "Hit",
    "Index",
    "Passage",
    "Section",
    "ingest_documents",
    "open_index",
)

_HOMES = {
    "Document": "passage",
    "Filters": "filters",
    "Hit": "passage",
    "Index": "search",
    "Passage": "passage",
    "Section": "passage",
    "ingest_documents": "ingest",
    "open_index": "search",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"retrieval.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
