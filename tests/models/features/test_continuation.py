"""For how long a dose has been taken, and every doubt that makes it a start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.codes import RXNORM, Code, Concept
from models.features.continuation import continued_days
from models.finding import Drug
from models.knowledge.types import Drugs, Product
from models.patient import Dosage, Medication, Order, PatientProfile
from tests.support.small_knowledge import SOURCE

DRUGS = Drugs(
    {"10": Drug("testol", "10"), "20": Drug("otherol", "20")},
    {"100": Product(("10",), "ORAL"), "101": Product(("10",), "TOPICAL"), "120": Product(("10", "20"), "ORAL")},
    {},
    {},
    SOURCE,
)


def coded(code: str) -> Concept:
    return Concept((Code(RXNORM, code),))


def dose(amount: float = 50, unit: str = "mg", per_day: float | None = 1) -> tuple[Dosage, ...]:
    return (Dosage(amount, amount, unit, per_day),)


ORDER = Order("MedicationRequest/1", coded("100"), dosages=dose())
TAKEN = Medication(coded("100"), began="2026-01-01", dosages=dose())
DAYS = (date(2026, 11, 25) - date(2026, 1, 1)).days


def days(taken: Medication = TAKEN, *orders: Order, as_of: date = date(2026, 11, 25)) -> int:
    return continued_days(PatientProfile(as_of, medications=(taken,), orders=orders or (ORDER,)), "10", DRUGS)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (TAKEN, DAYS),
        (replace(TAKEN, medication=coded("10")), DAYS),  # the ingredient, route not known
        (replace(TAKEN, medication=coded("120")), 0),  # of which the amount is not that of one ingredient
        (replace(TAKEN, dosages=dose(25, per_day=2)), DAYS),
        (replace(TAKEN, dosages=dose(100)), DAYS),
        (replace(TAKEN, dosages=dose(25)), 0),
        (replace(TAKEN, dosages=dose(0.05, "g")), DAYS),
        (replace(TAKEN, dosages=dose(0.04, "g")), 0),
        (replace(TAKEN, dosages=dose(60000, "mcg")), DAYS),
        (replace(TAKEN, dosages=dose(60, "mg/kg")), 0),  # of what is not said
        (replace(TAKEN, dosages=dose(60, "")), 0),
        (replace(TAKEN, dosages=dose(per_day=None)), 0),
        (replace(TAKEN, dosages=(*dose(), *dose(per_day=None))), 0),
        (replace(TAKEN, dosages=()), 0),
        (replace(TAKEN, medication=coded("101")), 0),  # on the skin
        (replace(TAKEN, medication=coded("20")), 0),
        (replace(TAKEN, active=False), 0),
        (replace(TAKEN, ended="2026-11-24"), 0),  # the supply ran out
        (replace(TAKEN, ended="2026-12-24"), DAYS),
        (replace(TAKEN, began=""), 0),
        (replace(TAKEN, began="2026-13-01"), 0),
        (replace(TAKEN, began="last year"), 0),
        (replace(TAKEN, began="2026-12-01"), 0),  # not yet
        (replace(TAKEN, began="2025"), 0),  # a partial date is not read
        (replace(TAKEN, began="2026-01-01T10:00:00Z"), DAYS),
    ],
)
def test_what_counts_as_taken(taken: Medication, expected: int) -> None:
    assert days(taken) == expected


def test_tablets_are_not_compared() -> None:
    assert days(replace(TAKEN, dosages=dose(1, "{tbl}")), replace(ORDER, dosages=dose(1, "{tbl}"))) == 0


def test_a_combination_is_not_compared() -> None:
    assert days(TAKEN, replace(ORDER, medication=coded("120"))) == 0


def test_every_selected_order_must_be_covered() -> None:
    higher = replace(ORDER, id="MedicationRequest/2", dosages=dose(100))
    assert days(TAKEN, ORDER, higher) == 0
    assert days(TAKEN, ORDER, replace(higher, selected=False)) == DAYS


def test_several_instructions_add_up_or_follow_each_other() -> None:
    twice, rising = (*dose(25), *dose(50)), replace(ORDER, dosages=(*dose(25), *dose(50)))
    assert days(replace(TAKEN, dosages=twice), rising) == DAYS  # the same
    assert days(replace(TAKEN, dosages=dose(75)), rising) == DAYS  # 75 mg at most
    assert days(replace(TAKEN, dosages=dose(50)), rising) == 0
    assert days(replace(TAKEN, dosages=twice), ORDER) == 0  # 25 mg may be all that was taken
    assert days(replace(TAKEN, dosages=twice), replace(ORDER, dosages=dose(25))) == DAYS


def test_a_dose_that_is_not_ordered_covers_nothing() -> None:
    assert days(TAKEN, replace(ORDER, dosages=())) == 0


def test_the_longest_of_several_counts() -> None:
    profile = PatientProfile(date(2026, 11, 25), medications=(replace(TAKEN, began="2026-11-01"), TAKEN), orders=(ORDER,))
    assert continued_days(profile, "10", DRUGS) == DAYS
