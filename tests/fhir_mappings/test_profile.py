"""From everything gathered to one profile."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from fhir_mappings.allergies import ALLERGIES
from fhir_mappings.conditions import CONDITIONS
from fhir_mappings.family_history import FAMILY
from fhir_mappings.genotypes import SingleGene, read_genotypes
from fhir_mappings.inputs import Found, Input, Record
from fhir_mappings.medications import MEDICATIONS
from fhir_mappings.orders import read_orders
from fhir_mappings.patient import PATIENT
from fhir_mappings.procedures import PROCEDURES
from fhir_mappings.profile import read_profile
from fhir_mappings.reasons import REASON_LOST
from fhir_mappings.requests import REQUESTS
from fhir_mappings.statements import STATEMENTS
from fhir_mappings.tumours import markers_input
from models.codes import ICD10_CM, LOINC, RXNORM, SNOMED
from models.errors import PatientMismatch
from models.knowledge.types import Knowledge
from models.patient import Order, PatientProfile
from tests.support.fhir_examples import OBSERVATIONS, observation, orders, patient

SINGLE = SingleGene(frozenset({"79714-2", "79715-9"}), {"57979-7": "*15:02"})
GENOTYPES = Input("genotypes", "Observation?x", "Observation", lambda resources: read_genotypes(resources, SINGLE), required=True)
TODAY = date(2026, 11, 25)


def _profile(
    seen: Sequence[dict[str, Any]],
    *,
    found: dict[str, Found] | None = None,
    drafts: Any = None,
    selected: tuple[str, ...] | None = None,
    strict: bool = False,
    **record: Any,
) -> PatientProfile:
    gathered = {"patient": Found((patient(),)), "genotypes": Found(tuple(seen))} | (found or {})
    return read_profile(
        Record(gathered, **record),
        (PATIENT, GENOTYPES),
        patient="pat-1",
        server="https://ehr.example/fhir",
        drafts=orders("codeable-concept") if drafts is None else drafts,
        selected=selected,
        as_of=TODAY,
        strict=strict,
    )


def test_one_patient_one_order_one_result() -> None:
    profile = _profile([observation("stu3-genotype")])
    assert (profile.as_of, profile.birth_date, profile.sex, profile.deceased) == (TODAY, "1961-07-14", "female", False)
    assert [g.diplotypes for g in profile.genotypes] == [("CYP2C19 *2/*2",)]
    assert [o.id for o in profile.orders] == ["MedicationRequest/order-1"]
    assert profile.gaps == () and profile.genotypes_complete


def test_fault_B03_another_patients_result_changes_nothing_but_the_gaps() -> None:
    without, with_it = _profile([observation("stu3-genotype")]), _profile([observation("stu3-genotype"), observation("other-patient")])
    assert with_it.genotypes == without.genotypes
    assert [g.reason for g in with_it.gaps] == ["other_patient"]


def test_fault_B03_every_foreign_resource_is_counted() -> None:
    two = [observation("other-patient"), observation("other-patient") | {"id": "another"}]
    assert _profile([observation("stu3-genotype"), *two]).foreign == 2


def test_fault_B03_strict_distrusts_everything_beside_a_foreign_resource() -> None:
    with pytest.raises(PatientMismatch, match="trust nothing beside one"):
        _profile([observation("stu3-genotype"), observation("other-patient")], strict=True)
    assert _profile([observation("stu3-genotype")], strict=True).genotypes


@pytest.mark.parametrize(
    "make", [lambda: _profile([], found={"patient": Found((patient(id="pat-2"),))}), lambda: _profile([], drafts=orders("other-patient"))]
)
def test_fault_B02_B04_mismatches_stop_everything(make: Callable[[], PatientProfile]) -> None:
    with pytest.raises(PatientMismatch):
        make()


def test_fault_B02_a_foreign_patient_in_any_place() -> None:
    stranger = patient(id="pat-2")
    for more in ({"found": {"x": Found((stranger,))}}, {"referenced": {"Patient/pat-2": stranger}}):
        with pytest.raises(PatientMismatch):
            _profile([], **more)


def test_fault_B08_identifier_of_the_patient_resource_counts() -> None:
    logical = observation("stu3-genotype", subject={"identifier": {"system": "http://hospital.example/mrn", "value": "4711"}})
    assert len(_profile([logical]).genotypes) == 1
    assert [g.reason for g in _profile([logical], found={"patient": Found()}).gaps] == ["unattributed"]


@pytest.mark.parametrize(
    ("found", "complete"),
    [
        (Found(), True),
        (Found(complete=False, because="a page is missing"), False),
        (Found(failed=True, because="the server failed"), False),
        (None, False),
    ],
)
def test_fault_C10_incomplete_results_never_mean_none_on_file(found: Found | None, complete: bool) -> None:
    inputs = (GENOTYPES,)
    record = Record({"genotypes": found} if found else {})
    profile = read_profile(record, inputs, patient="pat-1", server="", drafts={}, selected=None, as_of=TODAY)
    assert profile.genotypes_complete is complete
    assert [g.reason for g in profile.gaps] == ([] if complete else ["unavailable"])


def test_referenced_medicines_and_gaps_of_gathering_come_through() -> None:
    medication = {"resourceType": "Medication", "id": "med-1", "code": {"text": "x"}}
    profile = _profile([], drafts=orders("reference-elsewhere"), referenced={"Medication/med-1": medication})
    assert [o.medication.text for o in profile.orders] == ["x"]


def test_draft_entries_that_hold_no_resource_are_told() -> None:
    drafts = orders("codeable-concept")
    drafts["entry"] += [{"resource": {"id": "x"}}, {}]
    profile = _profile([], drafts=drafts)
    assert len(profile.orders) == 1
    assert [(g.subject, g.reason) for g in profile.gaps] == [("draft order", "not_understood")]


def test_shuffling_and_repeating_change_nothing() -> None:
    everything = [observation(name) for name in OBSERVATIONS]
    expected = _profile(everything)
    chance = random.Random(7)
    for _ in range(20):
        shuffled = [*everything, *chance.sample(everything, 5)]
        chance.shuffle(shuffled)
        profile = _profile(shuffled)
        assert profile.genotypes == expected.genotypes
        assert set(profile.gaps) == set(expected.gaps)


def test_status_entered_in_error_is_the_same_as_removal() -> None:
    for name in OBSERVATIONS:
        rest = [
            observation(n) for n in OBSERVATIONS[::5] if n != name and f"Observation/{name}'" not in str(observation(n).get("derivedFrom"))
        ]
        assert _profile([*rest, observation(name, status="entered-in-error", derivedFrom=[])]).genotypes == _profile(rest).genotypes


def test_gaps_say_nothing_of_the_patient() -> None:
    marked = [
        observation(name, valueCodeableConcept={"text": "SECRET"}, note=[{"text": "SECRET"}], subject={"reference": "Patient/SECRET"})
        for name in OBSERVATIONS
    ] + [observation(n, valueCodeableConcept={"text": "SECRET"}) for n in ("stu1-metabolism", "hla-present", "single-gene-phenotype")]
    profile = _profile(marked)
    assert profile.gaps
    assert "SECRET" not in repr(profile.gaps)


def _chart(**found: Found) -> PatientProfile:
    """A profile of every input of the order services, of which `found` was gathered."""
    draft = orders("codeable-concept")
    draft["entry"][0]["resource"] |= {
        "reasonReference": [{"reference": "Condition/c1"}],
        "reasonCode": [{"coding": [{"system": "s", "code": "2"}]}],
    }
    draft["entry"].append(
        {"resource": {"resourceType": "ServiceRequest", "id": "s1", "subject": {"reference": "Patient/pat-1"}, "code": STROKE}}
    )
    inputs = (PATIENT, GENOTYPES, CONDITIONS, ALLERGIES, REQUESTS)
    given = {"patient": Found((patient(),)), "genotypes": Found()} | found
    return read_profile(Record(given), inputs, patient="pat-1", server="https://ehr.example/fhir", drafts=draft, selected=None, as_of=TODAY)


STROKE = {"coding": [{"system": "http://snomed.info/sct", "code": "230690007"}]}


def _known(order: Order) -> list[str]:
    return [coding.code for reason in order.reasons for coding in reason.codings]


def _condition(**members: Any) -> Found:
    return Found(({"resourceType": "Condition", "id": "c1", "code": STROKE, "subject": {"reference": "Patient/pat-1"}} | members,))


def test_a_reason_by_reference_is_the_problem_s_code() -> None:
    profile = _chart(conditions=_condition())
    assert _known(profile.orders[0]) == ["2", "230690007"]
    assert [c.origin for c in profile.conditions] == ["Condition/c1"]


@pytest.mark.parametrize(
    "members",
    [
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"subject": {"reference": "Patient/other"}},
        {"code": {"text": "x"}},
        {"code": {"coding": [{"system": ICD10_CM, "code": "Z82.3"}, *STROKE["coding"]]}},  # a relative's
    ],
)
def test_a_reason_that_was_refuted_or_is_another_patient_s_is_none(members: dict[str, Any]) -> None:
    assert _known(_chart(conditions=_condition(**members)).orders[0]) == ["2"]


def test_a_draft_service_is_a_request_and_no_order() -> None:
    profile = _chart()
    assert [(r.draft, r.selected, r.origin) for r in profile.requests] == [(True, True, "ServiceRequest/s1")]
    assert [o.id for o in profile.orders] == ["MedicationRequest/order-1"]


def test_what_was_not_read_whole_is_known_and_inputs_on_demand_make_no_noise() -> None:
    profile = _chart(conditions=Found(), allergies=Found(complete=False))
    assert profile.unread == {
        "reports",
        "allergies",
        "requests",
        "medications",
        "measurements",
        "family",
        "markers",
        "variants",
        "procedures",
    }
    assert [g.because for g in profile.gaps] == [REASON_LOST]
    assert _chart().unread > {"conditions"}
    assert _chart().gaps == ()


def test_a_reason_that_is_not_known_is_still_a_reason() -> None:
    """Else a problem on the list would decide what an order is for that says, in words, that it is for something else."""
    draft = orders("codeable-concept")
    for reason in ({"reasonCode": [{"text": "rate control"}]}, {"reasonReference": [{"reference": "Condition/elsewhere"}]}):
        draft["entry"][0]["resource"] |= reason
        [order] = read_orders(draft, None, {}).values
        assert order.reasons
        assert _known(order) == []


@pytest.mark.parametrize("change", [{"code": {"text": "stroke"}}, {"subject": None}, {"verificationStatus": {"text": "?"}}])
def test_what_was_left_out_of_an_input_makes_it_partly_read(change: dict[str, Any]) -> None:
    """An allergy in words only may be to anything: "no allergy" may not be concluded beside it."""
    given = {"resourceType": "AllergyIntolerance", "code": STROKE, "subject": {"reference": "Patient/pat-1"}}
    assert "allergies" not in _chart(allergies=Found((given,))).unread
    assert "allergies" in _chart(allergies=Found((given | change,))).unread


def test_a_reason_in_any_other_prefetch_key_is_found_if_it_is_the_patients() -> None:
    assert _known(_chart(diagnoses=_condition()).orders[0]) == ["2", "230690007"]
    foreign = _chart(diagnoses=_condition(subject={"reference": "Patient/pat-2"}))
    assert _known(foreign.orders[0]) == ["2"]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"subject": {"reference": "https://ehr.example/fhir/Patient/pat-1"}}, True),
        ({"subject": {"reference": "Patient/pat-2"}}, False),
        ({"resourceType": "Observation", "status": "final"}, True),
        ({"resourceType": "Observation", "status": "entered-in-error"}, False),
        ({"resourceType": "Observation", "status": "preliminary"}, False),
        ({"resourceType": "Procedure", "status": "not-done"}, False),
    ],
)
def test_a_contained_reason_counts_if_it_holds_and_is_the_patients(change: dict[str, Any], counts: bool) -> None:
    draft = orders("codeable-concept")
    inner = {"resourceType": "Condition", "id": "c", "code": STROKE} | change
    draft["entry"][0]["resource"] |= {"contained": [inner], "reasonReference": [{"reference": "#c"}]}
    [order] = read_orders(draft, None, {}, "https://ehr.example/fhir").values
    assert _known(order) == (["230690007"] if counts else [])


def test_fault_B04_a_draft_service_of_another_patient_is_no_request() -> None:
    draft = orders("codeable-concept")
    draft["entry"].append(
        {"resource": {"resourceType": "ServiceRequest", "id": "s1", "subject": {"reference": "Patient/pat-2"}, "code": STROKE}}
    )
    profile = _profile([], drafts=draft)
    assert (profile.requests, profile.foreign) == ((), 1)


def test_a_chart_that_names_its_medicines_by_reference_is_read_with_what_came_along() -> None:
    """Many an EHR does: a search brings the Medications beside the requests, or another prefetch key holds them."""
    product = {"resourceType": "Medication", "id": "x", "code": {"coding": [{"system": RXNORM, "code": "32937"}]}}
    own = {"id": "m1", "status": "active", "subject": {"reference": "Patient/pat-1"}}
    absolute = {"medicationReference": {"reference": "https://ehr.example/fhir/Medication/x"}}
    request = {"resourceType": "MedicationRequest", **own, **absolute}
    statement = {"resourceType": "MedicationStatement", **own, "medicationReference": {"reference": "Medication/x"}}

    def read(found: dict[str, Found], referenced: dict[str, Any]) -> PatientProfile:
        record = Record({"patient": Found((patient(),)), **found}, referenced=referenced)
        inputs = (PATIENT, MEDICATIONS, STATEMENTS)
        return read_profile(
            record, inputs, patient="pat-1", server="https://ehr.example/fhir", drafts=[], selected=None, as_of=TODAY, strict=False
        )

    beside = {"medications": Found((request, product)), "statements": Found((statement,))}
    for profile in (
        read(beside, {}),
        read({"medications": Found((request,)), "statements": Found((statement,))}, {"Medication/x": product}),
    ):
        assert [(m.origin, m.medication.codes(RXNORM)) for m in profile.medications] == [
            ("MedicationRequest/m1", ("32937",)),
            ("MedicationStatement/m1", ("32937",)),
        ]
        assert "medications" not in profile.unread
    lost = read({"medications": Found((request,))}, {})
    assert lost.medications == () and "medications" in lost.unread
    assert not [gap for gap in lost.gaps if gap.subject == "statements"], "few servers have statements, and none is told to lack them"


@pytest.mark.parametrize(
    ("differs", "birth", "sex", "told"),
    [
        ({"birthDate": "1971-07-14"}, "", "female", ["birthDate"]),
        ({"gender": "male"}, "1961-07-14", "", ["gender"]),
        ({"birthDate": "1961", "gender": "female"}, "1961-07-14", "female", []),
        ({"birthDate": "1961-08"}, "", "female", ["birthDate"]),
        ({}, "1961-07-14", "female", []),
    ],
)
@pytest.mark.parametrize("where", ["contained", "draft bundle", "another input"])
def test_fault_B19_a_patient_that_the_order_describes_otherwise_has_no_age_or_sex_to_calculate_with(
    where: str, differs: dict[str, Any], birth: str, sex: str, told: list[str]
) -> None:
    draft, found = orders("codeable-concept"), {}
    described = {"resourceType": "Patient", "id": "pat-1", "identifier": patient()["identifier"]} | differs
    if where == "contained":
        draft["entry"][0]["resource"] |= {"contained": [described | {"id": "p"}], "subject": {"reference": "#p"}}
    elif where == "draft bundle":
        draft["entry"].append({"resource": described})
    else:
        found = {"everything": Found((described,))}
    profile = _profile([], drafts=draft, found=found)
    assert (profile.birth_date, profile.sex) == (birth, sex)
    assert [name for gap in profile.gaps if gap.reason == "conflict" for name in ("birthDate", "gender") if name in gap.because] == told
    assert not [gap for gap in profile.gaps if "19" in gap.because]


def test_fault_B19_an_order_alone_tells_no_birth_date() -> None:
    draft = orders("codeable-concept")
    draft["entry"].append({"resource": {"resourceType": "Patient", "id": "pat-1", "birthDate": "1961-07-14"}})
    assert _profile([], drafts=draft, found={"patient": Found(failed=True)}).birth_date == ""


def test_fault_E19_relatives_markers_and_procedures_have_fields_of_their_own(knowledge: Knowledge) -> None:
    """A relative's disease is nowhere among the patient's, from whichever resource it comes."""
    own = {"subject": {"reference": "Patient/pat-1"}}
    relative = {
        "resourceType": "FamilyMemberHistory",
        "patient": {"reference": "Patient/pat-1"},
        "status": "completed",
        "relationship": {"text": "mother"},
        "condition": [{"code": STROKE}],
    }
    listed = {"resourceType": "Condition", "code": {"coding": [{"system": ICD10_CM, "code": "Z82.3"}, *STROKE["coding"]]}} | own
    graft = {"resourceType": "Procedure", "status": "completed", "code": {"coding": [{"system": SNOMED, "code": "18027006"}]}} | own
    receptor = {"coding": [{"system": LOINC, "code": "85337-4"}]}
    marker = {"resourceType": "Observation", "status": "final", "code": receptor, "valueString": "positive"} | own
    inputs = (PATIENT, CONDITIONS, FAMILY, PROCEDURES, markers_input(knowledge))
    found = {"patient": patient(), "conditions": listed, "family": relative, "procedures": graft, "markers": marker}
    profile = read_profile(
        Record({name: Found((resource,)) for name, resource in found.items()}),
        inputs,
        patient="pat-1",
        server="",
        drafts=None,
        selected=None,
        as_of=TODAY,
    )
    assert [c.code.codings[0].code for c in profile.conditions] == ["18027006"]
    assert [f.relationship.text for f in profile.family] == ["mother", ""]
    assert [m.positive for m in profile.markers] == [True]
    assert {"family", "markers", "conditions"}.isdisjoint(profile.unread)
    foreign = relative | {"patient": {"reference": "Patient/pat-2"}}
    other = read_profile(
        Record({"family": Found((foreign,))}), (FAMILY,), patient="pat-1", server="", drafts=None, selected=None, as_of=TODAY
    )
    assert (other.family, other.foreign) == ((), 1)
