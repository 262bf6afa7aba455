"""Pregnancy and breastfeeding as the chart tells them, how long that is believed, and what contradicts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.codes import ICD10_CM, LOINC, SNOMED, Code, Concept
from models.decisions.assess import assess_orders
from models.features.pregnancy import Told, breastfeeding, pregnant
from models.knowledge.types import Knowledge
from models.patient import Condition, GeneResult, Measurement, Order, PatientProfile
from tests.support.cases import coded

AS_OF = date(2026, 11, 25)


def problem(code: str = "77386006", system: str = SNOMED, began: str = "2026-08-01", **members: Any) -> Condition:
    return Condition(Concept((Code(system, code),)), began=began, origin="Condition/1", **members)


def status(answer: str, at: str = "2026-11-01", code: str = "82810-3", system: str = LOINC) -> Measurement:
    return Measurement(
        Concept((Code(LOINC, code),)), answer=Concept((Code(system, answer),)), effective=at[:10], at=at, origin="Observation/1"
    )


def due(day: str, at: str = "2026-08-01") -> Measurement:
    return Measurement(Concept((Code(LOINC, "11778-8"),)), answer=Concept(text=day), effective=at, at=at, origin="Observation/2")


def told(knowledge: Knowledge, *chart: Condition | Measurement, **members: Any) -> Told:
    return pregnant(
        PatientProfile(
            AS_OF,
            conditions=tuple(c for c in chart if isinstance(c, Condition)),
            measurements=tuple(m for m in chart if isinstance(m, Measurement)),
            **members,
        ),
        knowledge,
    )


@pytest.mark.parametrize(
    ("chart", "value"),
    [
        ((), None),
        ((problem(),), True),
        ((problem(began=""),), True),
        ((problem("Z34.90", ICD10_CM),), True),
        ((problem("Z33.2", ICD10_CM),), None),  # an encounter to end one
        ((problem(began="2025-08-01"),), None),  # nobody closed the entry
        ((problem(state="past"),), None),
        ((problem(state="suspected"),), None),
        ((status("LA15173-0"),), True),
        ((status("77386006", system=SNOMED),), True),
        ((status("LA26683-5"),), False),
        ((status("60001007", system=SNOMED),), False),
        ((status("LA26683-5", "2026-09-01"),), None),  # "not pregnant" is soon out of date
        ((status("LA26683-5", ""),), None),
        ((status("LA4489-6"),), None),  # unknown
        ((status("LA15173-0", "2026-09-01"), status("LA26683-5", "2026-11-01")), False),  # the latest counts
        ((status("LA15173-0", "2026-11-01"), status("LA26683-5", "2026-11-01")), None),
        ((problem(began=""), status("LA26683-5")), None),
        ((problem(began="2026-08-01"), status("LA26683-5", "2026-11-01")), False),
        ((due("2027-03-01"),), True),
        ((due("2026-11-10"),), True),
        ((due("2026-10-01"),), None),
        ((due("2028-03-01"),), None),
        ((due("soon"),), None),
    ],
)
def test_what_the_chart_says_of_pregnancy(chart: tuple[Any, ...], value: bool | None, knowledge: Knowledge) -> None:
    read = told(knowledge, *chart)
    assert read.value is value
    assert read.because
    assert bool(read.origin) or value is None


@pytest.mark.parametrize("members", [{"sex": "male"}, {"birth_date": "2019-05-01"}, {"birth_date": "1950"}])
def test_sex_and_age_contradict_and_never_tell(members: dict[str, str], knowledge: Knowledge) -> None:
    read = told(knowledge, problem(), **members)
    assert (read.value, "contradicts" in read.because) == (None, True)
    assert told(knowledge, **members).value is None
    assert told(knowledge, sex="female", birth_date="1996-01-01").value is None
    assert told(knowledge, problem(), sex="female", birth_date="1966-12").value is True


@pytest.mark.parametrize(
    ("chart", "value"),
    [
        (problem("413712001", began="2026-06-01"), True),
        (problem("Z39.1", ICD10_CM), True),
        (problem("413712001", began="2023-06-01"), None),
        (status("LA29252-6", code="63895-7"), True),
        (status("LA29253-4", code="63895-7"), False),
        (status("LA15173-0"), None),
    ],
)
def test_what_the_chart_says_of_breastfeeding(chart: Condition | Measurement, value: bool | None, knowledge: Knowledge) -> None:
    conditions = (chart,) if isinstance(chart, Condition) else ()
    measurements = (chart,) if isinstance(chart, Measurement) else ()
    assert breastfeeding(PatientProfile(AS_OF, conditions=conditions, measurements=measurements), knowledge).value is value


def test_fault_E35_pregnancy_changes_no_advice_that_no_guideline_gives_for_it(knowledge: Knowledge) -> None:
    """Every medicine with a guideline, with a result that speaks: the same findings whether or not a pregnancy is on file."""
    results = (
        GeneResult(Concept(text="CYP2C19"), "Observation/1", diplotypes=("*2/*2",)),
        GeneResult(Concept(text="CYP2D6"), "Observation/2", diplotypes=("*4/*4",)),
    )
    spoken = 0
    for key, guidelines in knowledge.guidelines.items():
        assert not any("pregnancy" in p.conditions for g in guidelines for p in g.populations), "a source speaks of it: test that advice"
        order = Order("MedicationRequest/1", Concept((Code("http://www.nlm.nih.gov/research/umls/rxnorm", key),)))
        base = PatientProfile(AS_OF, birth_date="1996-01-01", sex="female", genotypes=results, orders=(order,))
        one = assess_orders(base, knowledge)
        spoken += bool(one.findings)
        other = assess_orders(replace(base, conditions=(problem(),)), knowledge)
        assert one.findings == other.findings
    assert spoken > 5


def test_fault_E35_breastfeeding_that_the_chart_does_not_say_is_not_assumed(knowledge: Knowledge) -> None:
    order = Order("MedicationRequest/1", coded_drug(knowledge, "codeine"))
    mother = PatientProfile(AS_OF, birth_date="1996-01-01", sex="female", orders=(order,))
    assert not assess_orders(mother, knowledge).findings
    fed = PatientProfile(
        **{f: getattr(mother, f) for f in mother.__slots__} | {"conditions": (Condition(coded("breastfeeding", knowledge)),)}
    )
    assert [f.recommendations[0].population for f in assess_orders(fed, knowledge).findings] == ["breastfeeding"]


def coded_drug(knowledge: Knowledge, name: str) -> Concept:
    key = next(k for k, drug in knowledge.drugs.ingredients.items() if drug.name == name)
    return Concept((Code("http://www.nlm.nih.gov/research/umls/rxnorm", key),))
