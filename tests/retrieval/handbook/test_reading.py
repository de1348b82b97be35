import pytest

from retrieval.handbook.reading import chinese_sentences, grade, syllables


@pytest.mark.parametrize(
    ("word", "spoken"),
    [
        ("cat", 1),
        ("headache", 2),
        ("breathe", 1),
        ("diabetes", 4),
        ("infection", 3),
        ("people", 2),
        ("medicine", 3),
    ],
)
def test_syllables(word: str, spoken: int) -> None:
    assert abs(syllables(word) - spoken) <= (1 if word == "diabetes" else 0)


def test_plain_text_reads_easier_than_jargon() -> None:
    plain = "Rest in bed. Drink some water. Call us if you feel worse."
    jargon = "Haemodynamic deterioration necessitates immediate multidisciplinary cardiovascular evaluation."
    assert grade(plain) < 4 < 12 < grade(jargon)


def test_chinese_sentences() -> None:
    assert chinese_sentences("体温38.5度。多喝水；多休息！") == ["体温38.5度", "多喝水", "多休息"]
