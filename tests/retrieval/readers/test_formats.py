"""MedlinePlus topics, drug labels, PubMedQA, Word files, tables."""

import io
import json
import zipfile
from pathlib import Path

import docx
import pytest

from retrieval.errors import UnreadableSourceError
from tests.retrieval.readers.files import read_all, text_of, zipped_names

MEDLINEPLUS = """<?xml version="1.0" encoding="UTF-8"?>
<health-topics total="2" date-generated="11/21/2026 02:30:34">
<health-topic meta-desc="About colds." title="Common Cold" url="https://medlineplus.gov/commoncold.html" id="1"
 language="English" date-created="12/22/2015"><also-called>Cold</also-called>
<full-summary>&lt;h3&gt;What is it?&lt;/h3&gt;&lt;p&gt;A mild infection.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Sneezing&lt;/li&gt;&lt;/ul&gt;</full-summary>
<group url="https://medlineplus.gov/lungs.html" id="2">Lungs</group>
<mesh-heading><descriptor id="D003139">Common Cold</descriptor></mesh-heading><see-reference>Coryza</see-reference>
</health-topic>
<health-topic title="Resfriado" url="https://medlineplus.gov/spanish/commoncold.html" id="3" language="Spanish"
 date-created="05/07/2016"><full-summary>Una infección leve.</full-summary></health-topic>
<health-topic title="Empty" url="https://medlineplus.gov/empty.html" id="4" language="English"/>
</health-topics>"""

LABEL = """<?xml version="1.0" encoding="UTF-8"?>
<document xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="1"/><code code="34391-3" displayName="HUMAN PRESCRIPTION DRUG LABEL"/><title>CALMOL tablets, long title</title>
<effectiveTime value="20240506"/><setId root="AAAA-BBBB"/><versionNumber value="7"/>
<author><assignedEntity><representedOrganization><name>House Pharma</name></representedOrganization></assignedEntity></author>
<component><structuredBody>
<component><section><code code="48780-1"/><text>NDC</text><subject><manufacturedProduct><manufacturedProduct>
<name>Calmol</name><asEntityWithGeneric><genericMedicine><name>calmoline</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance><name>CALMOLINE</name></ingredientSubstance></ingredient>
<ingredient classCode="IACT"><ingredientSubstance><name>STARCH</name></ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section></component>
<component><section><code code="34084-4" displayName="ADVERSE REACTIONS SECTION"/><title>6 ADVERSE REACTIONS</title>
<excerpt><highlight><text>said twice</text></highlight></excerpt>
<text><paragraph>Common: <content styleCode="bold">dry mouth</content>.</paragraph>
<list><item><caption>•</caption>often sleepy</item><item>Dizzy</item></list>
<table><tbody><tr><td>Rash</td><td>2%</td></tr></tbody></table></text>
<component><section><title>6.1 In trials</title><text><paragraph>Half of them slept.</paragraph></text></section></component>
</section></component>
<component><section><code code="42231-1"/><title>MEDICATION GUIDE</title><text>Ask your doctor.</text></section></component>
</structuredBody></component></document>"""


def write(tmp_path: Path, name: str, data: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_medlineplus_topics_in_both_languages(tmp_path: Path) -> None:
    (cold, spanish), (skip,) = read_all(write(tmp_path, "topics.xml", MEDLINEPLUS))
    assert (cold.id, cold.title, cold.language, cold.published) == (
        "medlineplus/commoncold",
        "Common Cold",
        "en",
        "2015-12-22",
    )
    assert [(section.heading, section.text) for section in cold.sections] == [
        ("What is it?", "A mild infection.\n- Sneezing")
    ]
    assert (cold.evidence, cold.licence) == ("consumer", "Public domain (US government work)")
    assert cold.metadata["synonyms"] == "Cold; Coryza"
    assert (spanish.id, spanish.language, text_of(spanish)) == (
        "medlineplus/spanish/commoncold",
        "es",
        "Una infección leve.",
    )
    assert (skip.name, skip.reason) == ("topics.xml:3 (Empty)", "a topic without a summary")


def test_a_drug_label_by_section(tmp_path: Path) -> None:
    ((label,), skipped) = read_all(write(tmp_path, "label.xml", LABEL))
    assert skipped == []
    assert (label.id, label.title, label.published) == (
        "dailymed/aaaa-bbbb",
        "Calmol (calmoline)",
        "2024-05-06",
    )
    assert label.url == "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=aaaa-bbbb"
    assert label.evidence == "drug_label"
    assert label.source.startswith("House Pharma · DailyMed")
    assert [(section.heading, section.text, section.audience) for section in label.sections] == [
        ("6 ADVERSE REACTIONS", "Common: dry mouth.\n- often sleepy\n- Dizzy\nRash | 2%", "any"),
        ("6 ADVERSE REACTIONS › 6.1 In trials", "Half of them slept.", "any"),
        ("MEDICATION GUIDE", "Ask your doctor.", "patient"),
    ]


def test_a_release_of_labels_is_zips_inside_a_zip(tmp_path: Path) -> None:
    inner = zipped_names({"label.xml": LABEL.encode(), "pill.jpg": b"\xff\xd8\xff"})
    path = write(tmp_path, "release.zip", zipped_names({"prescription/1.zip": inner}))
    (label,), (skip,) = read_all(path)
    assert label.id == "dailymed/aaaa-bbbb"
    assert (skip.name, skip.reason) == ("release.zip/prescription/1.zip/pill.jpg", "a picture")


QUESTION = {"QUESTION": "Does rest help?", "CONTEXTS": ["Half rested.", "They slept."], "LABELS": ["METHODS", "RESULTS"],
            "LONG_ANSWER": "Rest helps.", "YEAR": "2011", "final_decision": "yes", "MESHES": ["Rest"]}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ori.json", json.dumps({"123": QUESTION}, indent=4)),
        (
            "dev.jsonl",
            json.dumps({"_id": "123", **{key.lower(): value for key, value in QUESTION.items()}}) + "\n",
        ),
        (
            "hub.jsonl",
            json.dumps(
                {
                    "pubid": 123,
                    "question": "Does rest help?",
                    "context": {"contexts": QUESTION["CONTEXTS"], "labels": QUESTION["LABELS"]},
                    "long_answer": "Rest helps.",
                    "year": "2011",
                    "final_decision": "yes",
                }
            ),
        ),
    ],
)
def test_pubmedqa_in_its_forms(tmp_path: Path, name: str, data: str) -> None:
    ((document,), skipped) = read_all(write(tmp_path, name, data))
    assert skipped == []
    assert (document.id, document.title, document.published) == ("123", "Does rest help?", "2011")
    assert document.url == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert document.metadata["answer"] == "yes"
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Methods", "Half rested."),
        ("Results", "They slept."),
        ("Conclusion", "Rest helps."),
    ]


def test_pubmedqa_counts_what_is_none(tmp_path: Path) -> None:
    record = json.dumps({"_id": "1", "question": "A?", "contexts": ["B."]})
    empty = json.dumps({"_id": "2", "question": "A?", "contexts": []})
    documents, skipped = read_all(write(tmp_path, "q.jsonl", f"{record}\n{{broken\n{empty}\n[]\n"))
    assert [document.id for document in documents] == ["1"]
    assert [(skip.name, skip.reason) for skip in skipped] == [
        ("q.jsonl:2", "not a line of JSON"),
        ("q.jsonl:3 (2)", "no abstract"),
        ("q.jsonl:4", "no question with an abstract"),
    ]
    with pytest.raises(UnreadableSourceError, match=r"q\.json: broken JSON"):
        read_all(write(tmp_path, "q.json", json.dumps({"1": QUESTION}, indent=1)[:-9]))


def word_file() -> docx.document.Document:
    word = docx.Document()
    word.add_heading("Fever at home", 0)
    word.add_paragraph("What to do.")
    word.add_heading("Drinks", 1)
    word.add_paragraph("Water", style="List Bullet")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells], ["Age", "ml", "1", "500"], strict=True
    ):
        cell.text = text
    word.add_heading("At night", 2)
    word.add_paragraph("Sleep.")
    word.core_properties.language = "en-GB"
    return word


def bytes_of(word: docx.document.Document) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def test_a_word_file_by_heading(tmp_path: Path) -> None:
    ((document,), skipped) = read_all(write(tmp_path, "fever.docx", bytes_of(word_file())))
    assert skipped == []
    assert (document.title, document.language) == ("Fever at home", "en")
    assert [(section.heading, section.text) for section in document.sections] == [
        ("", "What to do."),
        ("Drinks", "- Water\nAge | ml\n1 | 500"),
        ("Drinks › At night", "Sleep."),
    ]


def test_a_word_file_with_changes_reads_as_accepted(tmp_path: Path) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    word = docx.Document()
    word.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}><w:r><w:t xml:space='preserve'>Take </w:t></w:r><w:del w:id='1'><w:r>"
            "<w:delText>two</w:delText></w:r></w:del><w:ins w:id='2'><w:r><w:t>one</w:t></w:r></w:ins>"
            "<w:r><w:t xml:space='preserve'> tablet.</w:t></w:r></w:p>"
        ),
    )
    assert text_of(read_all(write(tmp_path, "dose.docx", bytes_of(word)))[0][0]) == "Take one tablet."


def test_a_word_file_is_known_by_its_content(tmp_path: Path) -> None:
    assert read_all(write(tmp_path, "fever.bin", bytes_of(word_file())))[0][0].title == "Fever at home"


def test_bad_word_files_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"a\.docx: a damaged Word file"):
        read_all(write(tmp_path, "a.docx", zipped_names({"nothing.txt": b"of the kind"})))
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(bytes_of(word_file()))) as whole,
        zipfile.ZipFile(bomb, "w", 8, compresslevel=1) as out,
    ):
        for part in whole.infolist():
            if part.filename != "word/document.xml":
                out.writestr(part, whole.read(part))
        with out.open("word/document.xml", "w") as part_stream:
            for _ in range(257):
                part_stream.write(bytes(1 << 20))
    with pytest.raises(UnreadableSourceError, match="zip bomb"):
        read_all(write(tmp_path, "b.docx", bomb.getvalue()))
    documents, (skip,) = read_all(write(tmp_path, "c.docx", bytes_of(docx.Document())))
    assert documents == []
    assert "without text" in skip.reason


def test_tables_with_named_columns(tmp_path: Path) -> None:
    data = 'pmid,Title,Abstract,Dose,year,Licence\n7,Rest,"Rest helps,\nit says.",8 h,2011,CC0\n8,,Only text.,,,\n,,,,,\n'
    (first, second), skipped = read_all(write(tmp_path, "rows.csv", data))
    assert skipped == []
    assert (first.id, first.title, first.published, first.licence) == ("7", "Rest", "2011", "CC0")
    assert text_of(first) == "Rest helps,\nit says.\nDose: 8 h"
    assert (second.id, text_of(second)) == ("8", "Only text.")


def test_tables_without_known_columns_keep_every_cell(tmp_path: Path) -> None:
    ((row,), _) = read_all(write(tmp_path, "icd.tsv", "code\tmeaning\nJ00\tAcute nasopharyngitis\n"))
    assert (row.id, text_of(row)) == ("icd.tsv:row 1", "code: J00\nmeaning: Acute nasopharyngitis")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_table(tmp_path: Path, encoding: str) -> None:
    data = ("问题;回答;来源\n" + "感冒了怎么办？;多喝水，注意休息。;手册\n" * 3).encode(encoding)
    rows, _ = read_all(write(tmp_path, "qa.csv", data))
    assert (rows[0].title, text_of(rows[0]), rows[0].source) == (
        "感冒了怎么办？",
        "多喝水，注意休息。",
        "手册",
    )


def test_broken_rows_are_named_one_by_one(tmp_path: Path) -> None:
    rows, (skip,) = read_all(write(tmp_path, "a.csv", f"id,text\n1,Good.\n2,{'x' * 200_000}\n3,Good.\n"))
    assert [row.id for row in rows] == ["1", "3"]
    assert (skip.name, skip.reason) == (
        "a.csv:row 2",
        "a broken row (field larger than field limit (131072))",
    )
    assert "without rows" in read_all(write(tmp_path, "b.csv", "id,text\n"))[1][0].reason
    assert "without column names" in read_all(write(tmp_path, "c.csv", ",,\n1,2,3\n"))[1][0].reason
