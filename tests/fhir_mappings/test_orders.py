"""Draft orders: which medicine, whether selected, and what is no order at all."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.orders import read_orders
from fhir_mappings.proposals import delete_action
from models.codes import NDC, RXNORM, Code, Concept
from models.errors import PrecisionError, UnsupportedFhirVersion
from models.patient import Gap, Order
from tests.support.fhir_examples import orders

PLAVIX = Concept((Code(RXNORM, "213169", "clopidogrel 75 MG Oral Tablet [Plavix]"),))


def _one(name: str, **more: Any) -> tuple[Order, tuple[Gap, ...]]:
    read = read_orders(orders(name), None, more.get("referenced", {}), more.get("server", ""))
    assert len(read.values) == 1
    return read.values[0], read.gaps


def _changed(name: str, **changes: Any) -> dict[str, Any]:
    bundle = orders(name)
    bundle["entry"][0]["resource"] |= changes
    return bundle


@pytest.mark.parametrize("name", ["codeable-concept", "contained", "r5"])
def test_the_medicine_is_read_in_every_shape(name: str) -> None:
    order, gaps = _one(name)
    assert order.medication == PLAVIX
    assert (order.origin, order.selected, order.status, gaps) == ("MedicationRequest/order-1", True, "draft", ())


def test_fault_E23_oid_systems_are_the_url_systems() -> None:
    order, _ = _one("reference-in-bundle")
    assert order.medication.codes(RXNORM) == ("309362",)
    assert order.medication.codes(NDC) == ("68462-502-01",)


def test_fault_E23_code_without_a_system_is_no_rxnorm_code() -> None:
    bundle = _changed("codeable-concept", medicationCodeableConcept={"coding": [{"code": "32968"}]})
    assert read_orders(bundle, None, {}).values[0].medication.codes(RXNORM) == ()


def test_reference_is_resolved_from_what_was_gathered() -> None:
    medication = {"resourceType": "Medication", "id": "med-1", "code": {"coding": [{"system": RXNORM, "code": "309362"}]}}
    order, gaps = _one("reference-elsewhere", referenced={"Medication/med-1": medication})
    assert order.medication.codes(RXNORM) == ("309362",)
    assert gaps == ()
    absolute = _changed("reference-elsewhere", medicationReference={"reference": "https://ehr.example/fhir/Medication/med-1/_history/3"})
    read = read_orders(absolute, None, {"Medication/med-1": medication}, "https://ehr.example/fhir")
    assert read.values[0].medication.codes(RXNORM) == ("309362",)


def test_reference_by_full_url() -> None:
    bundle = orders("reference-in-bundle")
    bundle["entry"][1]["fullUrl"] = "urn:uuid:0b1c"
    bundle["entry"][0]["resource"]["medicationReference"] = {"reference": "urn:uuid:0b1c"}
    assert read_orders(bundle, None, {}).values[0].medication.codes(RXNORM) == ("309362",)


def test_fault_D20_unresolvable_reference_is_not_identified_by_its_display() -> None:
    order, gaps = _one("reference-elsewhere")
    assert order.medication == Concept() and order.ingredients == ()
    assert [(g.reason, g.origin) for g in gaps] == [("unavailable", "MedicationRequest/order-1")]
    assert "not identified" in gaps[0].because and "Plavix" not in gaps[0].because


def test_listed_ingredients_without_inactive_ones() -> None:
    order, _ = _one("ingredients")
    assert [i.codes(RXNORM) for i in order.ingredients] == [("4492",)]


def test_fault_C18_products_that_contain_each_other_end() -> None:
    a = {"resourceType": "Medication", "id": "a", "code": {"text": "a"}, "ingredient": [{"itemReference": {"reference": "Medication/b"}}]}
    b = {"resourceType": "Medication", "id": "b", "code": {"text": "b"}, "ingredient": [{"itemReference": {"reference": "Medication/a"}}]}
    bundle = _changed("reference-elsewhere", medicationReference={"reference": "Medication/a"})
    read = read_orders(bundle, None, {"Medication/a": a, "Medication/b": b})
    assert [i.text for i in read.values[0].ingredients] == ["b"]


def test_a_draft_without_a_medicine_yet_is_no_order_and_no_gap() -> None:
    assert read_orders(orders("no-medication-yet"), None, {}) == read_orders({}, None, {})
    nothings: tuple[Any, ...] = ({}, {"coding": []}, {"text": ""}, None)
    for nothing in nothings:
        assert read_orders(_changed("no-medication-yet", medicationCodeableConcept=nothing), None, {}).values == ()


def test_fault_C15_object_where_a_list_is_expected() -> None:
    bundle = _changed(
        "codeable-concept", category={"coding": {"code": "outpatient"}}, dosageInstruction={"route": {"coding": {"code": "x"}}}
    )
    bundle["entry"] = bundle["entry"][0]
    assert read_orders(bundle, None, {}).values[0].medication == PLAVIX


def test_fault_C16_unresolved_tokens_are_not_taken_for_data() -> None:
    bundle = _changed("codeable-concept", medicationCodeableConcept=None, medicationReference={"reference": "{{context.medication}}"})
    read = read_orders(bundle, ("{{context.selections}}",), {})
    assert read.values[0].medication == Concept()
    assert {g.reason for g in read.gaps} == {"unavailable", "not_understood"}


def test_fault_E20_what_is_not_to_be_given_is_no_order() -> None:
    assert read_orders(orders("not-to-be-given"), None, {}).values == ()
    for status in ("stopped", "entered-in-error", "completed", "draft-deleted", "ended"):
        assert read_orders(_changed("codeable-concept", status=status), None, {}).values == ()
    assert read_orders(_changed("codeable-concept", doNotPerform="true"), None, {}).values == ()
    assert len(read_orders(_changed("codeable-concept", status="active", doNotPerform=False), None, {}).values) == 1


@pytest.mark.parametrize(
    "bundle",
    [
        orders("dstu2"),
        _changed("codeable-concept", context={"reference": "Encounter/1"}),
        _changed("codeable-concept", requester={"agent": {"reference": "Practitioner/1"}}),
    ],
)
def test_fault_C14_orders_of_older_releases_are_refused(bundle: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFhirVersion) as raised:
        read_orders(bundle, None, {})
    assert isinstance(raised.value, PrecisionError)
    assert "R4" in str(raised.value)


def test_fault_C14_r5_orders_are_read_and_get_no_action() -> None:
    order, _ = _one("r5")
    assert order.id == ""


def test_delete_action_names_the_draft() -> None:
    order, _ = _one("codeable-concept")
    assert delete_action(order.id, "Remove it") == {"type": "delete", "description": "Remove it", "resourceId": "MedicationRequest/order-1"}
    nameless = orders("codeable-concept")
    del nameless["entry"][0]["resource"]["id"]
    assert read_orders(nameless, None, {}).values[0].id == ""


def test_selections_choose() -> None:
    bundle = orders("codeable-concept")
    bundle["entry"].append({"resource": bundle["entry"][0]["resource"] | {"id": "order-2"}})
    bundle["entry"].append({"resource": {"resourceType": "ServiceRequest", "id": "s1"}})

    def selected(*chosen: str) -> list[bool]:
        return [o.selected for o in read_orders(bundle, chosen, {}).values]

    assert selected("MedicationRequest/order-2") == [False, True]
    assert selected("ServiceRequest/s1") == [False, False]
    assert selected("MedicationRequest/ORDER-1") == [False, False]
    assert [o.selected for o in read_orders(bundle, None, {}).values] == [True, True]


@pytest.mark.parametrize("selections", [(), ("MedicationRequest/elsewhere",), ("", "nonsense")])
def test_fault_C21_selections_that_point_nowhere(selections: tuple[str, ...]) -> None:
    read = read_orders(orders("codeable-concept"), selections, {})
    assert [o.selected for o in read.values] == [False]
    assert [g.subject for g in read.gaps] == ["context.selections"]


def test_the_route_is_read_when_there_is_one() -> None:
    order, _ = _one("codeable-concept")
    assert order.route.label == "Oral route"
    two = _changed("codeable-concept", dosageInstruction=[{"route": {"text": "oral"}}, {"route": {"text": "topical"}}])
    assert read_orders(two, None, {}).values[0].route == Concept()


def test_concept_and_reference_are_both_handed_on() -> None:
    bundle = orders("reference-in-bundle")
    bundle["entry"][0]["resource"]["medicationCodeableConcept"] = {"coding": [{"system": RXNORM, "code": "213169"}]}
    assert read_orders(bundle, None, {}).values[0].medication.codes(RXNORM) == ("213169", "309362")


def _chain(length: int) -> list[dict[str, Any]]:
    """Contained products, each an ingredient of the one before; the last names its code."""
    links: list[dict[str, Any]] = [
        {"resourceType": "Medication", "id": f"m{i}", "ingredient": [{"itemReference": {"reference": f"#m{i + 1}"}}]} for i in range(length)
    ]
    return [*links, {"resourceType": "Medication", "id": f"m{length}", "code": {"coding": [{"system": RXNORM, "code": "32968"}]}}]


def test_fault_C18_security_S67_a_long_chain_of_products_is_read_to_its_end() -> None:
    bundle = _changed("codeable-concept", medicationReference={"reference": "#m0"}, contained=_chain(5000))
    bundle["entry"][0]["resource"].pop("medicationCodeableConcept")
    assert [i.codes(RXNORM) for i in read_orders(bundle, None, {}).values[0].ingredients] == [("32968",)]


def test_contained_products_of_two_medicines_may_bear_one_id() -> None:
    def product(own: str, code: str) -> dict[str, Any]:
        inner = {"resourceType": "Medication", "id": "a", "code": {"coding": [{"system": RXNORM, "code": code}]}}
        return {
            "resourceType": "Medication",
            "id": own,
            "contained": [inner],
            "ingredient": [{"itemReference": {"reference": "#a"}}, *([{"itemReference": {"reference": "Medication/y"}}] * (own == "x"))],
        }

    bundle = _changed("codeable-concept", medicationReference={"reference": "Medication/x"})
    read = read_orders(bundle, None, {f"Medication/{own}": product(own, code) for own, code in (("x", "1"), ("y", "2"))})
    assert [i.codes(RXNORM) for i in read.values[0].ingredients] == [("1",), ("2",)]


@pytest.mark.parametrize("modern", [False, True])
@pytest.mark.parametrize("url", ["Medication/bag", "urn:uuid:5c2b7f7e-0000-4000-8000-000000000001", "#bag"])
def test_fault_E25_an_infusion_is_its_active_ingredients_and_not_what_it_is_dissolved_in(modern: bool, url: str) -> None:
    """R4's itemCodeableConcept and R5's item; the bag contained, in the bundle by id, or by fullUrl."""

    def part(code: str, **members: Any) -> dict[str, Any]:
        coded = {"coding": [{"system": RXNORM, "code": code}]}
        return {"item": {"concept": coded}} | members if modern else {"itemCodeableConcept": coded} | members

    bag = {
        "resourceType": "Medication",
        "id": "bag",
        "ingredient": [part("4492", isActive=True), part("9863", isActive=False), part("6313")],
    }
    stated = {"medication": {"reference": {"reference": url}}} if modern else {"medicationReference": {"reference": url}}
    bundle = _changed("codeable-concept", medicationCodeableConcept=None, **stated)
    if url.startswith("#"):
        bundle["entry"][0]["resource"]["contained"] = [bag]
    else:
        bundle["entry"].append({"fullUrl": url, "resource": bag})
    read = read_orders(bundle, None, {})
    assert [c.codes(RXNORM) for c in read.values[0].ingredients] == [("4492",), ("6313",)]
    assert read.gaps == ()
