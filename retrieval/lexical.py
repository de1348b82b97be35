"""The lexical channel: BM25 over title, text and other names, on disk (tantivy).

Text is analysed by us (``analysis``) and handed over as words separated by spaces. Queries are built from
terms, never parsed, so no character in them means anything.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from retrieval.analysis import name_key, terms
from retrieval.dates import day_of
from retrieval.errors import IndexCorruptError, RetrievalError
from retrieval.filters import Filters
from retrieval.lay import formal_words
from retrieval.passage import Passage
from retrieval.question import Question, names_of, understand

WEIGHTS = {"title": 1.0, "text": 1.0, "names": 1.0}
MAX_QUERY_CHARS = 20_000
MAX_QUERY_TERMS = 256
"""Distinct terms of a query that are searched; a longer text adds cost and no precision."""
RARER = 0.5
"""Power of a term's rarity by which it counts beyond BM25: a long question has many words and few that matter."""
NAMED = 20.0
"""Added to the score of a passage whose page a short question names in full (``nurofen``, ``立普妥``). BM25 alone
counts a name as common, because every passage of its page carries it."""
FORMAL = 0.5
"""Weight of a word that the question says in lay words only (``lay_words.yaml``), beside 1 for its own."""
MAX_NAMED_TERMS = 60
"""Distinct terms up to which a text is a question; a longer one is a story that names things in passing."""
MAX_MISSPELT = 6
_MISSPELT = {5: 1, 8: 2}
"""Letters from which a word that the index does not know may be another word misspelt, by this many letters."""
_COMMON_ENOUGH, _RARE_ENOUGH = 2, 0.02
"""A word meant instead is in more passages than this, and in no more than this share of them."""
_NAME = "name"
_DAY = "day"
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
            self._has_names = _has_field(self._searcher, _NAME)
            self._has_days = _has_field(self._searcher, _DAY, 0)

    def search(self, query: str, k: int, filters: Filters | None = None) -> list[tuple[str, float]]:
        """Passage ids with BM25 scores, best first. Any string is a query; none raises."""
        if filters and filters.days != (None, None) and not self._has_days:
            raise RetrievalError(
                f"The index in {self._folder.parent} was made before passages could be filtered by date. "
                "Ingest its sources again with --rebuild."
            )
        counts = Counter(terms(query[:MAX_QUERY_CHARS], limit=4 * MAX_QUERY_TERMS))
        if not counts or k < 1:
            return []
        with _readable(self._folder):
            wanted: list[tuple[tantivy.Occur, tantivy.Query]] = []
            unknown = 0
            for term, count in list(counts.items())[:MAX_QUERY_TERMS]:
                if held := self._holding(term):
                    wanted.append(self._any_field(term, count * self._idf(held) ** RARER))
                elif unknown < MAX_MISSPELT and (near := self._misspelt(term, count)):
                    wanted.append(near)
                    unknown += 1
            if not wanted:
                return []
            for term in set(terms(formal_words(query))) - counts.keys():
                if held := self._holding(term):
                    wanted.append(self._any_field(term, FORMAL * self._idf(held) ** RARER))
            if NAMED and len(counts) <= MAX_NAMED_TERMS:
                wanted += self._of_that_name(query)
            clauses = [(tantivy.Occur.Must, tantivy.Query.boolean_query(wanted))]
            for name, values in (filters.allowed if filters else {}).items():
                allowed = [(tantivy.Occur.Should, self._term(name, _key(value))) for value in values]
                only = tantivy.Query.const_score_query(tantivy.Query.boolean_query(allowed), 0.0)
                clauses.append((tantivy.Occur.Must, only))
            for value in sorted(filters.without_evidence) if filters else ():
                clauses.append((tantivy.Occur.MustNot, self._term("evidence", _key(value))))
            clauses += self._published(filters)
            searcher = self._searcher
            found = searcher.search(tantivy.Query.boolean_query(clauses), k, count=False).hits
            return [(_stored_id(searcher.doc(address)), float(score)) for score, address in found]

    def understand(self, text: str) -> Question:
        """What a question asks, with the names that this index has pages of."""
        return understand(text, self.commonness)

    def commonness(self, key: str) -> int:
        """Passages of pages with the name of this key (``analysis.name_key``); 0 where no page has it."""
        return int(self._searcher.doc_freq(_NAME, _key(key))) if self._has_names else 0

    def ceiling(self, query: str) -> float:
        """A score that hardly any passage reaches: all terms of the query, each as often as counts. Above 0."""
        counts = Counter(terms(query[:MAX_QUERY_CHARS], limit=4 * MAX_QUERY_TERMS))
        with _readable(self._folder):
            weights = (
                count * self._idf(self._holding(term)) ** (1 + RARER)
                for term, count in list(counts.items())[:MAX_QUERY_TERMS]
            )
            return sum(weights) or 1.0

    def page_of(self, name: str, language: str) -> str | None:
        """A passage, in this language, of a page with this name; ``None`` where there is none."""
        if not self._has_names:
            return None
        both = [
            (tantivy.Occur.Must, self._term(_NAME, _key(name_key(name)))),
            (tantivy.Occur.Must, self._term("language", _key(language))),
        ]
        with _readable(self._folder):
            found = self._searcher.search(tantivy.Query.boolean_query(both), 1, count=False).hits
            return _stored_id(self._searcher.doc(found[0][1])) if found else None

    def rarity(self, term: str) -> float:
        """Inverse document frequency: 0 for a term in every passage, highest for one in none."""
        with _readable(self._folder):
            return math.log((int(self._searcher.num_docs) + 1) / (self._holding(term) + 1))

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def reload(self) -> None:
        """See what another process has committed."""
        with _readable(self._folder):
            self._index.reload()
            self._searcher = self._index.searcher()

    def add(self, passages: Iterable[Passage]) -> None:
        for passage in passages:
            self._writing().add_document(_document(passage, named=self._has_names, dated=self._has_days))

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

    def _published(self, filters: Filters | None) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        since, until = filters.days if filters else (None, None)
        if since is None and until is None:
            return []
        within = tantivy.Query.range_query(self._schema, _DAY, tantivy.FieldType.Integer, since, until)
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(within, 0.0))]

    def _any_field(self, term: str, weight: float) -> tuple[tantivy.Occur, tantivy.Query]:
        fields = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, term), of_field * weight))
            for field, of_field in WEIGHTS.items()
        ]
        return tantivy.Occur.Should, tantivy.Query.boolean_query(fields)

    def _holding(self, term: str) -> int:
        return max(int(self._searcher.doc_freq(field, term)) for field in WEIGHTS)

    def _idf(self, holding: int) -> float:
        total = int(self._searcher.num_docs)
        holding = min(holding, total)  # until segments merge, deleted documents are still counted for a term
        return math.log(1 + (total - holding + 0.5) / (holding + 0.5))

    def _misspelt(self, term: str, count: int) -> tuple[tantivy.Occur, tantivy.Query] | None:
        """The words of the index that a word it does not know may stand for (``ricketts``, ``diahrrea``)."""
        edits = max((n for length, n in _MISSPELT.items() if len(term) >= length), default=0)
        if not edits or not (term.isascii() and term.isalpha()):
            return None
        near = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.fuzzy_term_query(self._schema, field, term, edits))
                for field in ("title", "text")
            ]
        )
        counted: Any = self._searcher.search(near, 1)  # the stubs do not know its count
        holding = int(counted.count or 0)
        if not _COMMON_ENOUGH < holding <= max(_RARE_ENOUGH * self.count(), 2 * _COMMON_ENOUGH):
            return None
        idf = self._idf(holding)
        return tantivy.Occur.Should, tantivy.Query.const_score_query(near, count * idf ** (1 + RARER))

    def _of_that_name(self, query: str) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """One bonus, however many of a page's names stand in the question."""
        keys = [
            (tantivy.Occur.Should, self._term(_NAME, _key(name_key(name))))
            for name in self.understand(query).focus
        ]
        if not keys:
            return []
        return [
            (tantivy.Occur.Should, tantivy.Query.const_score_query(tantivy.Query.boolean_query(keys), NAMED))
        ]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("id", stored=True)
    for name in ("key", *_FILTERED):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(_NAME, tokenizer_name="raw", index_option="basic")
    # New fields come last: an index of an earlier version knows its fields by their place.
    builder.add_integer_field(_DAY, indexed=True, fast=True)
    return builder.build()


def _document(passage: Passage, *, named: bool, dated: bool) -> tantivy.Document:
    document = tantivy.Document()
    document.add_bytes("id", passage.id.encode())
    document.add_text("key", _key(passage.id))
    for name in _FILTERED:
        document.add_text(name, _key(getattr(passage, name)))
    title = terms(f"{passage.title} \n {passage.section}")
    document.add_text("title", " ".join(title))
    document.add_text("text", " ".join(terms(passage.text)))
    # What the title says already is not said again: a page with its name in both would outrank one with a title alone.
    titled = frozenset(title)
    document.add_text("names", " ".join(term for term in terms(passage.synonyms) if term not in titled))
    if named:
        keys = {name_key(name) for name in names_of(passage.title, passage.synonyms)} - {""}
        for key in sorted(keys):
            document.add_text(_NAME, _key(key))
    if dated and (day := day_of(passage.published)) is not None:
        document.add_integer(_DAY, day)
    return document


def _has_field(searcher: tantivy.Searcher, field: str, value: str | int = "") -> bool:
    """An index of an earlier version has no names and no dates; it is searched and written without."""
    try:
        searcher.doc_freq(field, value)
    except ValueError:
        return False
    return True


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
