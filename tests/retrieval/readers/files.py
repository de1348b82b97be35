"""Small files of each format, made on the spot."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from retrieval.passage import Document
from retrieval.readers import Skipped, read


def read_all(path: Path, **options: str) -> tuple[list[Document], list[Skipped]]:
    items = list(read(path, **options))  # type: ignore[arg-type]
    documents = [item for item in items if isinstance(item, Document)]
    return documents, [item for item in items if isinstance(item, Skipped)]


def text_of(document: Document) -> str:
    return "\n".join(section.text for section in document.sections)


def pdf(*pages: str, title: str = "") -> bytes:
    """A PDF with one line of Helvetica a text line; an empty page has no text layer."""
    objects: list[bytes] = []
    kids = " ".join(f"{4 + 2 * order} 0 R" for order in range(len(pages)))
    objects.append(b"<</Type/Catalog/Pages 2 0 R>>")
    objects.append(f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for order, page in enumerate(pages):
        lines = page.split("\n") if page else []
        drawn = "".join(f"1 0 0 1 50 {700 - 14 * row} Tm ({line}) Tj " for row, line in enumerate(lines))
        stream = f"BT /F1 12 Tf {drawn}ET".encode() if lines else b"0 0 10 10 re f"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * order} 0 R>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    if title:
        objects.append(f"<</Title({title})/CreationDate(D:20240506010203)>>".encode())
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    info = b"/Info %d 0 R" % len(objects) if title else b""
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, info, start)
    return bytes(out)


def beir(*records: Mapping[str, object]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def zipped_names(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data)


MEDQUAD = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000051" source="NINDS" url="https://example.org/tics">
<Focus>Tics</Focus>
<FocusAnnotations><UMLS><CUIs><CUI>C0040188</CUI></CUIs></UMLS>
<Synonyms><Synonym>Twitching habit</Synonym></Synonyms></FocusAnnotations>
<QAPairs>
<QAPair pid="1"><Question qid="0000051-1" qtype="information">What are Tics ?</Question>
<Answer>Tics are sudden movements.      - They repeat.    -  They fade.</Answer></QAPair>
<QAPair pid="2"><Question qid="0000051-2" qtype="treatment">How are Tics treated ?</Question><Answer> </Answer></QAPair>
</QAPairs></Document>"""

PUBMED = b"""<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "https://dtd.nlm.nih.gov/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID>11</PMID><Article><Journal><JournalIssue><PubDate><Year>2018</Year>
<Month>May</Month><Day>7</Day></PubDate></JournalIssue><Title>Journal of Colds</Title></Journal>
<ArticleTitle>A trial of <i>rest</i>.</ArticleTitle>
<Abstract><AbstractText Label="METHODS">Half of them rested.</AbstractText>
<AbstractText Label="RESULTS">Rest helped.</AbstractText></Abstract><Language>eng</Language>
<PublicationTypeList><PublicationType>Randomized Controlled Trial</PublicationType></PublicationTypeList></Article>
</MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>12</PMID><Article><ArticleTitle>A letter</ArticleTitle></Article>
</MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>13</PMID><Article><ArticleTitle>Wrong</ArticleTitle>
<Abstract><AbstractText>False.</AbstractText></Abstract><PublicationTypeList>
<PublicationType>Retracted Publication</PublicationType></PublicationTypeList></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>"""

JATS = b"""<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd">
<article article-type="case-report"><front><journal-meta><journal-title>Cases</journal-title></journal-meta>
<article-meta><article-id pub-id-type="pmc">77</article-id><article-id pub-id-type="pmid">88</article-id>
<title-group><article-title>An odd cough</article-title></title-group>
<pub-date><year>2011</year></pub-date><pub-date><day>2</day><month>8</month><year>2011</year></pub-date>
<permissions><license xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://creativecommons.org/licenses/by/2.0"/></permissions>
<abstract><p>A man coughed.</p></abstract></article-meta></front>
<body><sec><title>Case</title><p>He coughed for weeks<sup><xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref></sup> and slept [<xref ref-type="bibr">3</xref>] badly (<xref ref-type="bibr">Ash, 2001</xref>).<fig><label>Figure 1</label><caption><p>An X-ray.</p></caption></fig></p>
<sec><title>Outcome:</title><p>He got well.</p></sec></sec>
<table-wrap><label>Table 1</label><caption><p>Days</p></caption><table><tr><th>Day</th><td>5</td></tr></table></table-wrap></body>
<back><ref-list><ref>Somebody, 1999.</ref></ref-list></back></article>"""
