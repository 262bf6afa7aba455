"""What the chart gets wrong about age, weight and dose, as far as the assessment: no advice rests on it, and it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.codes import LOINC, RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import GeneResult, Measurement, Order, PatientProfile

AS_OF = date(2026, 11, 25)
RESULTS = {
    "CYP2B6": "*6/*6",
    "CYP2C9": "*3/*3",
    "VKORC1": "rs9923231 variant (T)/rs9923231 variant (T)",
}


def drug(name: str, knowledge: Knowledge) -> str:
    return next(key for key, known in knowledge.drugs.ingredients.items() if known.name == name)


def assessed(name: str, knowledge: Knowledge, *genes: str, measured: tuple[Measurement, ...] = (), **members: Any) -> Assessment:
    order = Order("MedicationRequest/1", Concept((Code(RXNORM, drug(name, knowledge)),)), origin="MedicationRequest/1")
    found = tuple(GeneResult(Concept(text=g), f"Observation/{g}", diplotypes=(RESULTS[g],)) for g in genes)
    return assess_orders(PatientProfile(AS_OF, genotypes=found, orders=(order,), measurements=measured, **members), knowledge)


def measurement(code: str, value: float, unit: str, at: str = "2026-11-01") -> Measurement:
    return Measurement(Concept((Code(LOINC, code),)), value, unit, effective=at, at=at, origin="Observation/m")


@pytest.mark.parametrize(
    ("born", "speaks", "told"),
    [("2015-01-01", True, ()), ("2014", False, ("unavailable",)), ("2014-11", False, ("unavailable",)), ("2014-10", False, ())],
)
def test_fault_E32_a_rule_for_an_age_that_a_partial_date_leaves_open_is_silent_and_told(
    born: str, speaks: bool, told: tuple[str, ...], knowledge: Knowledge
) -> None:
    answer = assessed("codeine", knowledge, birth_date=born)
    assert bool(answer.findings) is speaks
    assert tuple(g.reason for g in answer.gaps if "label" in g.subject) == told


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (measurement("29463-7", 700, "kg"), "slip"),
        (measurement("29463-7", 70, ""), "has no unit"),
        (measurement("29463-7", 70, "kg", "2020-01-01"), "older than 730 days"),
        (measurement("29463-7", 70, "kg", "2028-01-01"), "a date to come"),
    ],
)
def test_fault_E29_E30_E31_no_dose_is_calculated_from_a_weight_that_cannot_be_used_and_it_is_told(
    measured: Measurement, words: str, knowledge: Knowledge
) -> None:
    height, pounds = measurement("8302-2", 67, "[in_i]"), measurement("29463-7", 154, "lbs")
    good = assessed(
        "warfarin",
        knowledge,
        "CYP2C9",
        "VKORC1",
        measured=(height, pounds),
        birth_date="1961-01-01",
        ancestry=("white",),
    )
    bad = assessed("warfarin", knowledge, "CYP2C9", "VKORC1", measured=(height, measured), birth_date="1961-01-01", ancestry=("white",))
    assert doses(good)
    assert bad.findings
    assert not doses(bad)
    assert [g.subject for g in bad.gaps if words in g.because] == ["warfarin–body weight"]
    assert not [g for g in good.gaps if "weight" in g.subject]


def doses(answer: Assessment) -> list[Any]:
    return [r.dose for f in answer.findings for r in f.recommendations if r.dose is not None]


def test_fault_B19_E38_without_an_agreed_birth_date_no_dose_is_calculated(knowledge: Knowledge) -> None:
    body = (measurement("8302-2", 170, "cm"), measurement("29463-7", 70, "kg"))
    answer = assessed("warfarin", knowledge, "CYP2C9", "VKORC1", measured=body, birth_date="", ancestry=("white",))
    assert not doses(answer)


def test_fault_E34_a_child_gets_no_advice_that_is_for_adults_and_coverage_says_so(knowledge: Knowledge) -> None:
    """With a rule whose neglect can kill, so that silence is the age's doing."""
    key = drug("abacavir", knowledge)
    adults = tuple(replace(g, populations=tuple(replace(p, age_from=18) for p in g.populations)) for g in knowledge.guidelines[key])
    known = replace(knowledge, guidelines={key: adults})
    order = Order("MedicationRequest/1", Concept((Code(RXNORM, key),)))
    positive = GeneResult(Concept(text="HLA-B"), "Observation/1", presence_of="HLA-B*57:01", present=True)
    adult = PatientProfile(AS_OF, birth_date="1980-01-01", genotypes=(positive,), orders=(order,))
    assert [f.urgency for f in assess_orders(adult, known).findings] == ["critical"]
    child = assess_orders(replace(adult, birth_date="2018-01-01"), known)
    assert not child.findings
    assert ("out_of_range", "the patient belongs to none of the guideline's populations") in {(g.reason, g.because) for g in child.gaps}


def test_fault_E34_no_source_has_a_deadly_rule_for_adults_that_leaves_children_out(knowledge: Knowledge) -> None:
    """Were there one, a child's card would have to say that there is no paediatric recommendation: then write it."""
    for guidelines in knowledge.guidelines.values():
        for one in guidelines:
            fatal = any(row.harm == "fatal" for row in one.rows)
            assert not fatal or any(p.age_from is None or p.age_from < 18 for p in one.populations), one.id


def test_fault_E34_a_child_gets_no_dose_from_an_adults_equation(knowledge: Knowledge) -> None:
    body = (measurement("8302-2", 120, "cm"), measurement("29463-7", 25, "kg"))
    answer = assessed("warfarin", knowledge, "CYP2C9", "VKORC1", measured=body, birth_date="2018-01-01", ancestry=("white",))
    assert answer.findings
    assert not doses(answer)
