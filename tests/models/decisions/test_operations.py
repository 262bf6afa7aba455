"""Rules of medicines that are given at an operation without an order of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from models.codes import RXNORM, SNOMED, Code, Concept
from models.decisions.assess import assess_orders
from models.errors import KnowledgeError
from models.finding import Assessment, Drug
from models.knowledge.check import check
from models.knowledge.types import Clinical, Knowledge
from models.patient import GeneResult, Order, PatientProfile, Request
from tests.support.small_knowledge import guideline, knowledge

OPERATION = Concept((Code(SNOMED, "387713003"),))
HARM = (
    GeneResult(Concept(text="PAIR"), "Observation/1", phenotype="Slow"),
    GeneResult(Concept(text="SCORE"), "Observation/2", phenotype="Usual"),
)


def known() -> Knowledge:
    """Two medicines of one group that an operation calls for."""
    one = replace(guideline(), group="gases", also_at=("operation",))
    other = replace(one, id="otherol.test", drug=Drug("otherol", "20"), rows=tuple(replace(r, alternatives=()) for r in one.rows))
    clinical = {"operation": Clinical("operation", "an operation", frozenset({(SNOMED, "387713003")}))}
    made = knowledge()
    return replace(made, guidelines=MappingProxyType({"10": (one,), "20": (other,)}), clinical=clinical)


def asked(*requests: Request, orders: tuple[Order, ...] = (), results: tuple[GeneResult, ...] = HARM) -> Assessment:
    return assess_orders(PatientProfile(date(2026, 11, 26), genotypes=results, requests=requests, orders=orders), known())


def test_an_operation_is_told_once_for_the_whole_group() -> None:
    [finding] = asked(Request(OPERATION, draft=True)).findings
    assert (finding.drug, finding.orders, finding.urgency) == (Drug("gases", ""), (), "critical")


def test_another_request_and_one_that_is_not_chosen_are_silent() -> None:
    found = asked(Request(Concept((Code(SNOMED, "1"),)), draft=True), Request(OPERATION, draft=True, selected=False))
    assert (found.findings, found.checked) == ((), ())


def test_where_one_of_the_group_is_ordered_its_own_card_says_it() -> None:
    order = Order("MedicationRequest/1", Concept((Code(RXNORM, "20"),)), origin="MedicationRequest/1")
    assert [f.drug.name for f in asked(Request(OPERATION, draft=True), orders=(order,)).findings] == ["otherol"]


def test_without_a_result_nothing_is_claimed() -> None:
    found = asked(Request(OPERATION, draft=True), results=())
    assert found.findings == ()
    assert {c.outcome for c in found.checked} == {"not_tested"}


@pytest.mark.parametrize(
    ("also_at", "group", "words"),
    [("landing", "gases", "'landing', which is not in clinical"), ("operation", "", "also_at without a group")],
)
def test_a_name_that_is_nowhere_and_a_group_without_a_name_are_refused(also_at: str, group: str, words: str) -> None:
    broken = replace(known().guidelines["10"][0], also_at=(also_at,), group=group)
    check(known())
    with pytest.raises(KnowledgeError, match=words):
        check(replace(known(), guidelines={"10": (broken,)}))
