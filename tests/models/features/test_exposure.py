"""Earlier use counts only where the chart could show harm and shows none."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import RXNORM, SNOMED, Code, Concept
from models.features.exposure import REACTION, unharmed_days
from models.features.phenoconversion import taken
from models.patient import Allergy, Condition, Medication, PatientProfile
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
DRUG, OTHER, AS_OF = "2002", "2670", date(2026, 11, 25)


def medicine(began: str, code: str = DRUG, *, active: bool = True) -> Medication:
    return Medication(Concept((Code(RXNORM, code),)), active=active, ended="" if active else "2026-11-01", began=began)


def days(*medicines: Medication, **chart: object) -> int | None:
    profile = PatientProfile(AS_OF, medications=medicines or (medicine("2026-11-05"),), **chart)  # type: ignore[arg-type]
    return unharmed_days(DRUG, taken(profile, KNOWLEDGE), profile, KNOWLEDGE)


@pytest.mark.parametrize(
    ("medicines", "found"),
    [
        ([medicine("2026-11-05")], 20),
        ([medicine("2026-11-05"), medicine("2026-10-06")], 50),
        ([medicine("2026-10-06", active=False)], None),
        ([medicine("2026-10-06", OTHER)], None),
        ([medicine("")], None),
        ([medicine("2026-10")], None),
        ([medicine("2026-12-24")], None),
    ],
)
def test_days_since_the_earliest_order_in_force(medicines: list[Medication], found: int | None) -> None:
    assert days(*medicines) == found


@pytest.mark.parametrize("state", ["active", "past", "suspected"])
def test_a_sign_of_harm_in_any_state_takes_the_use_away(state: str) -> None:
    system, code = min(KNOWLEDGE.clinical[REACTION].codes)
    assert days(conditions=(Condition(Concept((Code(system, code),)), state),)) is None  # type: ignore[arg-type]
    assert days(allergies=(Allergy(Concept((Code(RXNORM, DRUG),)), state),)) is None  # type: ignore[arg-type]


def test_other_and_unknown_allergies_and_problems_change_nothing() -> None:
    allergies = (Allergy(Concept((Code(RXNORM, OTHER),))), Allergy(Concept((Code(SNOMED, "1"),))), Allergy(Concept(text="carbamazepine")))
    assert days(allergies=allergies, conditions=(Condition(Concept((Code(SNOMED, "1"),))),)) == 20


@pytest.mark.parametrize(("unread", "found"), [("allergies", None), ("conditions", None), ("measurements", 20)])
def test_what_was_not_read_shows_no_harm_and_no_tolerance(unread: str, found: int | None) -> None:
    assert days(unread=frozenset({unread})) == found
