"""Numbers, their units and whose age they are."""

from __future__ import annotations

import pytest

from agent.safety.measurements import find
from agent.safety.numbers import number


def values(text: str) -> dict[str, float]:
    return {m.name: m.value for m in find(text.lower()) if m.name != "duration_hours"}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("temp 38.5", "temperature_c", 38.5),
        ("101.3F", "temperature_c", 38.5),
        ("fever of 104", "temperature_c", 40.0),
        ("39 °C", "temperature_c", 39.0),
        ("三十九度五", "temperature_c", 39.5),
        ("39度5", "temperature_c", 39.5),
        ("烧到40", "temperature_c", 40.0),
        ("bp 190/125", "systolic", 190.0),
        ("190 over 125", "diastolic", 125.0),
        ("高压180低压110", "diastolic", 110.0),
        ("spo2 89%", "oxygen", 89.0),
        ("血氧 91", "oxygen", 91.0),
        ("heart rate 140", "pulse", 140.0),
        ("脉搏120次/分", "pulse", 120.0),
        ("sugar is 480", "glucose_mmol", 26.64),
        ("glucose 2.8 mmol", "glucose_mmol", 2.8),
        ("血糖33", "glucose_mmol", 33.0),
        ("haemoglobin 65 g/L", "haemoglobin", 6.5),
        ("血红蛋白80", "haemoglobin", 8.0),
        ("my 3 week old", "age_days", 21.0),
        ("2个月大", "age_days", 60.8),
        ("72岁", "age_days", 26298.0),
        ("62F here", "age_days", 22645.5),
        ("34 weeks pregnant", "pregnancy_weeks", 34.0),
        ("怀孕34周", "pregnancy_weeks", 34.0),
        ("停经50天", "pregnancy_weeks", 7.1),
    ],
)
def test_read_and_normalised(text: str, name: str, value: float) -> None:
    assert values(text).get(name) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "fever for 3 days",
        "烧了3天",
        "hba1c 8.5",
        "糖化血红蛋白7.5",
        "12/25 is my appointment",
        "open 24/7",
        "I weigh 70 kg",
        "call me at 555 1234",
        "chapter 38",
        "血压计多少钱",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert values(text) == {}


def test_age_is_not_duration() -> None:
    assert [m.name for m in find("宝宝两个月，咳嗽三天") if m.name == "duration_hours"] == ["duration_hours"]


@pytest.mark.parametrize(
    ("text", "value"), [("两", 2), ("十五", 15), ("三十", 30), ("一百二十", 120), ("半", 0.5), ("two", 2)]
)
def test_number_words(text: str, value: float) -> None:
    assert number(text) == value
