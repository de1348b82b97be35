"""BEIR lines, MedQuAD, PubMed, JATS and handbook cards."""

from pathlib import Path

import pytest

from retrieval.errors import UnreadableSourceError
from retrieval.readers.evidence import evidence_of
from tests.retrieval.handbook.cards import CONDITION
from tests.retrieval.readers.files import JATS, MEDQUAD, PUBMED, beir, gzipped, read_all, text_of


def write(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_beir_lines_keep_their_ids(tmp_path: Path, packed: bool) -> None:
    data = beir(
        {
            "_id": "a1",
            "title": "Fever",
            "text": "多喝水。",
            "metadata": {"url": "https://example.org", "source": "S", "focus": "Fever", "x": 1},
        },
        {"_id": 7, "title": "", "text": "An abstract.", "metadata": {"pmid": "123", "year": 2001}},
        {"_id": "bare", "text": "No title, no metadata."},
    )
    path = write(tmp_path, "c.jsonl.gz" if packed else "c.jsonl", gzipped(data) if packed else data)
    documents, skipped = read_all(path)
    assert [document.id for document in documents] == ["a1", "7", "bare"]
    assert (documents[0].url, documents[0].source, documents[0].metadata["x"]) == (
        "https://example.org",
        "S",
        1,
    )
    assert documents[0].metadata["synonyms"] == "Fever"
    assert documents[1].url == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert documents[1].published == "2001"
    assert skipped == []


def test_beir_lines_that_are_none_are_counted_one_by_one(tmp_path: Path) -> None:
    good = beir({"_id": "a", "text": "Words."})
    data = (
        good
        + b"{broken\n[1]\n\n"
        + beir({"_id": "b", "text": " "}, {"text": "x"})
        + b'{"_id": "\xff"}\n'
        + good
    )
    documents, skipped = read_all(write(tmp_path, "c.jsonl", data))
    assert len(documents) == 2
    assert [skip.name for skip in skipped] == [
        "c.jsonl:2",
        "c.jsonl:3",
        "c.jsonl:5 (b)",
        "c.jsonl:6",
        "c.jsonl:7",
    ]
    assert [skip.reason for skip in skipped] == [
        "not a line of JSON",
        "not a JSON object",
        "no text",
        "no '_id'",
        "not a line of JSON",
    ]


def test_other_json_lines_are_refused_with_the_fields_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="without '_id' and 'text'"):
        read_all(write(tmp_path, "c.jsonl", b'{"id": 1, "question": "?"}\n'))


def test_medquad_makes_a_document_a_question(tmp_path: Path) -> None:
    (document,), (skip,) = read_all(write(tmp_path, "0000051.xml", MEDQUAD))
    assert document.id == "NINDS_0000051-1"
    assert document.title == "What are Tics?"
    assert text_of(document) == "Tics are sudden movements.\n- They repeat.\n- They fade."
    assert document.url == "https://example.org/tics"
    assert document.source == "US National Institute of Neurological Disorders and Stroke"
    assert document.metadata["synonyms"] == "Tics; Twitching habit"
    assert (skip.name, skip.reason) == ("0000051.xml (NINDS_0000051-2)", "a question without an answer")


def test_medquad_pages_split_over_files_keep_their_ids_apart(tmp_path: Path) -> None:
    ids = [read_all(write(tmp_path, name, MEDQUAD))[0][0].id for name in ("0000051.xml", "0000051_1.xml")]
    assert ids == ["NINDS_0000051-1", "NINDS_0000051_1-1"]


def test_medquad_in_its_older_form(tmp_path: Path) -> None:
    old = b"""<?xml version="1.0"?><doc docid="0000007" corpus="NINDS" url="https://example.org/a">
    <doctitle-focus>Adie</doctitle-focus><qaPairs><pair pid="1"><question qid="0000007-1" qtype="information">what is Adie ?
    </question><answer>A wide pupil.</answer></pair></qaPairs></doc>"""
    ((document,), _) = read_all(write(tmp_path, "0000007.xml", old))
    assert (document.id, document.metadata["focus"], text_of(document)) == (
        "NINDS_0000007-1",
        "Adie",
        "A wide pupil.",
    )


def test_pubmed_abstracts_by_label(tmp_path: Path) -> None:
    (document, withdrawn), (skip,) = read_all(write(tmp_path, "pubmed.xml", PUBMED))
    assert (document.id, document.title, document.source) == ("11", "A trial of rest.", "Journal of Colds")
    assert (document.published, document.evidence) == ("2018-05-07", "trial")
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Methods", "Half of them rested."),
        ("Results", "Rest helped."),
    ]
    assert (skip.name, skip.reason) == ("PMID 12", "no abstract")
    assert (withdrawn.id, withdrawn.title, withdrawn.evidence) == ("13", "[Retracted] Wrong", "retracted")


def test_jats_sections_captions_and_tables(tmp_path: Path) -> None:
    ((document,), _) = read_all(write(tmp_path, "a.nxml", JATS))
    assert (document.id, document.metadata["pmid"], document.published) == ("PMC77", "88", "2011-08-02")
    assert (document.evidence, document.licence) == ("case_report", "CC BY 2.0")
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Abstract", "A man coughed."),
        ("Case", "He coughed for weeks and slept badly (Ash, 2001)."),
        ("Case › Outcome", "He got well."),
        ("Figure 1", "An X-ray."),
        ("Table 1", "Days\nDay | 5"),
    ]
    assert "Somebody" not in text_of(document)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (MEDQUAD[:-30], "broken XML at line"),
        (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            b'<Document source="x"><QAPairs><QAPair><Answer>&b;</Answer></QAPair></QAPairs></Document>',
            "forbidden entities",
        ),
    ],
)
def test_bad_xml_is_explained(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(UnreadableSourceError, match=said):
        read_all(write(tmp_path, "page.xml", data), format="medquad")


def test_unknown_xml_is_skipped(tmp_path: Path) -> None:
    _, (skip,) = read_all(write(tmp_path, "page.xml", b"<?xml version='1.0'?><feed/>"))
    assert "XML of a kind" in skip.reason


def test_a_handbook_card(tmp_path: Path) -> None:
    ((document,), _) = read_all(write(tmp_path, "cold.yaml", CONDITION.encode()))
    assert document.id == "condition/cold"
    with pytest.raises(UnreadableSourceError, match=r"cold\.yaml: prevalence: .*'often'"):
        read_all(write(tmp_path, "cold.yaml", CONDITION.replace("very_common", "often").encode()))


def test_yaml_that_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no handbook card"):
        read_all(write(tmp_path, "compose.yaml", b"services: {}\n"))


@pytest.mark.parametrize(
    ("permissions", "licence"),
    [
        (
            "<license><license-p>under the Creative Commons Attribution License, which</license-p></license>",
            "CC BY",
        ),
        (
            "<license><p>Creative Commons Attribution-Noncommercial-Share Alike License</p></license>",
            "CC BY-NC-SA",
        ),
        ("<copyright-statement>This is in the public domain.</copyright-statement>", "Public domain"),
        ("<copyright-statement>All rights reserved.</copyright-statement>", ""),
    ],
)
def test_jats_licences_in_words(tmp_path: Path, permissions: str, licence: str) -> None:
    start, _, rest = JATS.partition(b"<permissions>")
    data = start + f"<permissions>{permissions}</permissions>".encode() + rest.partition(b"</permissions>")[2]
    assert read_all(write(tmp_path, "a.nxml", data))[0][0].licence == licence


def test_jats_references_appendices_and_table_notes(tmp_path: Path) -> None:
    data = JATS.replace(
        b"<back><ref-list>",
        b"<back><app-group><app><title>Dose table</title><p>One a day.</p></app></app-group><ref-list>"
        b'<ref><pub-id pub-id-type="pmid">5</pub-id></ref><ref><pub-id pub-id-type="doi">10.1/x</pub-id></ref>',
    ).replace(
        b"</table></table-wrap>", b"</table><table-wrap-foot><p>* a note</p></table-wrap-foot></table-wrap>"
    )
    data = data.replace(b"</article>", b"<sub-article/></article>")
    (document,), (skip,) = read_all(write(tmp_path, "a.nxml", data))
    assert document.metadata["references"] == ("pmid:5", "doi:10.1/x", "Somebody, 1999.")
    assert ("Dose table", "One a day.") in [(section.heading, section.text) for section in document.sections]
    assert "* a note" in text_of(document)
    assert skip.reason.startswith("1 of these")


@pytest.mark.parametrize(
    ("types", "title", "evidence"),
    [
        (["Practice Guideline", "Review"], "", "guideline"),
        (["Journal Article", "Meta-Analysis", "Randomized Controlled Trial"], "", "systematic_review"),
        (["Case Reports"], "", "case_report"),
        (["research-article"], "Rest for colds: a randomised, double-blind trial", "trial"),
        (["research-article"], "Rest for colds: a systematic review and meta-analysis", "systematic_review"),
        (["research-article"], "Colds in Ghent: a cross-sectional study", "observational"),
        (["research-article"], "Rest for colds: protocol for a randomised trial", ""),
        (["Journal Article"], "Rest and colds", ""),
    ],
)
def test_evidence_by_type_and_by_title(types: list[str], title: str, evidence: str) -> None:
    assert evidence_of(types, title) == evidence
