"""Which codes are reported as unknown: those of medicines that nothing else identifies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.features.unidentified import doubtful_medicines, unidentified
from models.knowledge.types import Knowledge
from models.patient import Medication, Order, PatientProfile

LOCAL, KNOWN = Code("urn:oid:1.2.3", "A-1"), Code(RXNORM, "32968")


@pytest.mark.parametrize(
    ("codings", "listed", "expected"),
    [
        ([LOCAL], [], [LOCAL]),
        ([LOCAL, KNOWN], [], []),
        ([KNOWN], [[LOCAL]], []),
        ([LOCAL], [[KNOWN]], []),
        ([LOCAL], [[KNOWN], [LOCAL]], [LOCAL, LOCAL]),
        ([], [[LOCAL]], [LOCAL]),
        ([], [], []),
    ],
)
def test_fault_E22_a_code_beside_one_that_is_known_is_no_loss(
    codings: list[Code], listed: list[list[Code]], expected: list[Code], knowledge: Knowledge
) -> None:
    parts = tuple(Concept(tuple(part)) for part in listed)
    order = Order("", Concept(tuple(codings)), parts)
    medicine = Medication(Concept(tuple(codings)), parts)
    profile = PatientProfile(date(2026, 11, 26), orders=(order,), medications=(medicine,))
    found = list(unidentified(profile, knowledge))
    assert found == [("order", code) for code in expected] + [("medication", code) for code in expected]


def test_fault_E22_and_E24_medicines_of_the_chart_that_cannot_be_counted_are_told_once_each_kind(knowledge: Knowledge) -> None:
    def taken(code: Code, origin: str, active: bool = True) -> Medication:
        return Medication(Concept((code,)), active=active, origin=origin)

    conflict = Code(RXNORM, "32968", "warfarin 5 MG")
    chart = (
        taken(LOCAL, "MedicationRequest/1"),
        taken(LOCAL, "MedicationRequest/2"),
        taken(LOCAL, "MedicationRequest/3", active=False),
        taken(conflict, "MedicationRequest/4"),
        taken(LOCAL, "MedicationRequest/5"),
        taken(KNOWN, "MedicationRequest/6"),
    )
    order = Order("MedicationRequest/5", Concept((KNOWN,)), origin="MedicationRequest/5")
    profile = PatientProfile(date(2026, 11, 26), orders=(order,), medications=chart)
    told = [(g.subject, g.reason) for g in assess_orders(profile, knowledge).gaps if g.subject == "medications"]
    assert told == [("medications", "not_understood"), ("medications", "conflict")]
    assert [": 2;" in g.because for g in doubtful_medicines(profile, knowledge.drugs)] == [True, False]
    nothing = replace(profile, orders=(Order("", Concept((Code(RXNORM, "723"),))),))
    assert not [g for g in assess_orders(nothing, knowledge).gaps if g.subject == "medications"], "no rule asks, so nothing was missed"
