"""Plain text and its encodings, Markdown, HTML."""

from pathlib import Path

import pytest

from retrieval.errors import UnreadableSourceError
from retrieval.readers.decode import tidy
from tests.retrieval.readers.files import read_all, text_of

CHINESE = "头痛的原因\n\n偏头痛是一种常见的脑部疾病，会反复发作头痛。发作时常伴有恶心、怕光。"
WESTERN = (
    "La fièvre\n\nLa fièvre élevée chez l’enfant peut être inquiétante : où aller, à qui téléphoner ? " * 6
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk"])
def test_chinese_text_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "headache.txt"
    path.write_bytes(CHINESE.encode(encoding))
    ((document,), skipped) = read_all(path)
    assert document.title == "头痛的原因"
    assert text_of(document).startswith("偏头痛是一种常见的脑部疾病")
    assert skipped == []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_western_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "fever.txt"
    path.write_bytes(WESTERN.encode(encoding))
    ((document,), _) = read_all(path)
    assert "élevée chez l’enfant peut être inquiétante" in text_of(document)


def test_a_short_latin_1_text(tmp_path: Path) -> None:
    path = tmp_path / "cafe.txt"
    path.write_bytes("Café au lait spots are flat.".encode("latin-1"))
    ((document,), _) = read_all(path)
    assert text_of(document) == "Café au lait spots are flat."


@pytest.mark.parametrize("data", [b"MZ\x90\x00\x03\x00\x00\x00" * 50, bytes(range(1, 32)) * 20])
def test_a_binary_file_named_txt_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    with pytest.raises(UnreadableSourceError, match=r"notes\.txt: a binary file, not text"):
        read_all(path)
    with pytest.raises(UnreadableSourceError, match="a binary file"):
        read_all(path, format="text")


def test_an_empty_file_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    assert [skip.reason for skip in read_all(path)[1]] == ["empty file"]
    path.write_bytes(b" \n\n ")
    assert [skip.reason for skip in read_all(path)[1]] == ["empty file"]


def test_tidy_keeps_words_and_sets_list_items_on_lines() -> None:
    assert tidy("One:      - first.    -  second.\r\n\r\n\r\n\r\nTwo \u00a0 three \n") == (
        "One:\n- first.\n- second.\n\nTwo three"
    )


def test_markdown_sections_by_heading(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(
        "# Fever\nIntro *text* with a [link](https://example.org).\n\n## At home\n- Drink.\n- Rest.\n\n"
        "### At night\nSleep<br>well.\n\n| age | limit |\n|---|---|\n| 0 | 38 |\n",
        encoding="utf-8",
    )
    ((document,), _) = read_all(path)
    assert document.title == "Fever"
    assert [(section.heading, section.text) for section in document.sections] == [
        ("", "Intro text with a link."),
        ("At home", "- Drink.\n- Rest."),
        ("At home › At night", "Sleep\nwell.\nage | limit\n0 | 38"),
    ]


def test_markdown_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(
        "---\ntitle: 发热\nurl: https://example.org/f\ndate: 2024-05-06\n---\n多喝水。\n", encoding="utf-8"
    )
    ((document,), _) = read_all(path)
    assert (document.title, document.url, document.published) == (
        "发热",
        "https://example.org/f",
        "2024-05-06",
    )
    assert text_of(document) == "多喝水。"


PAGE = """<!doctype html><html lang="{lang}"><head>{head}<title>Fever | A site</title>
<link rel="canonical" href="https://example.org/fever"><meta name="date" content="2024-03-02T10:00">
<style>p {{color: red}}</style><script>var menu = 1</script></head>
<body><nav>Home Contact</nav><h1>Fever</h1><p>{body}</p><h2>Care</h2>
<ul><li>Drink.</li><li><p>Rest <b>well</b>.</p></li></ul><!-- hidden words -->
<table><tr><th>Age</th><td>0</td></tr></table><div hidden>secret</div><footer>Imprint</footer></body></html>"""


def test_html_keeps_what_a_person_reads(tmp_path: Path) -> None:
    path = tmp_path / "fever.html"
    path.write_text(PAGE.format(lang="en-GB", head="", body="A fever is<br>common."), encoding="utf-8")
    ((document,), _) = read_all(path)
    assert document.title == "Fever"
    assert document.url == "https://example.org/fever"
    assert document.published == "2024-03-02"
    assert document.language == "en"
    assert [(section.heading, section.text) for section in document.sections] == [
        ("", "A fever is\ncommon."),
        ("Care", "- Drink.\n- Rest well.\nAge | 0"),
    ]


def test_html_in_a_declared_chinese_encoding(tmp_path: Path) -> None:
    path = tmp_path / "fever.htm"
    page = PAGE.format(lang="zh", head='<meta charset="gb2312">', body="发热时多喝水，注意休息。")
    path.write_bytes(page.encode("gbk"))
    ((document,), _) = read_all(path)
    assert "发热时多喝水，注意休息。" in text_of(document)


def test_html_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "download"
    path.write_text(PAGE.format(lang="en", head="", body="A fever."), encoding="utf-8")
    assert read_all(path)[0][0].title == "Fever"


def test_deeply_nested_html_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<html><body>" + "<span>" * 400 + "deep" + "</span>" * 400 + "</body></html>")
    assert text_of(read_all(path)[0][0]) == "deep"


def test_a_page_drawn_by_a_script_is_skipped_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "app.html"
    path.write_text("<html><body><div id=app></div><script>draw()</script></body></html>")
    documents, (skip,) = read_all(path)
    assert documents == []
    assert "script" in skip.reason
