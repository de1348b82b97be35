"""The catalogue, listings, and a corpus fetched from a server on loopback."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.corpora.catalogue import Corpus, UnknownCorpusError, catalogue, corpus
from retrieval.corpora.get import get
from retrieval.corpora.listing import remote_files
from retrieval.download import DownloadError, Manners
from retrieval.readers import formats
from tests.retrieval.corpora.server import Site, serving

QUICK = Manners(attempts=2, first_wait=0.01, connect=2, stall=0.5)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


def entry(site: Site, **values: object) -> Corpus:
    return corpus("pubmed-baseline").model_copy(update={"url": f"{site.url}/list/", **values})


def pubmed(site: Site, *numbers: int, damaged: int = 0) -> None:
    links = []
    for number in numbers:
        name = f"pubmed26n{number:04d}.xml.gz"
        site.pages[f"/list/{name}"] = b"content %d" % number
        said = b"else" if number == damaged else site.pages[f"/list/{name}"]
        site.pages[f"/list/{name}.md5"] = f"MD5({name})= {hashlib.md5(said).hexdigest()}\n".encode()
        links.append(f'<a href="{name}">{name}</a> <a href="{name}.md5">{name}.md5</a>')
    site.pages["/list/"] = "<pre>".join(links).encode()


def test_the_catalogue_names_what_a_person_must_know() -> None:
    names = [entry.name for entry in catalogue()]
    assert len(names) == len(set(names)) >= 8
    for entry in catalogue():
        assert entry.url.startswith("https://")
        assert entry.about.startswith("https://")
        assert entry.publisher and entry.licence and entry.size and entry.languages
        assert entry.format in formats()
        assert entry.pattern or entry.kind == "file"
    with pytest.raises(UnknownCorpusError, match="Choose one of: medlineplus-topics"):
        corpus("pubmed")


def test_files_of_a_listing_come_in_order_and_checked(site: Site, tmp_path: Path) -> None:
    pubmed(site, 10, 2, 1)
    fetched = list(get(entry(site), tmp_path, manners=QUICK))
    assert [item.path.name for item in fetched] == [f"pubmed26n{n:04d}.xml.gz" for n in (1, 2, 10)]
    assert all(item.new for item in fetched)
    before = len(site.requests)
    assert not any(item.new for item in get(entry(site), tmp_path, manners=QUICK))
    assert len(site.requests) == before + 1  # the listing alone


def test_a_wrong_checksum_stops_and_keeps_what_was_right(site: Site, tmp_path: Path) -> None:
    pubmed(site, 1, 2, damaged=2)
    with pytest.raises(DownloadError, match="wrong checksum"):
        list(get(entry(site), tmp_path, manners=QUICK))
    assert sorted(path.name for path in tmp_path.glob("*")) == [
        ".wenzhen-corpus.json",
        "pubmed26n0001.xml.gz",
    ]


def test_a_part_of_a_listing(site: Site, tmp_path: Path) -> None:
    pubmed(site, 1, 2, 12)
    assert len(list(get(entry(site), tmp_path, limit=2, manners=QUICK))) == 2
    (only,) = get(entry(site), tmp_path, match="n0012", manners=QUICK)
    assert only.path.name == "pubmed26n0012.xml.gz"


def test_the_newest_of_dated_files(site: Site, tmp_path: Path) -> None:
    days = ("2026-11-20", "2026-11-21", "2026-09-30")
    site.pages["/list/"] = "".join(f'<a href="/xml/topics_{day}.zip">' for day in days).encode()
    site.pages["/xml/topics_2026-11-21.zip"] = b"newest"
    (fetched,) = get(entry(site, pattern=r"topics_.*\.zip", take="newest", md5=""), tmp_path, manners=QUICK)
    assert fetched.path.read_bytes() == b"newest"


def test_checksums_on_the_page_belong_to_the_link_before_them(site: Site) -> None:
    md5 = hashlib.md5(b"one").hexdigest()
    site.pages["/list/"] = (
        f'<a href="a1.zip">one</a> MD5 checksum: {md5}<br><a href="a2.zip">two</a>'.encode()
    )
    one, two = remote_files(entry(site, pattern=r"a\d\.zip", md5="listing"), manners=QUICK)
    assert (one.md5, two.md5) == (md5, "")


def test_a_bucket_is_listed_page_by_page(site: Site, tmp_path: Path) -> None:
    def page(key: str, token: str) -> bytes:
        more = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
        return (
            f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents><Key>{key}/{key}.xml</Key></Contents>'
            f"<Contents><Key>{key}/{key}.pdf</Key></Contents>{more}</ListBucketResult>"
        ).encode()

    site.pages["/list/?list-type=2&prefix=PMC1"] = page("PMC11.1", "next")
    site.pages["/list/?list-type=2&prefix=PMC1&continuation-token=next"] = page("PMC12.2", "")
    site.pages["/list/PMC11.1/PMC11.1.xml"] = b"<article/>"
    bucket = entry(site, kind="s3", pattern=r"PMC\d+\.\d+\.xml", md5="", fixed=False)
    assert [file.name for file in remote_files(bucket, match="PMC1", manners=QUICK)] == [
        "PMC11.1.xml",
        "PMC12.2.xml",
    ]
    (fetched,) = get(bucket, tmp_path, match="PMC1", limit=1, manners=QUICK)
    assert fetched.path.read_bytes() == b"<article/>"


def test_an_empty_listing_says_where_to_look(site: Site, tmp_path: Path) -> None:
    site.pages["/list/"] = b"<html>moved</html>"
    with pytest.raises(DownloadError, match="lists no files of pubmed-baseline.*look at https://pubmed"):
        list(get(entry(site), tmp_path, manners=QUICK))


def test_names_that_climb_are_refused(site: Site, tmp_path: Path) -> None:
    site.pages["/list/"] = b'<a href="..%2F..%2Fevil.gz">'
    with pytest.raises(DownloadError, match="lists no files|cannot be used"):
        list(get(entry(site, pattern=r".*\.gz", md5=""), tmp_path / "in", manners=QUICK))
    assert not list(tmp_path.rglob("evil*"))
