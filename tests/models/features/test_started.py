"""Was it taken before: by route, and never the ordered resource itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.codes import RXNORM, Code, Concept
from models.features.started import started
from models.knowledge.types import Knowledge
from models.patient import Medication, Order, PatientProfile
from tests.support.cases import AS_OF

FLUOROURACIL = Concept((Code(RXNORM, "4492"),))


@pytest.mark.parametrize(
    ("route", "origin", "active", "found"),
    [
        ("", "MedicationRequest/9", True, True),
        ("", "MedicationRequest/9", False, True),
        ("topical", "MedicationRequest/9", True, False),
        ("", "MedicationRequest/1", True, False),
    ],
)
def test_a_medicine_of_the_chart_counts_by_route_and_resource(
    route: str, origin: str, active: bool, found: bool, knowledge: Knowledge
) -> None:
    taken = Medication(FLUOROURACIL, route=Concept(text=route), active=active, origin=origin)
    order = Order("MedicationRequest/1", FLUOROURACIL, origin="MedicationRequest/1")
    profile = PatientProfile(AS_OF, orders=(order,), medications=(taken,))
    guideline = knowledge.guidelines["4492"][0]
    assert started(guideline, profile, knowledge) is found
    assert not started(replace(guideline, must_test=False), profile, knowledge)
    assert not started(replace(guideline, drug=replace(guideline.drug, rxnorm="1")), profile, knowledge)
