from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sentences import boundaries, sentences


def split(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See Dr. Smith. He can help.", ["See Dr. Smith.", "He can help."]),
        ("Take 3.5 mg daily. Do not exceed 10 mg.", ["Take 3.5 mg daily.", "Do not exceed 10 mg."]),
        ("Hepatitis B. It is a virus.", ["Hepatitis B.", "It is a virus."]),
        ("J. K. Smith wrote it. Good.", ["J. K. Smith wrote it.", "Good."]),
        ("Use e.g. Tylenol, i.e. paracetamol. Fine!", ["Use e.g. Tylenol, i.e. paracetamol.", "Fine!"]),
        (
            "See Fig. 2 and no. 5. The answer is no. Stop.",
            ["See Fig. 2 and no. 5.", "The answer is no.", "Stop."],
        ),
        ("It hurts.[1,2] It stops.", ["It hurts.[1,2]", "It stops."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        (
            "The U.S. Food and Drug Administration agreed. Good.",
            ["The U.S. Food and Drug Administration agreed.", "Good."],
        ),
        ("Call now! Is it bad? Yes.", ["Call now!", "Is it bad?", "Yes."]),
    ],
)
def test_english(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("头痛常在一侧。怕光、怕吵！怎么办？", ["头痛常在一侧。", "怕光、怕吵！", "怎么办？"]),
        ("这叫“先兆。”他说。", ["这叫“先兆。”", "他说。"]),
        ("体温38.5℃以上要看医生。COVID-19也要。", ["体温38.5℃以上要看医生。", "COVID-19也要。"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
    ],
)
def test_chinese(text: str, expected: list[str]) -> None:
    assert split(text, "zh") == expected


def test_a_wrapped_line_goes_on_and_a_list_line_does_not() -> None:
    text = (
        "Blood is carried by arteries to the whole body and\nreturns in veins. See:\n- Chest pain\n2. A cough"
    )
    assert split(text) == [
        "Blood is carried by arteries to the whole body and\nreturns in veins.",
        "See:",
        "Chest pain",
        "A cough",
    ]


@given(
    st.text(alphabet=st.sampled_from("ab A.。!？ \n“”1-[]。.…中文\u3000"), max_size=200),
    st.sampled_from(["en", "zh", ""]),
)
def test_spans_are_ordered_inside_the_text_and_lose_no_word(text: str, language: str) -> None:
    spans = sentences(text, language)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert (boundaries(text, language)[-1:] == [len(text)]) is bool(text)
    letters = "".join(c for c in text if c.isalpha())
    assert "".join(c for start, end in spans for c in text[start:end] if c.isalpha()) == letters
