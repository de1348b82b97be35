import pytest

from agent.safety.locales import locale_codes, locale_for


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("us", "911"),
        ("gb", "999"),
        ("UK", "999"),
        ("cn", "120"),
        ("zh-CN", "120"),
        ("au", "000"),
        ("nz", "111"),
        ("eu", "112"),
        ("de", "112"),
        ("en_US", "911"),
    ],
)
def test_the_emergency_number_of_a_country(code: str, number: str) -> None:
    assert locale_for(code).emergency_number == number


@pytest.mark.parametrize("code", ["", "xx", "mars", "zz-zz"])
def test_an_unknown_place_gets_words_that_hold_everywhere(code: str) -> None:
    assert "112 works in many countries" in locale_for(code).emergency_number
    assert "120" in locale_for(code).get("emergency_number", "zh")


@pytest.mark.parametrize("code", locale_codes())
def test_every_locale_names_its_source_and_day_and_fills_every_variable(code: str) -> None:
    locale = locale_for(code)
    assert locale.source and locale.recorded and locale.emergency_number
    for language in ("en", "zh"):
        variables = locale.variables(language)
        assert {
            "emergency_number",
            "crisis_line",
            "crisis_line_name",
            "crisis_text_line",
            "poison",
            "abuse_line",
        } <= set(variables)
        assert not variables["crisis_line"] or variables["crisis_line_name"], "a number without a name"


def test_what_we_do_not_know_is_empty_and_not_guessed() -> None:
    assert locale_for("eu").crisis_line == ""
    assert locale_for("eu").variables("zh")["poison"] == ""


def test_a_name_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        locale_for("us").get("fax")
