import datetime
from pathlib import Path

import pytest

from retrieval.handbook.check import check_folder
from retrieval.handbook.load import CardError, read_card
from retrieval.handbook.template import KINDS, write_template


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_a_card_that_is_not_finished(kind: str, tmp_path: Path) -> None:
    path = write_template(kind, "Wilson's disease", tmp_path, today=datetime.date(2026, 1, 2))
    file = read_card(path)
    assert file.errors == ()
    assert file.card is not None
    assert file.card.id == f"{kind}/wilson-s-disease"
    assert file.card.updated == "2026-01-02"
    found, _ = check_folder(tmp_path)
    assert any(problem.message == "still to be filled in" for problem in found)
    assert not any("the file should be" in problem.message for problem in found)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_template("topic", "Sleep", tmp_path)
    with pytest.raises(CardError, match="exists already"):
        write_template("topic", "Sleep", tmp_path)


def test_a_name_without_latin_letters_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="name the card in English"):
        write_template("topic", "睡眠", tmp_path)
