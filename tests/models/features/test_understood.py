"""What of a chart was read but not understood: it keeps alternatives from being offered."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import ICD10_CM, RXNORM, SNOMED, UNII, Code, Concept
from models.features.understood import half_understood
from models.knowledge.types import Knowledge
from models.patient import Allergy, Condition, Gap, Medication, Order, PatientProfile

TICAGRELOR, UNKNOWN = Code(RXNORM, "1116632"), Code(RXNORM, "99999999")
LOCAL = Code("urn:oid:1.2.3", "17")


def profile(**members: object) -> PatientProfile:
    return PatientProfile(date(2026, 11, 26), **members)  # type: ignore[arg-type]


def of(*codings: Code) -> Concept:
    return Concept(codings, "as written")


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({}, ()),
        ({"conditions": (Condition(of(Code(SNOMED, "38341003"))), Condition(of(Code(ICD10_CM, "I10"))))}, ()),
        ({"conditions": (Condition(of(LOCAL)),)}, ("conditions",)),
        ({"conditions": (Condition(of(LOCAL, Code(ICD10_CM, "I10"))),)}, ()),
        ({"allergies": (Allergy(of(TICAGRELOR)),)}, ()),
        ({"allergies": (Allergy(of(UNKNOWN)),)}, ("allergies",)),
        ({"allergies": (Allergy(of(UNKNOWN, TICAGRELOR)),)}, ()),
        ({"allergies": (Allergy(of(Code(RXNORM, "1116632", "Brilinta"))),)}, ()),
        ({"allergies": (Allergy(of(Code(RXNORM, "1116632", "Plavix"))),)}, ("allergies",)),
        ({"allergies": (Allergy(of(Code(UNII, "GLH0314RVC"))),)}, ()),
        ({"allergies": (Allergy(of(UNKNOWN), "past"),)}, ("allergies",)),
        ({"allergies": (Allergy(of(Code(SNOMED, "91935009"))),)}, ("allergies",)),
        ({"allergies": (Allergy(of(Code(SNOMED, "91935009")), to_medicine=False),)}, ()),
        ({"allergies": (Allergy(of(Code(SNOMED, "716186003"))),)}, ()),
        ({"medications": (Medication(of(UNKNOWN)),)}, ("medications",)),
        ({"medications": (Medication(of(UNKNOWN), active=False),)}, ()),
        ({"orders": (Order("", of(UNKNOWN)),)}, ("medications",)),
        ({"gaps": (Gap("conditions", "not_understood", "a problem of the chart has no code"),)}, ("conditions",)),
        ({"gaps": (Gap("CYP2C19", "not_understood", "x"),)}, ()),
    ],
)
def test_what_no_rule_can_know_is_named_by_its_field(members: dict[str, object], fields: tuple[str, ...], knowledge: Knowledge) -> None:
    assert half_understood(profile(**members), knowledge) == fields
