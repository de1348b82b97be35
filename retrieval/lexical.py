"""The lexical channel: BM25 over title, text and other names, on disk (tantivy).

Text is analysed by us (``analysis``) and handed over as words separated by spaces. Queries are built from
terms, never parsed, so no character in them means anything.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from retrieval.analysis import terms
from retrieval.errors import IndexCorruptError, RetrievalError
from retrieval.filters import Filters
from retrieval.passage import Passage

WEIGHTS = {"title": 1.0, "text": 1.0, "names": 1.0}
MAX_QUERY_CHARS = 20_000
MAX_QUERY_TERMS = 256
"""Distinct terms of a query that are searched; a longer text adds cost and no precision."""
_WRITER_HEAP = 64_000_000
_FILTERED = ("audience", "language", "source", "evidence")


class LexicalIndex:
    """Searching is safe from several threads; writing is for the one holder of the index lock."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._schema = _schema()
        self._writer: tantivy.IndexWriter | None = None
        with _readable(folder):
            if create:
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(self._schema, path=str(folder))
            else:
                self._index = tantivy.Index.open(str(folder))
            self._index.reload()
            self._searcher = self._index.searcher()

    def search(self, query: str, k: int, filters: Filters | None = None) -> list[tuple[str, float]]:
        """Passage ids with BM25 scores, best first. Any string is a query; none raises."""
        counts = Counter(terms(query[:MAX_QUERY_CHARS], limit=4 * MAX_QUERY_TERMS))
        wanted = [self._any_field(term, count) for term, count in list(counts.items())[:MAX_QUERY_TERMS]]
        if not wanted or k < 1:
            return []
        clauses = [(tantivy.Occur.Must, tantivy.Query.boolean_query(wanted))]
        for name, values in (filters.allowed if filters else {}).items():
            allowed = [(tantivy.Occur.Should, self._term(name, _key(value))) for value in values]
            only = tantivy.Query.const_score_query(tantivy.Query.boolean_query(allowed), 0.0)
            clauses.append((tantivy.Occur.Must, only))
        for value in sorted(filters.without_evidence) if filters else ():
            clauses.append((tantivy.Occur.MustNot, self._term("evidence", _key(value))))
        with _readable(self._folder):
            searcher = self._searcher
            found = searcher.search(tantivy.Query.boolean_query(clauses), k, count=False).hits
            return [(_stored_id(searcher.doc(address)), float(score)) for score, address in found]

    def rarity(self, term: str) -> float:
        """Inverse document frequency: 0 for a term in every passage, highest for one in none."""
        with _readable(self._folder):
            total = int(self._searcher.num_docs)
            holding = max(int(self._searcher.doc_freq(field, term)) for field in WEIGHTS)
        return math.log((total + 1) / (holding + 1))

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def reload(self) -> None:
        """See what another process has committed."""
        with _readable(self._folder):
            self._index.reload()
            self._searcher = self._index.searcher()

    def add(self, passages: Iterable[Passage]) -> None:
        for passage in passages:
            self._writing().add_document(_document(passage))

    def delete(self, passage_ids: Iterable[str]) -> None:
        for passage_id in passage_ids:
            self._writing().delete_documents_by_term("key", _key(passage_id))

    def commit(self) -> None:
        if self._writer is None:
            return
        try:
            self._writer.commit()
        except ValueError as error:
            raise RetrievalError(
                f"Writing to {self._folder} failed ({error}). Check free space and permissions, then run the same command."
            ) from error
        self.reload()

    def close(self) -> None:
        """Let merges end and give the writer's lock back; uncommitted writes are dropped."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(_WRITER_HEAP, num_threads=1)
            except ValueError as error:
                raise RetrievalError(f"{self._folder} cannot be written to ({error}).") from error
        return self._writer

    def _term(self, field: str, value: str) -> tantivy.Query:
        option = "freq" if field in WEIGHTS else "basic"
        return tantivy.Query.term_query(self._schema, field, value, index_option=option)

    def _any_field(self, term: str, count: int) -> tuple[tantivy.Occur, tantivy.Query]:
        """The term in any field; a word said twice weighs twice."""
        fields = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, term), weight * count))
            for field, weight in WEIGHTS.items()
        ]
        return tantivy.Occur.Should, tantivy.Query.boolean_query(fields)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("id", stored=True)
    for name in ("key", *_FILTERED):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _document(passage: Passage) -> tantivy.Document:
    document = tantivy.Document()
    document.add_bytes("id", passage.id.encode())
    document.add_text("key", _key(passage.id))
    for name in _FILTERED:
        document.add_text(name, _key(getattr(passage, name)))
    document.add_text("title", _words(passage.title, passage.section))
    document.add_text("text", _words(passage.text))
    document.add_text("names", _words(passage.synonyms))
    return document


def _words(*texts: str) -> str:
    return " ".join(terms(" \n ".join(texts)))


def _stored_id(document: Any) -> str:
    return bytes(document.get_first("id")).decode()


def _key(value: str) -> str:
    """A term of fixed length for a name of any length (the engine drops very long terms)."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:40]


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexCorruptError(
            f"The index in {folder.parent} cannot be read ({error}). Delete it (wenzhen index delete) and ingest again."
        ) from error


__all__: Sequence[str] = ("MAX_QUERY_CHARS", "MAX_QUERY_TERMS", "LexicalIndex")
