"""PubMed update files, and retracted articles, through to the index."""

from pathlib import Path

import pytest

from retrieval import Filters, open_index
from retrieval.chunk import passages
from retrieval.ingest import ingest
from retrieval.manifest import Manifest
from retrieval.readers import Removed, read
from tests.retrieval.quick import QuickEmbedder
from tests.retrieval.readers.files import JATS, gzipped, read_all


def article(pmid: int, text: str, more: str = "", title: str = "A study") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle>"
        f"<Abstract><AbstractText>{text}</AbstractText></Abstract></Article>{more}</MedlineCitation></PubmedArticle>"
    )


def pubmed(*records: str) -> bytes:
    return gzipped(f"<?xml version='1.0'?><PubmedArticleSet>{''.join(records)}</PubmedArticleSet>".encode())


def deleted(*pmids: int) -> str:
    return (
        "<DeleteCitation>"
        + "".join(f"<PMID Version='1'>{pmid}</PMID>" for pmid in pmids)
        + "</DeleteCitation>"
    )


@pytest.fixture
def pubmed_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pubmed"
    folder.mkdir()
    (folder / "pubmed26n0001.xml.gz").write_bytes(
        pubmed(article(1, "First version."), article(2, "To be withdrawn."), article(3, "It stays."))
    )
    (folder / "pubmed26n0002.xml.gz").write_bytes(pubmed(article(1, "Second version."), deleted(2, 99)))
    return folder


def said(index_dir: Path) -> dict[str, str]:
    with open_index(index_dir, embedder=QuickEmbedder()) as index:
        return {i: " ".join(p.text for p in index.passages_of(i)) for i in "123" if index.passages_of(i)}


NOW = {"1": "Second version.", "3": "It stays."}


def test_deletions_are_told(pubmed_folder: Path) -> None:
    *_, removed = read(pubmed_folder / "pubmed26n0002.xml.gz")
    assert removed == Removed("pubmed26n0002.xml", ("2", "99"))


def test_updates_replace_and_remove_in_one_run_and_in_two(pubmed_folder: Path, tmp_path: Path) -> None:
    report = ingest([pubmed_folder], tmp_path / "one", embedder=QuickEmbedder())
    assert (report.removed, report.failed, report.skipped) == (1, 0, 0)
    assert said(tmp_path / "one") == NOW
    for file in sorted(pubmed_folder.iterdir()):
        ingest([file], tmp_path / "two", embedder=QuickEmbedder())
    assert said(tmp_path / "two") == NOW
    with open_index(tmp_path / "two", embedder=QuickEmbedder()) as index:
        assert index.count() == 2
        assert "2" not in {hit.passage.document_id for hit in index.search("To be withdrawn", 10)}


def test_the_same_command_again_changes_nothing(pubmed_folder: Path, tmp_path: Path) -> None:
    first = ingest([pubmed_folder], tmp_path / "index", embedder=QuickEmbedder())
    again = ingest([pubmed_folder], tmp_path / "index", embedder=QuickEmbedder(), prune=True)
    assert (again.added, again.updated, again.removed) == (0, 0, 0)
    assert again.corpus_sha256 == first.corpus_sha256


def test_a_baseline_that_is_read_again_brings_nothing_back(pubmed_folder: Path, tmp_path: Path) -> None:
    ingest([pubmed_folder], tmp_path / "index", embedder=QuickEmbedder())
    manifest = Manifest.open(tmp_path / "index")
    manifest.forget_file("pubmed/pubmed26n0001.xml.gz")
    manifest.close()
    ingest([pubmed_folder], tmp_path / "index", embedder=QuickEmbedder())
    assert said(tmp_path / "index") == NOW


RETRACTION = (
    '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"/></CommentsCorrectionsList>'
)


@pytest.mark.parametrize(
    ("record", "title"),
    [
        (article(1, "False.", RETRACTION), "[Retracted] A study"),
        (article(1, "False.", title="RETRACTED: A study"), "RETRACTED: A study"),
        (article(1, "假。", RETRACTION, title="一项研究"), "【已撤稿】一项研究"),
    ],
)
def test_a_retracted_article_carries_the_word(tmp_path: Path, record: str, title: str) -> None:
    path = tmp_path / "p.xml.gz"
    path.write_bytes(pubmed(record))
    ((document,), _) = read_all(path)
    assert (document.title, document.evidence) == (title, "retracted")


@pytest.mark.parametrize("mark", ["retraction-forward", "retracted-article"])
def test_a_retracted_full_text_carries_the_word(tmp_path: Path, mark: str) -> None:
    link = f'<related-article related-article-type="{mark}"/><permissions>'.encode()
    path = tmp_path / "a.nxml"
    path.write_bytes(JATS.replace(b"<permissions>", link))
    ((document,), _) = read_all(path)
    assert (document.title, document.evidence) == ("[Retracted] An odd cough", "retracted")
    path.write_bytes(JATS.replace(b"<permissions>", link).replace(b"case-report", b"retraction"))
    ((notice,), _) = read_all(path)
    assert (notice.title, notice.evidence) == ("An odd cough", "")


def test_the_word_reaches_what_is_found(tmp_path: Path) -> None:
    (tmp_path / "p.xml.gz").write_bytes(pubmed(article(1, "Rest cures colds.", RETRACTION)))
    ingest([tmp_path / "p.xml.gz"], tmp_path / "index", embedder=QuickEmbedder())
    with open_index(tmp_path / "index", embedder=QuickEmbedder()) as index:
        (hit,) = index.search("Rest cures colds")
    assert (hit.passage.title, hit.passage.evidence) == ("[Retracted] A study", "retracted")


def test_a_filter_leaves_retracted_articles_out_of_both_channels(tmp_path: Path) -> None:
    (tmp_path / "p.xml.gz").write_bytes(
        pubmed(article(1, "Rest cures colds.", RETRACTION), article(2, "Rest cures nothing."))
    )
    ingest([tmp_path / "p.xml.gz"], tmp_path / "index", embedder=QuickEmbedder())
    filters = Filters(without_evidence=frozenset({"retracted"}))
    with open_index(tmp_path / "index", embedder=QuickEmbedder()) as index:
        for channel in ("dense", "lexical"):
            everything = {item for item, _ in index.channel(channel, "Rest cures colds")}
            kept = {item for item, _ in index.channel(channel, "Rest cures colds", filters=filters)}
            assert {item.partition("#")[0] for item in everything} == {"1", "2"}
            assert {item.partition("#")[0] for item in kept} == {"2"}


def test_a_citation_of_a_retracted_article_carries_the_word(tmp_path: Path) -> None:
    (tmp_path / "p.xml.gz").write_bytes(pubmed(article(1, "Rest cures colds within two days.", RETRACTION)))
    ((document,), _) = read_all(tmp_path / "p.xml.gz")
    (passage,) = passages(document)
    assert passage.title == "[Retracted] A study"
    assert passage.searchable.startswith("[Retracted] A study")
