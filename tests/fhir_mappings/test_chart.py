"""Problems, allergies, measurements and requests of a chart: what is read, what is left out, what becomes a gap."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.allergies import read_allergies
from fhir_mappings.conditions import read_conditions
from fhir_mappings.inputs import Read
from fhir_mappings.measurements import measurements_by_name, measurements_input, read_measurements
from fhir_mappings.requests import draft_request, read_requests
from models.chart import FamilyHistory
from models.codes import Concept
from models.knowledge.types import Knowledge
from models.patient import Condition

ICD10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
STROKE = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "230690007"}], "text": "stroke"}


def status(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "any", "code": code}]}


def condition(**members: Any) -> Read:
    return read_conditions([{"resourceType": "Condition", "id": "c1", "code": STROKE} | members])


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({}, "active"),
        ({"clinicalStatus": status("active")}, "active"),
        ({"clinicalStatus": status("recurrence")}, "active"),
        ({"clinicalStatus": status("relapse"), "verificationStatus": status("confirmed")}, "active"),
        ({"clinicalStatus": status("resolved")}, "past"),
        ({"clinicalStatus": status("remission")}, "past"),
        ({"clinicalStatus": "inactive"}, "past"),
        ({"abatementDateTime": "2020"}, "past"),
        ({"abatementBoolean": False}, "active"),
        ({"verificationStatus": status("provisional")}, "suspected"),
        ({"verificationStatus": status("differential")}, "suspected"),
        ({"verificationStatus": "unconfirmed"}, "suspected"),
        ({"abatementString": ""}, "active"),
        ({"verificationStatus": {"coding": [{"code": "confirmed"}, {"system": "s", "code": "410605003"}]}}, "active"),
        ({"clinicalStatus": {"text": "Resolved"}}, "past"),
    ],
)
def test_how_sure_and_how_present_a_problem_is(members: dict[str, Any], state: str) -> None:
    [read] = condition(**members).values
    assert (read.state, read.code.codings[0].system, read.origin) == (state, SNOMED, "Condition/c1")


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_fault_E01_E19_E21_what_was_refuted_or_entered_in_error_is_no_problem_and_no_allergy(verification: str) -> None:
    assert condition(verificationStatus=status(verification)) == Read()
    assert condition(verificationStatus={"text": verification.capitalize()}) == Read()
    allergy = {"resourceType": "AllergyIntolerance", "code": STROKE, "verificationStatus": status(verification)}
    assert read_allergies([allergy]) == Read()


@pytest.mark.parametrize("member", ["verificationStatus", "clinicalStatus"])
@pytest.mark.parametrize("stated", [{"text": "ruled out"}, {"coding": [{"system": SNOMED, "code": "410516002"}]}, {"coding": []}, "?"])
def test_a_status_that_is_not_understood_makes_it_suspected_and_is_told_once(member: str, stated: Any) -> None:
    """410516002 is "known absent": taken for active, it would be a problem that the patient does not have."""
    unclear = [{"id": name, "code": STROKE, member: stated} for name in ("x1", "x2")]
    problems = read_conditions([{"resourceType": "Condition"} | u for u in unclear])
    allergies = read_allergies([{"resourceType": "AllergyIntolerance"} | u for u in unclear])
    assert [v.state for v in (*problems.values, *allergies.values)] == ["suspected"] * 4
    assert [(g.subject, g.reason) for g in problems.gaps] == [("conditions", "not_understood")]
    assert [(g.subject, g.reason) for g in allergies.gaps] == [("allergies", "not_understood")]


def test_dates_of_a_problem() -> None:
    [read] = condition(onsetPeriod={"start": "2019-05-01T10:00:00Z"}, abatementDateTime="2020-01-02T00:00:00Z").values
    assert (read.began, read.ended) == ("2019-05-01", "2020-01-02")
    assert condition(onsetAge={"value": 40}).values[0].began == ""


def test_problems_in_words_only_are_told_once() -> None:
    words = [{"resourceType": "Condition", "id": f"c{n}", "code": {"text": "stroke"}} for n in (1, 2)]
    assert [(g.reason, g.origin) for g in read_conditions(words).gaps] == [("not_understood", "Condition/c1")]


def test_fault_E19_family_history_is_no_problem_of_the_patient() -> None:
    assert read_conditions([{"resourceType": "FamilyMemberHistory", "id": "f", "code": STROKE}]) == Read()


def coded(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


@pytest.mark.parametrize(
    "code",
    [
        coded(SNOMED, "312824007", "Family history of cancer of colon"),
        coded(ICD10_CM, "Z80.0"),
        coded("http://hl7.org/fhir/sid/icd-10", "z84"),
        {"coding": [{"system": ICD10_CM, "code": "Z82.3"}, STROKE["coding"][0]]},  # the relative's disease beside it
    ],
)
def test_fault_E19_a_code_for_family_history_on_the_problem_list_is_a_relatives(code: dict[str, Any]) -> None:
    [read] = condition(code=code, clinicalStatus=status("active"), verificationStatus=status("confirmed")).values
    assert isinstance(read, FamilyHistory)
    assert (read.relationship, read.origin) == (Concept(), "Condition/c1")
    assert condition(code=code, verificationStatus=status("refuted")) == Read()


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (coded(SNOMED, "399211009", "History of myocardial infarction"), "past"),
        (coded(ICD10_CM, "Z86.73"), "past"),
        (coded(ICD10_CM, "Z85.3"), "past"),
        (coded(SNOMED, "134405005", "Suspected breast cancer"), "suspected"),
        (coded(ICD10_CM, "Z94.4"), "active"),
        (coded(ICD10_CM, "Z79.01"), "active"),
        (coded("http://loinc.org", "Z80"), "active"),
    ],
)
def test_fault_E19_history_and_suspicion_in_the_code_outrank_an_active_status(code: dict[str, Any], state: str) -> None:
    [read] = condition(code=code, clinicalStatus=status("active")).values
    assert isinstance(read, Condition)
    assert read.state == state


@pytest.mark.parametrize(
    "words",
    ["Family history of stroke", "FH: stroke", "No evidence of stroke", "Ruled out stroke", "R/O stroke", "? stroke", "Suspected stroke"],
)
def test_fault_E19_words_against_a_plain_code_make_it_suspected_and_a_conflict(words: str) -> None:
    for code in ({"coding": STROKE["coding"], "text": words}, coded(SNOMED, "230690007", words)):
        read = condition(code=code)
        assert [v.state for v in read.values] == ["suspected"]
        assert [(g.reason, g.origin) for g in read.gaps] == [("conflict", "Condition/c1")]
        assert words not in read.gaps[0].because


def test_fault_E23_a_problem_in_a_system_that_nobody_reads_matches_nothing_and_is_told_once() -> None:
    """Seen in a converter: SNOMED CT codes under MedGen's system."""
    medgen = coded("https://www.ncbi.nlm.nih.gov/medgen", "230690007")
    read = read_conditions([{"resourceType": "Condition", "id": f"c{n}", "code": medgen} for n in (1, 2)])
    assert [g.reason for g in read.gaps] == ["not_understood"]
    assert not [v for v in read.values for c in v.code.codings if c.system == SNOMED]
    both = {"coding": [*medgen["coding"], *STROKE["coding"]]}
    assert condition(code=both).gaps == ()


def test_sites_histology_stage_and_category_are_carried_as_coded() -> None:
    url = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"
    [read] = condition(
        bodySite=[coded(SNOMED, "39607008")],
        extension=[{"url": url, "valueCodeableConcept": coded(SNOMED, "35917007")}],
        stage=[{"summary": coded("http://cancerstaging.org", "3C")}, {"type": coded(SNOMED, "1")}],
        category=[coded("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
    ).values
    assert [c.codings[0].code for c in (*read.sites, *read.histology, *read.stage)] == ["39607008", "35917007", "3C"]
    assert read.category == "encounter-diagnosis"


def test_an_allergy_names_its_code_and_the_substances_of_its_reactions() -> None:
    substance = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1116632"}]}
    given = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "code": STROKE,
        "reaction": [{"substance": substance}, {"substance": substance}],
    }
    assert [a.substance.codings[0].code for a in read_allergies([given]).values] == ["230690007", "1116632"]
    words = {"resourceType": "AllergyIntolerance", "code": {"text": "nuts"}}
    assert [g.subject for g in read_allergies([words, words | {"code": {"text": "eggs"}}]).gaps] == ["allergies"]


def measured(**members: Any) -> Read:
    code = {"coding": [{"system": LOINC, "code": "29463-7"}]}
    return read_measurements([{"resourceType": "Observation", "id": "w", "status": "final", "code": code} | members])


@pytest.mark.parametrize(
    ("members", "value", "unit", "comparator", "answer"),
    [
        ({"valueQuantity": {"value": 62.5, "unit": "kilogram", "system": UCUM, "code": "kg"}}, 62.5, "kg", "", ""),
        ({"valueQuantity": {"value": 140, "unit": "lb"}}, 140.0, "lb", "", ""),
        ({"valueQuantity": {"value": 5, "comparator": "<", "code": "mg/L"}}, 5.0, "mg/L", "<", ""),
        ({"valueInteger": 3}, 3.0, "", "", ""),
        ({"valueString": "deficient"}, None, "", "", "deficient"),
        ({"valueCodeableConcept": {"text": "low"}}, None, "", "", "low"),
    ],
)
def test_values_as_reported(members: dict[str, Any], value: float | None, unit: str, comparator: str, answer: str) -> None:
    [read] = measured(effectiveDateTime="2026-11-01T08:00:00Z", **members).values
    assert (read.value, read.unit, read.comparator, read.answer.text, read.effective) == (value, unit, comparator, answer, "2026-11-01")


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"system": UCUM, "code": "[lb_av]", "unit": "pounds"}, "[lb_av]"),
        ({"system": "urn:oid:2.16.840.1.113883.6.8", "code": "kg"}, "kg"),
        ({"system": SNOMED, "code": "258683005", "unit": "kg"}, "kg"),
        ({"system": "urn:local", "code": "g"}, ""),
        ({}, ""),
    ],
)
def test_a_unit_is_as_reported_and_a_code_of_another_system_is_none(quantity: dict[str, Any], unit: str) -> None:
    assert [m.unit for m in measured(valueQuantity={"value": 140} | quantity).values] == [unit]


def test_a_value_that_cannot_be_read_is_told_once_for_each_code() -> None:
    one = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": LOINC, "code": "29463-7"}]}}
    other = one | {"code": {"coding": [{"system": LOINC, "code": "8302-2"}]}}
    assert len(read_measurements([one | {"id": str(n)} for n in range(50)] + [other]).gaps) == 2


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"valueQuantity": {"value": "62"}},
        {"valueQuantity": {"unit": "kg"}},
        {"valueInteger": 1, "valueString": "2"},
        {"valueBoolean": True},
    ],
)
def test_a_value_that_cannot_be_read_is_a_gap(members: dict[str, Any]) -> None:
    assert [(g.subject, g.reason) for g in measured(**members).gaps] == [("measurements", "not_understood")]


def test_what_a_report_says_beside_the_value_is_kept() -> None:
    interpretation = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H"}]}]
    quantity = {"value": 1.4, "system": UCUM, "code": "mg/dL"}
    own = {"low": {"value": 0.6, "unit": "mg/dL"}, "high": {"value": 1.2, "code": "mg/dL"}}
    at = "2026-11-01T08:00:00+01:00"
    [read] = measured(
        status="amended", valueQuantity=quantity, interpretation=interpretation, referenceRange=[own], effectiveDateTime=at
    ).values
    assert (read.at, read.effective, read.amended, read.low, read.high, read.interpretation) == (at, "2026-11-01", True, 0.6, 1.2, ("H",))
    [two] = measured(valueQuantity=quantity, referenceRange=[own, own]).values
    [other] = measured(valueQuantity=quantity, referenceRange=[{"low": {"value": 53, "code": "umol/L"}}]).values
    assert (two.low, two.high, other.low) == (None, None, None)


def test_a_panels_values_are_in_its_components() -> None:
    systolic = {"code": {"coding": [{"system": LOINC, "code": "8480-6"}]}, "valueQuantity": {"value": 120, "code": "mm[Hg]"}}
    missing = {"code": {"coding": [{"system": LOINC, "code": "8462-4"}]}, "dataAbsentReason": status("unknown")}
    [read] = measured(component=[systolic, missing], dataAbsentReason=status("unknown")).values
    assert (read.code.codings[0].code, read.value, read.element) == ("8480-6", 120, "Observation.component")
    assert measured(hasMember=[{"reference": "Observation/2"}]) == Read()
    assert len(measured(component=[systolic], valueInteger=3).values) == 2


def test_a_search_for_a_pressure_asks_for_the_panel_that_holds_it(knowledge: Knowledge) -> None:
    """US Core reports a blood pressure under the panel's code; the systolic value's own code stands in a component."""
    asked = measurements_by_name(knowledge, ["systolic-pressure"])
    assert {"8480-6", "85354-9"} <= {code for _, code in asked.codes}
    assert "|85354-9" in asked.query
    assert "|85354-9" not in measurements_by_name(knowledge, ["height"]).query


def test_a_number_in_words_stays_words() -> None:
    [read] = measured(valueString="72 kg").values
    assert (read.value, read.answer.text) == (None, "72 kg")


@pytest.mark.parametrize("members", [{"status": "preliminary"}, {"status": "entered-in-error"}, {"dataAbsentReason": status("unknown")}])
def test_fault_E01_E02_what_is_not_final_or_absent_is_no_value(members: dict[str, Any]) -> None:
    assert measured(**{"valueInteger": 1, **members}) == Read()


def test_the_search_asks_for_every_measurement_that_a_rule_can_name(knowledge: Knowledge) -> None:
    wanted = measurements_input(knowledge)
    asked = [name for name in knowledge.clinical.values() if name.use == "rules"]
    codes = {code for name in asked for system, code in name.codes if system == LOINC}
    assert codes
    later = {code for name in knowledge.clinical.values() if name.use == "later" for system, code in name.codes if system == LOINC}
    assert not [code for code in later if code in wanted.query]
    assert all(code in measurements_input(knowledge, ("rules", "later")).query for code in later | codes)
    assert all(f"{LOINC}|{code}" in wanted.query for code in codes)
    assert {code for _, code in wanted.codes} == codes


def test_a_request_is_open_and_says_its_kind() -> None:
    surgery = {"coding": [{"system": SNOMED, "code": "387713003"}]}
    given = {"resourceType": "ServiceRequest", "id": "s", "code": STROKE, "category": [surgery], "authoredOn": "2026-11-20T10:00:00Z"}
    assert read_requests([given | {"status": s} for s in ("draft", "completed", "revoked", "entered-in-error", "unknown")]) == Read()
    assert read_requests([given | {"status": "active", "doNotPerform": True}]) == Read()
    [read] = read_requests([given | {"status": "active"}]).values
    assert ([c.code for c in read.code.codings], read.draft, read.authored) == (["230690007", "387713003"], False, "2026-11-20")
    assert draft_request({"code": {"concept": STROKE}}, selected=False).code.codings[0].code == "230690007"


@pytest.mark.parametrize(
    ("category", "to_medicine"),
    [
        (None, True),
        ([], True),
        (["medication"], True),
        (["biologic", "food"], True),
        (["food"], False),
        (["food", "environment"], False),
        ("food", True),
        ([17], True),
    ],
)
def test_an_allergy_to_food_or_surroundings_is_known_by_its_categories_alone(category: Any, to_medicine: bool) -> None:
    [allergy] = read_allergies([{"resourceType": "AllergyIntolerance", "id": "a", "code": STROKE, "category": category}]).values
    assert allergy.to_medicine is to_medicine
