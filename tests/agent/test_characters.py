"""Traditional characters are read as simplified ones everywhere, Cantonese words only by the red-flag rules."""

from agent.characters import characters, simplified
from agent.safety.findings import lexicon
from agent.safety.wording import fold
from agent.tables import table


def test_every_character_is_read_as_one_other_and_listed_once() -> None:
    pairs = [pair for kind in ("traditional", "cantonese") for pair in table("characters")[kind].split()]
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in pairs)
    assert len({pair[0] for pair in pairs}) == len(pairs)


def test_what_is_simplified_already_is_read_once_more_as_itself() -> None:
    read = characters("traditional")
    assert not [plain for plain in read.values() if ord(plain) in read]


def test_guards_and_rules_read_the_same_traditional_characters() -> None:
    said = "媽媽寫詩罵醫師，準備離開"
    plain = "妈妈写诗骂医师，准备离开"
    assert fold(said).text == simplified(said) == said.translate(lexicon().table) == plain


def test_a_cantonese_word_that_is_part_of_others_stays_for_the_guards() -> None:
    assert fold("误食，绝食").text == simplified("误食，绝食") == "误食，绝食"
    assert "食咗药".translate(lexicon().table) == "吃了药"
