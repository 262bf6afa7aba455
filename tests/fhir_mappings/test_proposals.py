"""Drafts that replace a draft: valid FHIR, the same patient and reason, nothing of the old medicine."""

from __future__ import annotations

import json

from fhir_mappings.proposals import create_action, delete_action, replaceable
from fhir_mappings.validation import problems
from models.finding import Drug

TICAGRELOR = Drug("ticagrelor", "1116632")
DRAFT = {
    "resourceType": "MedicationRequest",
    "id": "order-1",
    "meta": {"versionId": "3"},
    "identifier": [{"value": "rx-77"}],
    "contained": [{"resourceType": "Practitioner", "id": "p"}],
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"text": "clopidogrel 75 mg"},
    "subject": {"reference": "Patient/pat-1"},
    "encounter": {"reference": "Encounter/e1"},
    "requester": {"reference": "#p"},
    "reasonCode": [{"text": "stent"}],
    "dosageInstruction": [{"text": "75 mg daily"}],
    "dispenseRequest": {"numberOfRepeatsAllowed": 3},
    "substitution": {"allowedBoolean": True},
    "note": [{"text": "clopidogrel as before"}],
}


def test_the_replacement_is_valid_and_keeps_patient_encounter_and_reason() -> None:
    action = create_action(DRAFT, TICAGRELOR, "Draft an order for ticagrelor", "why")
    made = action["resource"]
    assert (action["type"], action["description"]) == ("create", "Draft an order for ticagrelor")
    assert problems(made) == ()
    assert made["medicationCodeableConcept"]["coding"][0]["code"] == "1116632"
    assert (made["status"], made["subject"], made["encounter"]) == ("draft", DRAFT["subject"], DRAFT["encounter"])
    assert made["reasonCode"] == DRAFT["reasonCode"]
    assert made["note"] == [{"text": "why"}]


def test_nothing_of_the_old_medicine_is_carried_over() -> None:
    made = create_action(DRAFT, TICAGRELOR, "x", "why")["resource"]
    assert "clopidogrel" not in json.dumps(made)
    assert not {"id", "meta", "identifier", "contained", "dosageInstruction", "dispenseRequest", "substitution"} & made.keys()
    assert "requester" not in made, "it pointed into the old draft"


def test_a_draft_without_an_intent_gives_an_order() -> None:
    made = create_action({"subject": DRAFT["subject"]}, TICAGRELOR, "x", "why")["resource"]
    assert problems(made) == ()
    assert made["intent"] == "order"


def test_a_place_can_be_taken_where_the_patient_is_named_outside_and_nothing_modifies_the_order() -> None:
    assert replaceable(DRAFT)
    assert not replaceable({name: value for name, value in DRAFT.items() if name != "subject"})
    assert not replaceable(DRAFT | {"subject": {"reference": "#p"}})
    assert not replaceable(DRAFT | {"modifierExtension": [{"url": "urn:x"}]})


def test_the_draft_itself_is_not_changed() -> None:
    before = json.dumps(DRAFT)
    create_action(DRAFT, TICAGRELOR, "x", "why")
    assert json.dumps(DRAFT) == before


def test_a_removal_names_the_draft() -> None:
    assert delete_action("MedicationRequest/1", "Remove it") == {
        "type": "delete",
        "description": "Remove it",
        "resourceId": "MedicationRequest/1",
    }


def test_a_member_that_came_without_its_list_gets_it() -> None:
    """Epic and the public sandbox send one category as an object; a new draft must be FHIR all the same."""
    category = {"coding": [{"code": "outpatient"}]}
    draft = {**DRAFT, "category": category}
    assert create_action(draft, TICAGRELOR, "x", "why")["resource"]["category"] == [category]
    assert draft["category"] is category
