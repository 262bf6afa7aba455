"""Family history: whose, what, since which age; what is left out and what becomes a gap."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.family_history import FAMILY, read_family
from fhir_mappings.inputs import Read

SNOMED, UCUM = "http://snomed.info/sct", "http://unitsofmeasure.org"
MOTHER = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}]}
BREAST = {"coding": [{"system": SNOMED, "code": "254837009"}]}


def history(**members: Any) -> Read:
    base = {"resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "relationship": MOTHER}
    return read_family([base | members])


def years(value: float, unit: str = "a") -> dict[str, Any]:
    return {"value": value, "system": UCUM, "code": unit}


def test_each_condition_of_a_relative_is_one_value() -> None:
    read = history(
        sex={"coding": [{"code": "female"}]}, deceasedBoolean=True, condition=[{"code": BREAST, "onsetAge": years(42)}, {"code": BREAST}]
    )
    first, second = read.values
    assert (first.relationship.codings[0].code, first.condition.codings[0].code, first.onset) == ("MTH", "254837009", (42, 42))
    assert (first.deceased, first.sex, first.origin, second.onset) == (True, "female", "FamilyMemberHistory/f", None)
    assert read.gaps == ()


def test_a_relative_without_conditions_is_kept() -> None:
    [read] = history().values
    assert (bool(read.condition), read.deceased) == (False, None)


@pytest.mark.parametrize(
    ("onset", "expected"),
    [
        ({"onsetAge": years(18, "mo")}, (1.5, 1.5)),
        ({"onsetRange": {"low": years(40), "high": years(49)}}, (40, 49)),
        ({"onsetAge": years(42, "")}, None),
        ({"onsetAge": {"value": 42}}, None),
        ({"onsetAge": years(142)}, None),
        ({"onsetAge": years(42) | {"comparator": "<"}}, None),
        ({"onsetRange": {"low": years(50), "high": years(40)}}, None),
        ({"onsetString": "in her forties"}, None),
        ({}, None),
    ],
)
def test_an_age_at_onset_needs_its_unit(onset: dict[str, Any], expected: tuple[float, float] | None) -> None:
    assert [f.onset for f in history(condition=[{"code": BREAST} | onset]).values] == [expected]


@pytest.mark.parametrize(
    ("deceased", "expected"),
    [({"deceasedAge": years(60)}, True), ({"deceasedDate": "1999"}, True), ({"deceasedBoolean": False}, False), ({}, None)],
)
def test_deceased(deceased: dict[str, Any], expected: bool | None) -> None:
    assert [f.deceased for f in history(**deceased).values] == [expected]


def test_fault_E01_a_family_history_entered_in_error_is_none() -> None:
    assert history(status="entered-in-error", condition=[{"code": BREAST}]) == Read()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"relationship": None}, "who it is"),
        ({"condition": [{"code": {"text": "cancer"}}]}, "no code"),
        ({"status": "health-unknown"}, "not known"),
        ({"status": "partial"}, "partial"),
    ],
)
def test_what_is_missing_is_told(members: dict[str, Any], words: str) -> None:
    assert [words in gap.because for gap in history(**members).gaps] == [True]


def test_the_input_is_read_on_demand() -> None:
    assert (FAMILY.field, FAMILY.resource_type, FAMILY.on_demand) == ("family", "FamilyMemberHistory", True)
