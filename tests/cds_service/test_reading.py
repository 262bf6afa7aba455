"""The command `read`: what of a chart is understood, from where, and what is not."""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.reading.chart_file import chart_file
from cds_service.reading.report import read_chart
from cds_service.reading.text import text_of
from models.errors import PrecisionError
from models.knowledge.types import Knowledge
from tests.support.mutations import mutant

TALKS = Path(__file__).parents[1] / "conversations"
Json = dict[str, Any]
ME = {"reference": "Patient/pat-1"}
PATIENT = {"resourceType": "Patient", "id": "pat-1", "birthDate": "1962-04-01", "gender": "female"}
GENOTYPE = {
    "resourceType": "Observation",
    "id": "g",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]},
    "subject": ME,
    "effectiveDateTime": "2024-03-01",
    "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "48018-6"}]}, "valueCodeableConcept": {"text": "CYP2C19"}}],
    "valueCodeableConcept": {"text": "*2/*2"},
}
CLOPIDOGREL = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "309362", "display": "clopidogrel 75 MG"}]}
MEDICINE = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": ME}
MEDICINE |= {"medicationCodeableConcept": CLOPIDOGREL}


def bundle(*resources: Json, **members: Any) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]} | members


def read(document: Any, *words: str) -> Result:
    given = document if isinstance(document, str) else json.dumps(document)
    return CliRunner().invoke(main, ["read", "-", *words], input=given)


def told(document: Any, *words: str) -> Json:
    found: Json = json.loads(read(document, "--json", *words).stdout)
    return found


def said(document: Any, section: str) -> list[tuple[str, str, str]]:
    lines = [line for line in told(document)["understood"] if line["section"] == section]
    return [(line["said"], line.get("means", ""), line.get("where", "")) for line in lines]


def test_each_fact_is_told_with_its_meaning_and_its_place() -> None:
    chart = bundle(PATIENT, GENOTYPE, MEDICINE)
    (result,) = said(chart, "result")
    assert result[0] == "CYP2C19 *2/*2" and result[2].startswith("Observation/g")
    assert said(chart, "gene") == [("CYP2C19", "*2/*2, Poor Metabolizer", "")]
    assert said(chart, "medicine") == [
        ("clopidogrel 75 MG (309362), taken", "clopidogrel (RxNorm 32968), ORAL", "MedicationRequest/m medicationCodeableConcept")
    ]
    assert told(chart)["notUnderstood"] == []
    assert read(chart).exit_code == 0


def test_what_is_not_understood_is_told_and_changes_the_exit_status() -> None:
    chart = bundle(
        PATIENT, GENOTYPE | {"valueCodeableConcept": {"text": "a surprise"}}, MEDICINE | {"medicationCodeableConcept": {"text": "?"}}
    )
    found = read(chart)
    assert found.exit_code == 1
    assert "Observation/g" in found.stdout.partition("Not understood")[2] + found.stdout.partition("Open questions")[2]
    assert "not identified" in found.stdout


def test_a_medicine_that_no_code_identifies_is_marked() -> None:
    chart = bundle(PATIENT, MEDICINE | {"medicationCodeableConcept": {"text": "Prednisone"}})
    (line,) = [line for line in told(chart)["understood"] if line["section"] == "medicine"]
    assert line["lost"] and "not identified" in line["means"]
    found = read(chart)
    assert found.exit_code == 1 and "? Prednisone" in found.stdout and "was understood" not in found.stdout


def test_a_site_s_own_codes_are_known_as_to_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = bundle(PATIENT, MEDICINE | {"medicationCodeableConcept": {"coding": [{"system": "urn:oid:1.2.3", "code": "A-1"}]}})
    assert read(local).exit_code == 1
    codes = tmp_path / "codes.tsv"
    head = "system\tcode\tingredients\troute\towner\treason\treview_by"
    codes.write_text(f"{head}\nurn:oid:1.2.3\tA-1\t32968\toral\tpharmacy\tcatalogue\t2030-01-01\n", "utf-8")
    monkeypatch.setenv("PRECISION_HOOKS_SITE_CODES", str(codes))
    assert said(local, "medicine")[0][1] == "clopidogrel (RxNorm 32968), ORAL"
    assert read(local).exit_code == 0


def test_values_are_told_as_reported_and_as_rules_take_them() -> None:
    weight = {"value": 154.3, "unit": "[lb_av]", "system": "http://unitsofmeasure.org", "code": "[lb_av]"}
    weighed = {k: v for k, v in GENOTYPE.items() if k not in ("component", "valueCodeableConcept")} | {"id": "w", "valueQuantity": weight}
    weighed |= {"effectiveDateTime": date.today().isoformat()}
    chart = bundle(PATIENT, weighed | {"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}})
    assert said(chart, "measurement") == [("29463-7: 154.3 [lb_av]", "body weight", "Observation/w")]
    assert said(chart, "value") == [("body weight", "69.9893 kg", "Observation/w")]
    unknown = bundle(
        PATIENT, weighed | {"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "valueQuantity": {"value": 70}}
    )
    assert "not used" in said(unknown, "value")[0][1] and read(unknown).exit_code == 1


def test_relatives_variants_markers_and_tumours_have_lines_of_their_own() -> None:
    relative: Json = {"resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": ME}
    relative |= {"relationship": {"text": "mother"}}
    relative |= {
        "condition": [{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "254837009", "display": "breast cancer"}]}}]
    }
    marker = {k: v for k, v in GENOTYPE.items() if k != "component"} | {"id": "m", "valueCodeableConcept": {"text": "Positive"}}
    marker |= {"code": {"coding": [{"system": "http://loinc.org", "code": "85337-4"}]}}
    present = {"coding": [{"system": "http://loinc.org", "code": "LA9633-4"}]}
    variant = GENOTYPE | {
        "id": "v",
        "code": {"coding": [{"system": "http://loinc.org", "code": "69548-6"}]},
        "valueCodeableConcept": present,
    }
    tumour = {"resourceType": "Condition", "id": "t", "subject": ME, "clinicalStatus": {"coding": [{"code": "active"}]}}
    tumour |= {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "254637007", "display": "NSCLC"}]}}
    chart = bundle(PATIENT, relative, marker, variant, tumour)
    assert [s for s, _, _ in said(chart, "family")] == ["mother: breast cancer"]
    assert said(chart, "marker")[0][1:] == ("positive", "Observation/m value")
    assert said(chart, "variant") == [("CYP2C19", "present", "Observation/v valueCodeableConcept")]
    assert said(chart, "tumour")[0][1] == "OncoTree NSCLC, active"


def test_contradicting_results_stand_against_each_other() -> None:
    chart = bundle(PATIENT, GENOTYPE, GENOTYPE | {"id": "h", "valueCodeableConcept": {"text": "*1/*1"}})
    assert [means for _, means, _ in said(chart, "gene")] == ["*2/*2, Poor Metabolizer against *1/*1, Normal Metabolizer"]


def test_fault_B03_another_patient_s_resource_is_not_read() -> None:
    chart = bundle(PATIENT, GENOTYPE | {"subject": {"reference": "Patient/other"}})
    found = told(chart)
    assert [g["reason"] for g in found["notUnderstood"]] == ["other_patient"]
    assert not said(chart, "result") and "other" not in json.dumps(found).replace("other_patient", "").replace("another", "")


def test_what_no_rule_asks_for_is_counted_by_code() -> None:
    blood = GENOTYPE | {"id": "b", "code": {"coding": [{"system": "http://loinc.org", "code": "33762-6"}]}}
    found = told(bundle(PATIENT, blood, blood | {"id": "c"}, {"resourceType": "Encounter", "id": "e"}))
    assert found["notRead"] == {"Observation http://loinc.org|33762-6": 2, "Encounter": 1}


def test_what_R4B_refuses_is_told_and_read_all_the_same() -> None:
    chart = bundle(PATIENT, GENOTYPE | {"status": "final", "category": {"text": "Genetics"}})
    assert told(chart)["notValid"] == {"Observation/g": ["Observation.category: list_type"]}
    assert said(chart, "result") and read(chart).exit_code == 0
    assert "notValid" not in told(chart, "--no-validation")


def test_references_by_urn_are_followed_within_the_bundle() -> None:
    urn = "urn:uuid:6f0a4e1c-0000-4000-8000-000000000001"
    entries = [
        {"fullUrl": urn, "resource": {k: v for k, v in PATIENT.items() if k != "id"}},
        {"fullUrl": urn[:-1] + "2", "resource": GENOTYPE | {"subject": {"reference": urn}}},
    ]
    assert said({"resourceType": "Bundle", "type": "transaction", "entry": entries}, "gene") == [("CYP2C19", "*2/*2, Poor Metabolizer", "")]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([PATIENT, GENOTYPE], id="a list"),
        pytest.param("\n".join(map(json.dumps, (PATIENT, GENOTYPE))), id="one resource a line"),
        pytest.param(bundle(bundle(PATIENT), bundle(GENOTYPE)), id="Bundles in a Bundle"),
        pytest.param(bundle(GENOTYPE), id="no Patient, one subject"),
        pytest.param(GENOTYPE, id="one resource"),
    ],
)
def test_every_form_of_a_file(document: Any) -> None:
    assert said(document, "gene") == [("CYP2C19", "*2/*2, Poor Metabolizer", "")]


@pytest.mark.parametrize("talk", sorted(TALKS.glob("*.request.json")), ids=lambda path: path.name.split(".")[0])
def test_every_conversation_can_be_read(talk: Path) -> None:
    text = talk.read_text("utf-8")
    try:
        request = json.loads(text)
    except ValueError:
        assert read(text).exit_code == 2
        return
    drafted = len(request["context"].get("draftOrders", {}).get("entry", []))
    found = read(text, "--json", "--patient", "pat-1")
    if found.exit_code == 2:
        assert "precision-hooks: -: " in found.stderr and "Traceback" not in found.output
    elif drafted:
        assert json.loads(found.stdout)["resources"]["MedicationRequest"] >= 1 or "ServiceRequest" in found.stdout


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("{", "no JSON"),
        ("{}\n{", "line 2"),
        ("{}", "no FHIR resource"),
        (bundle(PATIENT, PATIENT | {"id": "pat-2"}), "2 patients"),
        ({"resourceType": "Encounter", "id": "x"}, "--patient"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_remedy(document: Any, why: str) -> None:
    found = read(document)
    assert found.exit_code == 2
    assert why in found.stderr and "Traceback" not in found.stderr and "pat-2" not in found.stderr


def test_one_of_several_patients_cannot_be_read_beside_another() -> None:
    found = read(bundle(PATIENT, PATIENT | {"id": "pat-2"}), "--patient", "pat-1")
    assert found.exit_code == 2 and "pat-2" not in found.stderr


def test_the_keys_of_a_request_are_told() -> None:
    request = json.loads((TALKS / "clopidogrel-poor-metabolizer.request.json").read_text("utf-8"))
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}
    request["prefetch"] |= {"conditions": outcome, "allergies": None, "genotypes-user": request["prefetch"]["genotypes"]}
    keys = told(request)["prefetch"]
    assert keys["genotypes"] == "2 resources" and keys["patient"] == "1 resource"
    assert keys["conditions"].startswith("an OperationOutcome") and keys["allergies"].startswith("null")
    assert keys["measurements"].startswith("not sent")
    assert "no service asks for" in keys["genotypes-user"]
    assert "Prefetch" in read(request).stdout and "prefetch" not in told(bundle(PATIENT, GENOTYPE))


def test_an_old_order_is_one_thing_that_is_not_understood() -> None:
    old = copy.deepcopy(MEDICINE) | {"status": "draft", "context": {"reference": "Encounter/1"}}
    chart = bundle(PATIENT, GENOTYPE, old)
    assert said(chart, "gene")
    assert any("STU3" in gap["because"] for gap in told(chart)["notUnderstood"])


@pytest.mark.parametrize("talk", sorted(TALKS.glob("*.request.json")), ids=lambda path: path.name.split(".")[0])
def test_a_request_with_something_wrong_is_read_or_refused(talk: Path, knowledge: Knowledge) -> None:
    """Never a broken command, whatever stands where."""
    text = talk.read_text("utf-8")
    for seed in range(20 if text.lstrip().startswith("{") else 0):
        try:
            made = mutant(text, f"read {talk.name} {seed}")
        except ValueError:
            continue  # no document to change
        with contextlib.suppress(PrecisionError):
            reading = read_chart(chart_file(made.text.encode(), "pat-1"), knowledge, date(2026, 11, 26), validate=False)
            assert list(text_of(reading)) and reading.document()["understood"] is not None


def test_the_input_is_not_changed_by_resolving() -> None:
    from fhir_mappings.local_references import resolved

    entry = ("urn:uuid:1", {"resourceType": "Observation", "subject": {"reference": "urn:uuid:2"}, "note": [{"reference": 3}]})
    person = ("urn:uuid:2", {"resourceType": "Patient", "id": "p"})
    before = copy.deepcopy([entry, person])
    found = resolved([entry, person])
    assert [entry, person] == before
    assert found[0] == {"resourceType": "Observation", "id": "1", "subject": {"reference": "Patient/p"}, "note": [{"reference": 3}]}
    assert resolved([("https://example.org/Observation/1", entry[1])]) == (entry[1],)
