"""Numbers in words: "two", 三十九, 半."""

from __future__ import annotations

NUMBER_WORDS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
}
CHINESE_NUMBER = r"(\d+(?:\.\d+)?|[零一二两三四五六七八九十百半]+)"
"""A number in digits or in characters, as a regular expression with one group."""


def number(text: str) -> float:
    """38.5, "two", 三十九, 半."""
    if text in NUMBER_WORDS:
        return float(NUMBER_WORDS[text])
    if text[0].isdigit():
        return float(text)
    if text == "半":
        return 0.5
    digits = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    total, current = 0, 0
    for char in text:
        if char == "百":
            total, current = total + (current or 1) * 100, 0
        elif char == "十":
            total, current = total + (current or 1) * 10, 0
        elif char in digits:
            current = digits[char]
    return float(total + current)
