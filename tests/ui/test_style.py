"""The page's colours can be read (WCAG AA: 4.5 to 1), and its files name no place on the web."""

from __future__ import annotations

import re
from importlib import resources

import pytest

CSS = resources.files("ui").joinpath("style.css").read_text(encoding="utf-8")
PAIRS = [
    ("ink", "ground"), ("ink", "card"), ("soft", "ground"), ("soft", "card"), ("ink", "said"), ("accent", "card"),
    ("accent", "said"), ("accent-ink", "accent"), ("mark-ink", "mark"), ("red", "red-ground"), ("red", "ground"),
    ("orange", "orange-ground"), ("blue", "blue-ground"), ("green", "green-ground"), ("grey", "grey-ground"),
    ("violet", "violet-ground"), *(("ink", f"{name}-ground") for name in ["orange", "blue", "green", "grey", "violet"]),
]  # fmt: skip


def palette(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :].split("}", 1)[0]
    return dict(re.findall(r"--wz-([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("pair", PAIRS, ids="/".join)
@pytest.mark.parametrize("scheme", [":root,", ".dark,"])
def test_text_can_be_read_on_its_ground(scheme, pair):
    colours = palette(scheme)

    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


def test_the_emergency_banner_is_white_on_a_red_that_carries_it():
    red = re.search(r"\.wz-banner\.wz-emergency, \.wz-alert \{ color: #fff; background: (#[0-9a-f]{6})", CSS)

    assert red and contrast("#ffffff", red[1]) >= 4.5


@pytest.mark.parametrize("name", ["style.css", "page.js", "texts.yaml"])
def test_nothing_is_fetched_from_the_web(name):
    text = resources.files("ui").joinpath(name).read_text(encoding="utf-8")

    assert "http:" not in text and "https:" not in text and "@import" not in text and "url(" not in text
