from pathlib import Path

import pytest

from retrieval.errors import UnreadableSourceError
from tests.retrieval.readers.files import pdf, read_all


def write(tmp_path: Path, data: bytes, name: str = "guide.pdf") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_pages_become_sections(tmp_path: Path) -> None:
    path = write(
        tmp_path, pdf("Asthma is common.\nIt makes breathing\nhard.", "See a doctor.", title="Asthma guide")
    )
    ((document,), skipped) = read_all(path)
    assert document.title == "Asthma guide"
    assert document.published == "2024-05"
    assert [(section.page, section.text) for section in document.sections] == [
        (1, "Asthma is common.\nIt makes breathing hard."),
        (2, "See a doctor."),
    ]
    assert skipped == []


def test_the_first_line_is_the_title_where_none_is_named(tmp_path: Path) -> None:
    assert (
        read_all(write(tmp_path, pdf("Leaflet on asthma\nIt is common.")))[0][0].title == "Leaflet on asthma"
    )


def test_a_pdf_is_known_by_its_content(tmp_path: Path) -> None:
    assert len(read_all(write(tmp_path, pdf("Hello there."), "report.txt"))[0]) == 1


def test_a_page_without_text_is_named(tmp_path: Path) -> None:
    documents, (skip,) = read_all(write(tmp_path, pdf("One.", "", "Three.")))
    assert [section.page for section in documents[0].sections] == [1, 3]
    assert skip.name == "guide.pdf (page 2)"


@pytest.mark.parametrize("pages", [("",), ("", "")])
def test_a_scan_is_skipped_with_a_way_out(tmp_path: Path, pages: tuple[str, ...]) -> None:
    documents, (skip,) = read_all(write(tmp_path, pdf(*pages)))
    assert documents == []
    assert "no text layer" in skip.reason
    assert "OCR" in skip.reason


def test_a_damaged_pdf_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"guide\.pdf: a damaged PDF"):
        read_all(write(tmp_path, b"%PDF-1.7\nnothing of the kind"))


def test_a_password_is_a_reason(tmp_path: Path) -> None:
    documents, (skip,) = read_all(write(tmp_path, ENCRYPTED))
    assert documents == []
    assert "password" in skip.reason


# A page encrypted with the standard handler (revision 2, RC4 of 40 bits); its keys match no empty password.
ENCRYPTED = pdf("Secret.").replace(
    b"/Root 1 0 R>>",
    b"/Root 1 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"
    b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">>>>>",
)
