"""What the word index holds, passage by passage, for those who check and mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from retrieval.analysis import terms
from retrieval.errors import IndexCorruptError
from retrieval.lexical import WEIGHTS, _key
from retrieval.passage import Passage

_OWN_TERMS = 64
"""Distinct terms of a passage that it is searched by."""


class LexicalAudit:
    """A second look at the folder of a ``LexicalIndex``, by passage id instead of by words."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with self._readable():
            index = tantivy.Index.open(str(folder))
            index.reload()
            self._schema, self._searcher = index.schema, index.searcher()

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def ids(self) -> Iterator[str]:
        """Every passage id in it."""
        with self._readable():
            everything = self._searcher.search(
                tantivy.Query.all_query(), max(1, self.count()), count=False
            ).hits
            for _, address in everything:
                stored: Any = self._searcher.doc(address).get_first("id")
                yield bytes(stored).decode()

    def holds(self, passage_ids: Iterable[str]) -> set[str]:
        """Those that are in it."""
        with self._readable():
            return {i for i in passage_ids if self._searcher.search(self._is(i), 1, count=False).hits}

    def finds_by_words(self, passage: Passage) -> bool:
        """Whether a search for the passage's own words can reach it. True for one that has no words."""
        said = " \n ".join([passage.title, passage.section, passage.text, passage.synonyms])
        words = list(dict.fromkeys(terms(said)))[:_OWN_TERMS]
        if not words:
            return True
        any_word = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, word, index_option="freq"))
            for word in words
            for field in WEIGHTS
        ]
        both = [
            (tantivy.Occur.Must, tantivy.Query.boolean_query(any_word)),
            (tantivy.Occur.Must, self._is(passage.id)),
        ]
        with self._readable():
            return bool(self._searcher.search(tantivy.Query.boolean_query(both), 1, count=False).hits)

    def _is(self, passage_id: str) -> Any:
        return tantivy.Query.term_query(self._schema, "key", _key(passage_id), index_option="basic")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            raise IndexCorruptError(
                f"The word index in {self._folder.parent} cannot be read ({error}). Mend it: wenzhen index repair"
            ) from error
