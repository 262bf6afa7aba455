"""Which codes are reported as unknown: those of medicines that nothing else identifies."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import RXNORM, Code, Concept
from models.features.unidentified import unidentified
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
