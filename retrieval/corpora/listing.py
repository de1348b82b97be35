"""Which files a corpus has today, by its publisher's own listing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from retrieval.corpora.catalogue import Corpus
from retrieval.download import fetch_text
from retrieval.http import DownloadError, Manners

_MD5 = re.compile(r"\b[0-9a-fA-F]{32}\b")
_MD5_WITHIN = 600
"""Characters after a link in which the page names the file's checksum."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    name: str
    url: str
    md5: str = ""
    md5_url: str = ""
    """Where the checksum is to be asked for."""


def remote_files(corpus: Corpus, *, match: str = "", manners: Manners | None = None) -> Iterator[RemoteFile]:
    """The files of a corpus in order of name, lazily where the publisher lists them page by page.

    ``match`` narrows them to names that contain it. Raises ``DownloadError`` where the listing does not come or
    names no such file.
    """
    found = 0
    for file in _KINDS[corpus.kind](corpus, match, manners):
        if match in file.name:
            found += 1
            yield file
    if not found:
        wanted = f" with {match!r} in the name" if match else ""
        raise DownloadError(
            f"{corpus.url} lists no files of {corpus.name}{wanted}. Its publisher may have moved them: look at {corpus.about}."
        )


def _one(corpus: Corpus, match: str, manners: Manners | None) -> Iterator[RemoteFile]:
    yield RemoteFile(corpus.file or _last_part(corpus.url), corpus.url)


def _listed(corpus: Corpus, match: str, manners: Manners | None) -> Iterator[RemoteFile]:
    page = fetch_text(corpus.url, manners=manners)
    files: dict[str, RemoteFile] = {}
    for link in re.finditer(r"""href\s*=\s*["']([^"']+)["']""", page, re.IGNORECASE):
        url = urljoin(corpus.url, html.unescape(link[1]))
        name = _last_part(url)
        if not re.fullmatch(corpus.pattern, name) or name in files:
            continue
        md5 = ""
        if corpus.md5 == "listing":
            # Up to the next link, so that no file is held to its neighbour's checksum.
            after = page[link.end() : link.end() + _MD5_WITHIN].partition("href")[0]
            named = _MD5.search(after)
            md5 = named[0].lower() if named else ""
        files[name] = RemoteFile(name, url, md5, f"{url}.md5" if corpus.md5 == "sidecar" else "")
    chosen = sorted(
        files.values(), key=lambda file: [int(n) if n.isdigit() else n for n in re.split(r"(\d+)", file.name)]
    )
    yield from chosen[-1:] if corpus.take == "newest" else chosen


def _bucket(corpus: Corpus, match: str, manners: Manners | None) -> Iterator[RemoteFile]:
    """Keys of a public bucket, a page at a time; ``match`` is then the beginning of the keys."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.ElementTree import fromstring

    token = ""
    while True:
        query = {"list-type": "2", "prefix": match} | ({"continuation-token": token} if token else {})
        url = f"{corpus.url}?{urlencode(query)}"
        try:
            page = fromstring(fetch_text(url, manners=manners))
        except ParseError:
            raise DownloadError(f"{url} is no listing of a bucket. Look at {corpus.about}.") from None
        said = {element: (element.text or "") for element in page.iter()}
        for element, text in said.items():
            name = _last_part(text)
            if element.tag.endswith("}Key") and re.fullmatch(corpus.pattern, name):
                yield RemoteFile(name, urljoin(corpus.url, quote(text)))
        token = next(
            (text for element, text in said.items() if element.tag.endswith("NextContinuationToken")), ""
        )
        if not token:
            return


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def published_md5(file: RemoteFile, *, manners: Manners | None = None) -> str:
    """The publisher's checksum; empty where there is none. Raises ``DownloadError``."""
    if file.md5 or not file.md5_url:
        return file.md5
    found = _MD5.search(fetch_text(file.md5_url, manners=manners, limit=1 << 16))
    if not found:
        raise DownloadError(f"{file.md5_url} holds no checksum. Run the same command again later.")
    return found[0].lower()


_KINDS = {"file": _one, "listing": _listed, "s3": _bucket}
