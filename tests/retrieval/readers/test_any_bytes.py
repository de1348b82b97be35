"""Whatever the bytes: documents, a reason, or one clear error; never a crash."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document
from retrieval.readers import Removed, Skipped, formats, read
from tests.retrieval.handbook.cards import CONDITION
from tests.retrieval.readers.files import JATS, MEDQUAD, PUBMED, beir, gzipped, pdf, tarred, zipped_names
from tests.retrieval.readers.test_formats import LABEL, MEDLINEPLUS, QUESTION, bytes_of, word_file

SEEDS = {
    "a.yaml": CONDITION.encode(),
    "a.jsonl": beir({"_id": "1", "title": "T", "text": "Words.", "metadata": {"focus": ["a"]}}) * 3,
    "a.xml": MEDQUAD,
    "b.xml": PUBMED,
    "a.nxml": JATS,
    "a.html": b"<html lang=en><meta charset=gbk><body><h1>A</h1><table><tr><td>1</table><p>b",
    "a.md": b"---\ntitle: T\n---\n# A\n- b\n\n|a|b|\n|-|-|\n|1|2|\n",
    "a.pdf": pdf("One.", "", title="T"),
    "a.txt": "头痛 headache".encode("gb18030"),
    "a.zip": zipped_names({"x.txt": b"Words.", "y.zip": zipped_names({"z.txt": b"More."})}),
    "a.tar.gz": tarred({"x.txt": b"Words."}),
    "c.xml": MEDLINEPLUS.encode(),
    "d.xml": LABEL.encode(),
    "q.json": json.dumps({"123": QUESTION}).encode(),
    "a.docx": bytes_of(word_file()),
    "a.csv": 'id,标题,text\n1,头痛,"Words,\nmore"\n2,,x\n'.encode("gb18030"),
    "a.jsonl.gz": gzipped(beir({"_id": "1", "text": "Words."})),
}


def consume(path: Path, format: str = "auto") -> None:
    try:
        for item in read(path, format=format):
            if isinstance(item, Document):
                assert item.id
                assert item.sections
                assert all(
                    isinstance(section.text, str) and section.text.strip() for section in item.sections
                )
            else:
                assert isinstance(item, Skipped | Removed)
                assert item.name
    except UnreadableSourceError as error:
        assert str(error)


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(name: str, data: st.DataObject, tmp_path: Path) -> None:
    seed = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(seed) - 1))
        seed[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
        if not seed:
            break
    path = tmp_path / name
    path.write_bytes(seed)
    consume(path)


@pytest.mark.parametrize("format", formats()[1:])
@given(
    content=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_as_any_format(format: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    consume(path, format)
