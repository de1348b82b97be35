"""Files made to break a reader: each gives one clear line in the ingest's report and stops nothing."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.ingest import ingest
from retrieval.passage import Document
from retrieval.readers import Limits, Skipped, read
from retrieval.report import IngestReport
from retrieval.sources import source_files
from tests.retrieval.quick import QuickEmbedder
from tests.retrieval.readers.files import JATS, MEDQUAD, PUBMED, gzipped, pdf, read_all, tarred, zipped_names
from tests.retrieval.readers.test_pdf import ENCRYPTED

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY a "lol">'
    + b"".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'.encode()
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + b']><article article-type="x"><front><article-meta><abstract><p>&j;</p></abstract></article-meta></front></article>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<article article-type="x"><front><article-meta><abstract><p>&x;</p></abstract></article-meta></front></article>'
)
DEEP = (
    b'<article article-type="x"><front><article-meta/></front><body>'
    + b"<p>" * 20_000
    + b"deep"
    + b"</p>" * 20_000
    + b"</body></article>"
)
FULL = os.environ.get("WENZHEN_FULL_TESTS") == "1"
LONG_LINE = 300_000_000 if FULL else 9_000_000
"""Characters; JSON lines are read up to 8 MB each, running text up to 64 MB a file."""


def tar_with_a_link() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "truncated.xml": (MEDQUAD[:-30], "broken XML at line"),
    "truncated.nxml": (JATS[: len(JATS) // 2], "broken XML at line"),
    "cut.xml.gz": (gzipped(PUBMED)[:-200], "damaged"),
    "laughs.nxml": (LAUGHS, "XML with forbidden entities"),
    "outside.nxml": (OUTSIDE, "XML with forbidden entities"),
    "deep.nxml": (DEEP, "nested too deeply"),
    "locked.pdf": (ENCRYPTED, "protected by a password"),
    "scan.pdf": (pdf("", ""), "no text layer"),
    "empty.txt": (b"", "empty file"),
    "nulls.txt": (b"Words.\x00\x00\x00" * 50, "a binary file, not text"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
    "page.docx": (b"<html><body>not a Word file</body></html>" * 3, ""),
    "notes.xml": (b"just words, no XML", "a kind of file that is not known"),
    "half16.txt": ("头痛".encode("utf-16") + b"\xd8", "starts as utf-16 but breaks"),
    "link.tar.gz": (tar_with_a_link(), "a link or a device"),
    "old.docx": (b"\xd0\xcf\x11\xe0" + bytes(600), "an Office file of the old kind or with a password"),
    "list.json": (json.dumps([1, [2]]).encode(), "JSON that is not one record a line"),
    "long.jsonl": (b'{"_id": "1", "text": "' + b"a" * LONG_LINE + b'"}\n', "a line of more than 8 MB"),
}
GOOD: dict[str, bytes] = {
    "utf16.txt": "头痛的原因\n\n偏头痛会反复发作。".encode("utf-16"),
    "latin1.txt": "Café au lait spots are flat.".encode("latin-1"),
    "utf16.xml": MEDQUAD.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
    "climb.zip": zipped_names({"../../../evil.txt": b"Only words."}),
    "misnamed.html": pdf("A PDF in disguise."),
}


@pytest.fixture(scope="module")
def swamp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "swamp"
    folder.mkdir()
    for name, (data, _) in HOSTILE.items():
        (folder / name).write_bytes(data)
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    (folder / "loop-a.txt").symlink_to("loop-b.txt")
    (folder / "loop-b.txt").symlink_to("loop-a.txt")
    (folder / "around").symlink_to(folder, target_is_directory=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("hidden")
    os.mkfifo(folder / "pipe.jsonl")
    return folder


@pytest.fixture(scope="module")
def report(swamp: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngestReport]:
    yield ingest(
        [swamp], tmp_path_factory.mktemp("index") / "i", embedder=QuickEmbedder(), progress=lambda _: None
    )


@pytest.mark.parametrize("name", [name for name, (_, said) in HOSTILE.items() if said])
def test_each_has_one_clear_line(report: IngestReport, name: str) -> None:
    lines = [
        reason for about, reason in report.reasons if about.startswith(f"swamp/{name.removesuffix('.gz')}")
    ]
    assert len(lines) == 1, lines
    assert HOSTILE[name][1] in lines[0]
    assert "\n" not in lines[0]
    assert len(lines[0]) < 300


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("loop-a.txt", "Too many levels of symbolic links"),
        ("loop-b.txt", "Too many levels of symbolic links"),
        ("around", "a link to a folder, which is not followed"),
        (".git", "a hidden folder"),
        ("pipe.jsonl", "a pipe, a socket or a device, not a file"),
    ],
)
def test_what_is_no_file_has_its_line_too(report: IngestReport, name: str, said: str) -> None:
    (line,) = [reason for about, reason in report.reasons if about == f"swamp/{name}"]
    assert said in line


def test_the_good_ones_among_them_are_all_read(report: IngestReport, swamp: Path, tmp_path: Path) -> None:
    # the five good ones, the page in a Word file's name, and what stood before the end of the cut-off PubMed file
    assert report.read >= len(GOOD) + 1
    assert not report.interrupted
    assert not [about for about, _ in report.reasons if about.removeprefix("swamp/") in GOOD]
    assert not list(tmp_path.parent.rglob("evil.txt"))


def test_latin_1_and_utf_16_keep_their_letters(swamp: Path) -> None:
    texts = {
        item.id: item.sections[0].text
        for name in ("utf16.txt", "latin1.txt", "utf16.xml")
        for item in read(swamp / name)
        if isinstance(item, Document)
    }
    assert texts["utf16.txt"] == "偏头痛会反复发作。"
    assert texts["latin1.txt"] == "Café au lait spots are flat."
    assert texts["NINDS_0000051-1"].startswith("Tics are sudden movements.")


@pytest.mark.parametrize(
    "pack", [gzipped, lambda data: tarred({"a.txt": data}), lambda data: zipped_names({"a.txt": data})]
)
def test_a_bomb_is_one_line(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bomb.gz"
    path.write_bytes(pack(b"a" * 3_000_000))
    said = [
        item.reason
        for item in read(path, format="text", limits=Limits(10, 1_000_000))
        if isinstance(item, Skipped)
    ]
    assert any("zip bomb" in reason or "unpacks to far more" in reason for reason in said)


def test_running_text_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as stream:
        for _ in range(300 if FULL else 65):
            stream.write(b"a" * (1 << 20))
    report = ingest([path], tmp_path / "i", embedder=QuickEmbedder())
    ((_, reason),) = report.reasons
    assert "larger than 64 MB; split it into smaller files" in reason


def test_a_file_that_vanishes_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"Words of {name}.")
    files = list(source_files([folder], leave_out=tmp_path / "none"))
    real = Path.open

    def open_(path: Path, *rest: object, **named: object) -> object:
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied", str(path))
        handle = real(path, *rest, **named)  # type: ignore[arg-type]
        if path.name == "b.txt":
            path.unlink()  # after it was hashed, before it is read
        return handle

    monkeypatch.setattr(Path, "open", open_)
    assert len(files) == 3
    report = ingest([folder], tmp_path / "i", embedder=QuickEmbedder())
    monkeypatch.undo()
    assert report.added == 1
    reasons = dict(report.reasons)
    assert "Permission denied" in reasons["set/a.txt"]
    assert "no such file or folder" in reasons["set/b.txt"]


def test_a_folder_that_may_not_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set" / "closed").mkdir(parents=True)
    (tmp_path / "set" / "a.txt").write_text("Words.")
    real = os.scandir

    def scandir(path: str | Path = ".") -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    documents, (skip,) = read_all(tmp_path / "set")
    assert len(documents) == 1
    assert (skip.name, skip.reason) == ("set/closed", "a folder that cannot be opened: Permission denied")


def test_a_reader_that_trips_does_not_end_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped_names({"a.nxml": DEEP, "b.txt": b"After."}))
    (document,), (skip,) = read_all(path)
    assert document.id == "x.zip/b.txt"
    assert (skip.name, skip.reason) == ("x.zip/a.nxml", "nested too deeply to be read")
