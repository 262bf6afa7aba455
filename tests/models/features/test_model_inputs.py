"""Inputs of models from a chart: a value with its origin, or why there is none. "Nothing on file" is "no" only where the whole was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.chart import FamilyHistory
from models.codes import RXNORM, Code, Concept
from models.features.model_inputs import Known, read_inputs
from models.knowledge.site import with_stated
from models.patient import Condition, Gap, Measurement, Medication, PatientProfile
from tests.support.cases import coded
from tests.support.shipped import shipped

AS_OF = date(2026, 11, 27)
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def person(**members: Any) -> PatientProfile:
    return PatientProfile(AS_OF, **({"birth_date": "1970-05-05", "sex": "female"} | members))


def read(name: str, profile: PatientProfile) -> Known | Gap:
    return read_inputs([name], profile, shipped())[name]


def measured(name: str, value: float, unit: str, day: str = "2026-10-01", **members: Any) -> Measurement:
    return Measurement(coded(name, shipped()), value, unit, effective=day, origin=f"Observation/{name}", **members)


def known(name: str, profile: PatientProfile) -> Known:
    found = read(name, profile)
    assert isinstance(found, Known), found
    return found


def gap(name: str, profile: PatientProfile) -> Gap:
    found = read(name, profile)
    assert isinstance(found, Gap), found
    return found


def test_a_measurement_comes_in_the_models_unit_with_its_day_and_origin() -> None:
    found = known("total-cholesterol", person(measurements=(measured("total-cholesterol", 5.0, "mmol/L"),)))
    assert found.value == pytest.approx(193.3, abs=0.1)
    assert (found.origin, found.effective) == ("Observation/total-cholesterol", "2026-10-01")


@pytest.mark.parametrize(("value", "unit", "percent"), [(6.5, "%", 6.5), (48, "mmol/mol", 6.54), (53, "mmol/mol", 7.0)])
def test_hba1c_of_both_scales_is_percent(value: float, unit: str, percent: float) -> None:
    assert known("hba1c", person(measurements=(measured("hba1c", value, unit),))).value == pytest.approx(percent, abs=0.01)


def test_albumin_in_mg_per_mmol_is_mg_per_g() -> None:
    assert known("uacr", person(measurements=(measured("uacr", 3.0, "mg/mmol"),))).value == pytest.approx(26.5, abs=0.1)


def test_body_mass_follows_from_height_and_weight_and_is_as_old_as_the_older() -> None:
    both = (measured("height", 180, "cm", "2020-01-01"), measured("weight", 81, "kg", "2026-10-01"))
    found = known("bmi", person(measurements=both))
    assert found.value == pytest.approx(25.0) and found.derived and found.effective == "2020-01-01"


def test_body_mass_that_was_measured_stands_in_where_height_is_missing() -> None:
    assert known("bmi", person(measurements=(measured("bmi", 31.0, "kg/m2"),))).value == 31.0


def test_the_filtration_rate_is_worked_out_without_race_from_creatinine() -> None:
    found = known("egfr", person(measurements=(measured("creatinine", 1.0, "mg/dL"),)))
    assert found.value == pytest.approx(66.1, abs=0.05) and found.derived


def test_a_filtration_rate_by_an_older_equation_is_not_taken() -> None:
    """LOINC 33914-3 is the MDRD equation, which had a term for race."""
    old = Measurement(Concept((Code("http://loinc.org", "33914-3"),)), 55.0, "mL/min/{1.73_m2}", effective="2026-10-01")
    assert gap("egfr", person(measurements=(old,))).reason == "unavailable"


@pytest.mark.parametrize("birth", ["", "1970", "1970-11", "2031-01-01", "soon"])
def test_an_age_needs_a_full_birth_date(birth: str) -> None:
    assert gap("age", person(birth_date=birth)).subject == "age"


def test_completed_years() -> None:
    assert [known("age", person(birth_date=day)).value for day in ("1970-11-27", "1970-11-28")] == [56.0, 55.0]


@pytest.mark.parametrize("sex", ["", "other", "unknown"])
def test_fault_E36_a_sex_that_no_model_was_made_for_is_a_gap(sex: str) -> None:
    assert gap("sex", person(sex=sex)).because == "the chart gives no sex that the model was made for"


@pytest.mark.parametrize(("reported", "reason"), [((), "unavailable"), (("asian", "white"), "conflict")])
def test_fault_E37_ancestry_is_read_and_never_guessed(reported: tuple[str, ...], reason: str) -> None:
    assert gap("ancestry", person(ancestry=reported)).reason == reason


@pytest.mark.parametrize(
    ("ancestry", "hispanic", "group"),
    [(("white",), False, "white"), (("white",), True, "hispanic"), ((), True, "hispanic"), (("white",), None, None), ((), False, None)],
)
def test_fault_E37_race_with_ethnicity_is_one_group_only_where_both_are_told(
    ancestry: tuple[str, ...], hispanic: bool | None, group: str | None
) -> None:
    found = read("race-ethnicity", person(ancestry=ancestry, hispanic=hispanic))
    assert (found.value if isinstance(found, Known) else None) == group


def test_a_problem_list_that_was_read_whole_means_no() -> None:
    assert known("diabetes", person()).value == 0.0


@pytest.mark.parametrize(("state", "active", "history"), [("active", 1.0, 1.0), ("past", 0.0, 1.0)])
def test_what_is_past_counts_where_the_history_does(state: Any, active: float, history: float) -> None:
    problems = (Condition(coded("hypertension", shipped()), state), Condition(coded("heart-failure", shipped()), state))
    assert known("hypertension", person(conditions=problems)).value == active
    assert known("heart-failure", person(conditions=problems)).value == history


def test_what_is_suspected_is_neither_yes_nor_no() -> None:
    problem = Condition(coded("diabetes-mellitus", shipped()), "suspected", origin="Condition/7")
    found = gap("diabetes", person(conditions=(problem,)))
    assert (found.reason, found.origin) == ("conflict", "Condition/7")


def test_a_problem_list_that_was_not_read_says_nothing_but_what_it_names_holds() -> None:
    problem = Condition(coded("diabetes-mellitus", shipped()), origin="Condition/7")
    assert gap("diabetes", person(unread=frozenset({"conditions"}))).reason == "unavailable"
    assert known("diabetes", person(unread=frozenset({"conditions"}), conditions=(problem,))).value == 1.0


def medicine(code: str, **members: Any) -> Medication:
    return Medication(Concept((Code(RXNORM, code),)), origin=f"MedicationRequest/{code}", **members)


def test_a_medicine_counts_by_its_group_while_it_is_taken() -> None:
    atorvastatin = medicine("83367")
    assert known("statin", person(medications=(atorvastatin,))).value == 1.0
    assert known("statin", person(medications=(replace(atorvastatin, active=False),))).value == 0.0
    assert known("antihypertensive", person(medications=(atorvastatin,))).value == 0.0


def test_a_medicine_that_is_not_known_may_be_any() -> None:
    found = gap("statin", person(medications=(medicine("99999999"),)))
    assert (found.reason, found.origin) == ("not_understood", "MedicationRequest/99999999")
    assert known("statin", person(medications=(medicine("99999999"), medicine("83367")))).value == 1.0


def relative(role: str, name: str = "", number: int = 1) -> FamilyHistory:
    condition = coded(name, shipped()) if name else Concept()
    return FamilyHistory(Concept((Code(ROLE, role),)), condition, origin=f"FamilyMemberHistory/{number}")


@pytest.mark.parametrize(
    ("family", "degree"),
    [
        ((relative("MTH", "diabetes-mellitus"),), "first-degree"),
        ((relative("GRMTH", "diabetes-mellitus"), relative("MTH")), "second-degree"),
        ((relative("GRMTH", "diabetes-mellitus"), relative("SIS", "diabetes-mellitus", 2)), "first-degree"),
        ((relative("MTH"), relative("FTH")), "none"),
        ((relative("AUNT"),), None),
        ((relative("COUSN", "diabetes-mellitus"), relative("MTH")), None),
        ((), None),
    ],
)
def test_diabetes_in_the_family_by_the_nearest_relative(family: tuple[FamilyHistory, ...], degree: str | None) -> None:
    """No near relative on file is not "none"; nor is a relative of unknown degree who had it."""
    found = read("family-diabetes", person(family=family))
    assert (found.value if isinstance(found, Known) else None) == degree


def test_smoking_is_what_was_answered_last() -> None:
    def answered(name: str, day: str) -> Measurement:
        return Measurement(coded("smoking-status", shipped()), answer=coded(name, shipped()), effective=day, origin=f"Observation/{day}")

    earlier, later = answered("current-smoker", "2020-01-01"), answered("former-smoker", "2025-01-01")
    assert known("current-smoker", person(measurements=(earlier, later))).value == 0.0
    assert gap("current-smoker", person()).because == "no coded answer on smoking is on file"


def test_what_no_chart_tells_is_given_by_the_site_or_missing() -> None:
    assert gap("region", person()).reason == "unavailable"
    stated = with_stated(shipped(), {"region": "other"})
    assert read_inputs(["region"], person(), stated)["region"] == Known("other")
    assert stated.digest != shipped().digest
    assert with_stated(shipped(), {"region": ""}) is shipped()


def test_every_input_can_be_asked_of_an_empty_chart() -> None:
    """Nothing is on file: nothing but age, sex and what a whole list does not name is known."""
    told = read_inputs(shipped().inputs, person(), shipped())
    sources = {name: shipped().inputs[name] for name in told}
    for name, found in told.items():
        if isinstance(found, Known):
            assert sources[name].origin in ("age", "sex", "condition", "history", "medication", "several", "carrier"), name
