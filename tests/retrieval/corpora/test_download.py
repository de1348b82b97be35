"""A file comes whole and checked, or not at all, whatever the server does."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from retrieval import download as module
from retrieval.download import DownloadError, Manners, download, fetch_text
from tests.retrieval.corpora.server import Site, serving

DATA = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(40_000))
MD5 = hashlib.md5(DATA).hexdigest()
QUICK = Manners(attempts=3, first_wait=0.01, connect=2, stall=0.5)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        served.pages["/data.bin"] = DATA
        yield served


def fetch(site: Site, folder: Path, **options: object) -> Path:
    target = folder / "in" / "data.bin"
    download(f"{site.url}/data.bin", target, manners=QUICK, **options)  # type: ignore[arg-type]
    return target


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "in").iterdir()}


def test_a_file_comes_whole_and_alone(site: Site, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch(site, tmp_path, md5=MD5, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == DATA
    assert names(tmp_path) == {"data.bin"}
    assert seen[-1] == (len(DATA), len(DATA))


def test_a_broken_connection_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.drop_after = [300_000, 400_000]
    assert fetch(site, tmp_path, md5=MD5).read_bytes() == DATA
    starts = [asked for _, asked, _ in site.requests]
    assert starts[0] == ""
    assert all(asked.startswith("bytes=") for asked in starts[1:])
    assert len(starts) == 3


def test_a_stalling_server_is_left_and_asked_again(site: Site, tmp_path: Path) -> None:
    site.stall_after = [300_000]
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert len(site.requests) == 2


def test_what_came_is_kept_for_the_next_command(site: Site, tmp_path: Path) -> None:
    site.drop_after = [300_000, 0, 0, 0]
    with pytest.raises(DownloadError, match=r"3 tries\)\. What came is kept"):
        fetch(site, tmp_path)
    assert names(tmp_path) == {"data.bin.part", "data.bin.part.json"}
    site.drop_after = []
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.requests[-1][1].startswith("bytes=")


def test_a_server_that_ignores_ranges_starts_over(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    site.drop_after = [300_000]
    assert fetch(site, tmp_path, md5=MD5).read_bytes() == DATA


@pytest.mark.parametrize("obeys", [True, False])
def test_a_file_that_changes_midway_is_not_mixed(site: Site, tmp_path: Path, obeys: bool) -> None:
    site.obeys_if_range = obeys
    site.drop_after = [300_000, 0, 0, 0]
    with pytest.raises(DownloadError):
        fetch(site, tmp_path)
    site.drop_after = []
    site.pages["/data.bin"] = DATA[::-1]
    assert fetch(site, tmp_path).read_bytes() == DATA[::-1]


def test_without_a_tag_nothing_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    site.tags = False
    site.drop_after = [300_000]
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert [asked for _, asked, _ in site.requests] == ["", ""]


def test_a_length_that_is_a_lie_is_no_file(site: Site, tmp_path: Path) -> None:
    site.announce = 1000
    with pytest.raises(DownloadError, match="does not come"):
        fetch(site, tmp_path)
    assert not (tmp_path / "in" / "data.bin").exists()
    site.announce = -1000
    with pytest.raises(DownloadError, match="wrong checksum"):
        fetch(site, tmp_path, md5=MD5)
    assert names(tmp_path) == set()


def test_no_length_at_all_is_fine(site: Site, tmp_path: Path) -> None:
    site.chunked = True
    assert fetch(site, tmp_path, md5=MD5).read_bytes() == DATA


def test_other_bytes_are_deleted(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="wrong checksum"):
        fetch(site, tmp_path, md5="0" * 32)
    assert names(tmp_path) == set()


def test_an_unchanged_file_is_not_fetched_again_and_a_changed_one_is(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "in" / "data.bin"
    known = download(f"{site.url}/data.bin", target, manners=QUICK)
    assert known is not None
    assert download(f"{site.url}/data.bin", target, known=known, manners=QUICK) is None
    site.pages["/data.bin"] = b"new"
    assert download(f"{site.url}/data.bin", target, known=known, manners=QUICK) is not None
    assert target.read_bytes() == b"new"


def test_a_busy_server_is_asked_again_and_a_refusing_one_is_not(site: Site, tmp_path: Path) -> None:
    site.status = [503, 429]
    assert fetch(site, tmp_path).read_bytes() == DATA
    site.status = [500, 502, 503]
    with pytest.raises(DownloadError, match=r"answers 503; 3 tries"):
        fetch(site, tmp_path)
    for status in (403, 404, 410):
        site.status, before = [status], len(site.requests)
        with pytest.raises(DownloadError, match=rf"refuses .* \({status}\)"):
            fetch(site, tmp_path)
        assert len(site.requests) == before + 1


def test_a_redirect_in_a_circle_is_one_sentence(site: Site, tmp_path: Path) -> None:
    site.redirect = f"{site.url}/data.bin"
    with pytest.raises(DownloadError, match="redirected in a circle"):
        fetch(site, tmp_path)


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        DownloadError, match="cannot be reached.*is there a network.*run the same command again"
    ):
        download("http://127.0.0.1:9/data.bin", tmp_path / "data.bin", manners=QUICK)


def test_too_little_space_is_said_before_the_bytes_come(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DownloadError, match="Free some space, or name another folder with --to"):
        fetch(site, tmp_path)
    assert shutil.disk_usage is not None


def test_a_folder_that_cannot_be_made_is_one_sentence(site: Site, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a file")
    with pytest.raises(DownloadError, match="Cannot write to .*--to"):
        fetch(site, tmp_path)


def test_ctrl_c_keeps_what_came(site: Site, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > 500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(site, tmp_path, progress=interrupt)
    assert fetch(site, tmp_path, md5=MD5).read_bytes() == DATA
    assert site.requests[-1][1].startswith("bytes=")


def test_a_listing_is_read_in_spite_of_a_bad_start(site: Site) -> None:
    site.pages["/list"] = "目录".encode()
    site.status = [503]
    assert fetch_text(f"{site.url}/list", manners=QUICK) == "目录"
