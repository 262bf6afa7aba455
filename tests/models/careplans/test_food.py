"""Energy by the equation of Mifflin and St Jeor, and grams of carbohydrate: worked out by hand beside it."""

from __future__ import annotations

import pytest

from models.careplans.facts import Facts, flag, number
from models.careplans.food import energy, grams
from models.knowledge.types import Knowledge


def facts(weight: float, height: float, age: tuple[int, int], bmi: float, frail: bool = False) -> Facts:
    return {
        "weight": number("weight", weight, weight),
        "height": number("height", height, height),
        "age": number("age", *age),
        "bmi": number("bmi", bmi, bmi),
        "frail": flag("frail", frail),
    }


@pytest.mark.parametrize(
    ("person", "sex", "told"),
    [
        # 10 × 80 + 6.25 × 180 - 5 × 50 + 5 = 1680; × 1.2 = 2016, × 1.5 = 2520
        (facts(80, 180, (50, 50), 24.7), "male", (2000, 2500, False)),
        # 10 × 60 + 6.25 × 165 - 5 × 40 - 161 = 1270.25; × 1.2 = 1524, × 1.5 = 1905
        (facts(60, 165, (40, 40), 22.0), "female", (1500, 1900, False)),
        # 10 × 100 + 6.25 × 165 - 5 × 40 - 161 = 1670.25; 2004 - 750, 2505 - 500
        (facts(100, 165, (40, 40), 36.7), "female", (1250, 2000, True)),
        # the floor: 10 × 60 + 6.25 × 150 - 5 × 70 - 161 = 1026.5; 1232 - 750 and 1540 - 500 lie below 1200
        (facts(60, 150, (70, 70), 26.7), "female", (1200, 1200, True)),
        # frail: nothing is taken off
        (facts(100, 165, (40, 40), 36.7, frail=True), "female", (2000, 2500, False)),
        # 80 years: nothing is taken off; 10 × 100 + 6.25 × 180 - 5 × 80 + 5 = 1730; 2076 and 2595
        (facts(100, 180, (80, 80), 30.9), "male", (2100, 2600, False)),
        # a birth date of a year alone widens the range: 51 for the low end, 50 for the high one
        (facts(80, 180, (50, 51), 24.7), "male", (2000, 2500, False)),
    ],
)
def test_energy(person: Facts, sex: str, told: tuple[int, int, bool], knowledge: Knowledge) -> None:
    assert energy(knowledge.careplans["diabetes"].diet.energy, person, sex) == told


def test_grams_of_carbohydrate() -> None:
    assert grams(2000, 2500, (45, 60)) == (225, 375)  # 2000 × 0.45 / 4, 2500 × 0.60 / 4
    assert grams(1200, 1200, (26, 45)) == (80, 135)
