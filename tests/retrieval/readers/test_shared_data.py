"""The real files that the project is measured with, where they are at hand."""

import gzip
import json
from pathlib import Path

import pytest

from tests.retrieval.readers.files import read_all

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the shared data folder is not beside this checkout"
)


def test_medquad_is_read_whole_under_the_judged_ids() -> None:
    documents, skipped = read_all(DATA / "medquad" / "medquad-xml.tar.gz")
    ids = {document.id for document in documents}
    assert len(documents) == len(ids) >= 16_407
    assert {skip.reason for skip in skipped} == {
        "a file about the collection, not part of it; name it to read it",
        "a page without questions",
        "a question without an answer",
    }
    with gzip.open(DATA / "retrieval" / "liveqa" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        judged = {json.loads(line)["_id"] for line in lines}
    assert len(judged & ids) > 0.97 * len(judged)


def test_literature_has_titles_ids_and_sections() -> None:
    documents, skipped = read_all(DATA / "literature")
    papers = [document for document in documents if not document.id.endswith(".txt")]
    assert len(papers) == 9
    assert all(paper.title and paper.url and paper.published and paper.sections for paper in papers)
    assert skipped == []


def test_medlineplus_is_read_whole() -> None:
    documents, skipped = read_all(DATA / "medlineplus" / "corpus.jsonl.gz")
    assert len(documents) == 1023
    assert all(document.url.startswith("https://medlineplus.gov/") for document in documents)
    assert skipped == []
