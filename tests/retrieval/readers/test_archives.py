from pathlib import Path

import pytest

from retrieval.errors import UnreadableSourceError
from retrieval.readers import Limits, Skipped, formats, read
from tests.retrieval.readers.files import MEDQUAD, beir, gzipped, pdf, read_all, tarred, zipped_names

MEMBERS = {
    "set/a.txt": b"Alpha is the first letter.",
    "set/b.html": b"<html><body><p>Beta is next.</p></body></html>",
    "set/c.pdf": pdf("Gamma."),
    "set/d.jsonl": beir({"_id": "d1", "text": "Delta."}),
    "set/e.xml": MEDQUAD,
    "set/f.txt": b"\x00\x01binary",
    "set/g.docx": b"PK\x03\x04 not really",
    "set/h.png": b"\x89PNG\r\n\x1a\n",
    "set/README.md": b"# About",
    "__MACOSX/set/._a.txt": b"junk",
}


@pytest.mark.parametrize(("name", "pack"), [("x.zip", zipped_names), ("x.tar.gz", tarred), ("x.tgz", tarred)])
def test_every_member_is_read_or_named(tmp_path: Path, name: str, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / name
    path.write_bytes(pack(MEMBERS))
    documents, skipped = read_all(path)
    assert [document.id for document in documents] == [
        f"{name}/set/a.txt",
        f"{name}/set/b.html",
        f"{name}/set/c.pdf",
        "d1",
        "NINDS_0000051-1",
    ]
    reasons = {skip.name.removeprefix(f"{name}/"): skip.reason for skip in skipped}
    assert reasons["set/f.txt"] == "a binary file, not text"
    assert "a damaged Word file" in reasons["set/g.docx"]
    assert reasons["set/h.png"] == "a picture"
    assert "about the collection" in reasons["set/README.md"]
    assert reasons["__MACOSX/set/._a.txt"] == "a hidden file"
    assert "set/e.xml (NINDS_0000051-2)" in reasons
    assert len(skipped) == 6


def test_a_plain_tar(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(tarred({"a.txt": b"Alpha."}, "w"))
    assert read_all(path)[0][0].id == "x.tar/a.txt"


def test_one_archive_inside_another_and_no_further(tmp_path: Path) -> None:
    inner = zipped_names({"deep.txt": b"Deep words."})
    path = tmp_path / "x.zip"
    path.write_bytes(zipped_names({"one.zip": inner, "two.zip": zipped_names({"three.zip": inner})}))
    documents, (skip,) = read_all(path)
    assert [document.id for document in documents] == ["x.zip/one.zip/deep.txt"]
    assert skip.name == "x.zip/two.zip/three.zip"
    in_tar = tmp_path / "y.tar.gz"
    in_tar.write_bytes(
        tarred({"one.zip": inner, "b.jsonl.gz": gzipped(beir({"_id": "1", "text": "Words."}))})
    )
    assert [document.id for document in read_all(in_tar)[0]] == ["y.tar.gz/one.zip/deep.txt", "1"]


def test_names_that_climb_are_only_labels(tmp_path: Path) -> None:
    path = tmp_path / "inner" / "x.zip"
    path.parent.mkdir()
    path.write_bytes(
        zipped_names({"../../evil.txt": b"Words.", "/etc/evil.txt": b"Words.", "C:\\evil.txt": b"Words."})
    )
    assert [document.id for document in read_all(path)[0]] == [
        "x.zip/evil.txt",
        "x.zip/etc/evil.txt",
        "x.zip/evil.txt",
    ]
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == ["x.zip"]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("x.zip", lambda bomb: zipped_names({"a.txt": b"Before.", "bomb.txt": bomb, "z.txt": b"After."})),
        ("x.tar.gz", lambda bomb: tarred({"a.txt": b"Before.", "bomb.txt": bomb, "z.txt": b"After."})),
        (
            "x.zip",
            lambda bomb: zipped_names({"a.txt": b"Before.", "inner.zip": zipped_names({"b.txt": bomb})}),
        ),
    ],
)
def test_a_bomb_is_stopped(tmp_path: Path, name: str, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / name
    path.write_bytes(pack(b"a" * 20_000_000))
    items = list(read(path, limits=Limits(ratio=10, floor=1_000_000)))
    assert [item.id for item in items if not isinstance(item, Skipped)] == [f"{name}/a.txt"]
    assert any("unpacks to" in item.reason for item in items if isinstance(item, Skipped))


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_a_damaged_archive_says_how_far_it_was_read(tmp_path: Path, name: str) -> None:
    noise = bytes((7 * n * n + n // 3) % 251 + 1 for n in range(200_000))
    members = {"a.txt": b"First.", "b.txt": noise.hex().encode(), "c.txt": b"Last."}
    data = bytearray(zipped_names(members) if name.endswith("zip") else tarred(members))
    middle = len(data) // 2
    data[middle : middle + 64] = b"\xff" * 64
    path = tmp_path / name
    path.write_bytes(data)
    documents, skipped = read_all(path)
    assert documents[0].id == f"{name}/a.txt"
    assert any("damaged" in skip.reason for skip in skipped)


def test_a_truncated_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    records = [
        {"_id": str(number), "text": f"Words of number {number * 7919 % 10007}."} for number in range(20_000)
    ]
    data = gzipped(beir(*records))
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(data[: len(data) // 2])
    documents, skipped = read_all(path)
    assert len(documents) > 1000
    assert any("damaged" in skip.reason for skip in skipped)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK\x03\x04" + b"\x07" * 100)
    with pytest.raises(UnreadableSourceError, match="damaged archive"):
        read_all(path)


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped_names({"a.txt": b"First.", "b.txt": b"Second."}))
    items = read(path)
    first = next(items)
    assert not isinstance(first, Skipped)
    assert first.id == "x.zip/a.txt"


def test_a_folder_names_files_by_their_path(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "sub").mkdir(parents=True)
    (folder / "index.txt").write_text("Top.")
    (folder / "sub" / "index.txt").write_text("Below.")
    (folder / "sub" / "data.csv").write_text("a,b")
    (folder / "sub" / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / ".hidden.txt").write_text("No.")
    documents, skipped = read_all(folder)
    assert [document.id for document in documents] == ["pages/index.txt", "pages/sub/index.txt"]
    assert {skip.name for skip in skipped} == {
        "pages/.hidden.txt",
        "pages/sub/data.csv",
        "pages/sub/broken.pdf",
    }


def test_the_formats_are_named(tmp_path: Path) -> None:
    assert formats()[0] == "auto"
    path = tmp_path / "words.log"
    path.write_text("Read me as text anyway.")
    with pytest.raises(UnreadableSourceError, match="There is no format 'log'; choose one of auto"):
        read_all(path, format="log")
    assert read_all(path)[1][0].reason.endswith("name the format with --format text to read it as plain text")
    assert len(read_all(path, format="text")[0]) == 1
    with pytest.raises(UnreadableSourceError, match="no such file or folder"):
        read_all(tmp_path / "gone.txt")
