"""The real files that the project is measured with, where they are at hand."""

import gzip
import json
import re
import tarfile
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.retrieval.readers.files import read_all

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the shared data folder is not beside this checkout"
)


def test_every_question_of_medquad_is_a_document_or_has_a_reason(tmp_path: Path) -> None:
    """Every twelfth file, counted without the reader."""
    asked, answered = 0, 0
    sample = tmp_path / "sample"
    with tarfile.open(DATA / "medquad" / "medquad-xml.tar.gz") as archive:
        for order, member in enumerate(m for m in archive if m.isfile() and m.name.endswith(".xml")):
            if order % 12:
                continue
            stream = archive.extractfile(member)
            assert stream is not None
            data = stream.read()
            path = sample / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            pairs = [pair for pair in fromstring(data).iter() if pair.tag in ("QAPair", "pair")]
            asked += len(pairs)
            answers = (
                next((child for child in pair if child.tag.lower() == "answer"), None) for pair in pairs
            )
            answered += sum(
                answer is not None and bool("".join(answer.itertext()).strip()) for answer in answers
            )
    documents, skipped = read_all(sample)
    ids = {document.id for document in documents}
    assert len(documents) == len(ids) == answered > 1000
    assert sum(skip.reason == "a question without an answer" for skip in skipped) == asked - answered
    with gzip.open(DATA / "retrieval" / "liveqa" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        judged = {json.loads(line)["_id"] for line in lines}
    assert len(ids & judged) > 0.9 * len(ids)


def test_literature_loses_no_paragraph_and_no_table_cell() -> None:
    for path in sorted((DATA / "literature").glob("*.nxml")):
        ((paper,), _) = read_all(path)
        text = _letters(" ".join(section.text for section in paper.sections))
        article = fromstring(path.read_bytes())
        beside = {p for extra in article.iter("supplementary-material") for p in extra.iter("p")}
        spoken = [p for p in article.iterfind(".//body//p") if p not in beside]
        assert spoken
        assert not [p.text for p in spoken if _letters(p.text or "")[:60] not in text]
        assert not [c for c in article.iter("td") if _letters("".join(c.itertext())) not in text]
        assert len(paper.metadata["references"]) == len(list(article.iter("ref")))


def test_pubmedqa_is_read_whole() -> None:
    documents, skipped = read_all(DATA / "pubmedqa" / "dev.jsonl.gz")
    assert len(documents) == 522
    assert skipped == []
    assert {document.metadata["answer"] for document in documents} == {"yes", "no", "maybe"}


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


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
