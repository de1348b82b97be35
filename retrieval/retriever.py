"""The index as a LangChain retriever, for chains and agents written against that seam."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.filters import Filters
from retrieval.passage import Hit
from retrieval.search import Index


class IndexRetriever(BaseRetriever):
    """``invoke(question)`` gives the ``k`` best passages; ``metadata`` holds all that a citation needs."""

    index: Any
    k: int = 8
    filters: Filters | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        index: Index = self.index
        return [to_langchain(hit) for hit in index.search(query, self.k, filters=self.filters)]


def to_langchain(hit: Hit) -> Document:
    passage = hit.passage
    known = {f.name: getattr(passage, f.name) for f in fields(passage) if f.name not in ("id", "text")}
    metadata = {name: value for name, value in known.items() if value not in (None, "")}
    if hit.probability is not None:
        metadata["probability"] = hit.probability
    return Document(page_content=passage.text, id=passage.id, metadata={**metadata, "score": hit.score})
