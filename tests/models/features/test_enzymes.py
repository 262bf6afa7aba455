"""Enzyme tests: what a value or word means, what makes a test worthless, and problems on record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.codes import LOINC, SNOMED, Code, Concept
from models.features.enzymes import Told, meaning, told_by_chart
from models.knowledge.types import Knowledge
from models.patient import Condition, Measurement, PatientProfile, Request
from tests.support.cases import AS_OF, coded

ACTIVITY = Concept((Code(LOINC, "32546-4"),))


def activity(value: float | None = 50.0, **members: Any) -> Measurement:
    return Measurement(ACTIVITY, value, **({"unit": "%", "effective": "2026-03-01", "origin": "Observation/m"} | members))


def told(knowledge: Knowledge, *measured: Measurement, **members: Any) -> Told:
    profile = PatientProfile(AS_OF, measurements=measured, **members)
    return told_by_chart(knowledge.genes["G6PD"], knowledge.evidence["G6PD"], profile, knowledge.clinical)


@pytest.mark.parametrize(
    ("value", "comparator", "unit", "phenotypes"),
    [
        (12.0, "", "%", ("Deficient",)),
        (0.0, "", "%", ("Deficient",)),
        (29.9, "", "%", ("Deficient",)),
        (30.0, "", "%", ()),
        (79.9, "", "%", ()),
        (80.0, "", "%", ("Normal",)),
        (30.0, "<", "%", ("Deficient",)),
        (30.0, "<=", "%", ()),
        (40.0, "<", "%", ()),
        (90.0, ">", "%", ("Normal",)),
        (80.0, ">=", "%", ("Normal",)),
        (20.0, ">", "%", ()),
        (12.0, "", "U/g{Hb}", ()),
        (12.0, "", "", ()),
    ],
)
def test_a_value_means_a_phenotype_only_within_one_border(
    value: float, comparator: str, unit: str, phenotypes: tuple[str, ...], knowledge: Knowledge
) -> None:
    test = knowledge.evidence["G6PD"].tests[0]
    assert meaning(test, activity(value, comparator=comparator, unit=unit)) == phenotypes


@pytest.mark.parametrize(
    ("value", "unit", "phenotypes"), [(0.12, "1", ("Deficient",)), (0.9, "1", ("Normal",)), (90, "percent", ("Normal",))]
)
def test_fault_E29_a_value_is_converted_into_the_borders_unit(
    value: float, unit: str, phenotypes: tuple[str, ...], knowledge: Knowledge
) -> None:
    assert meaning(knowledge.evidence["G6PD"].tests[0], activity(value, unit=unit)) == phenotypes


def test_fault_E29_E30_a_value_without_a_unit_or_from_the_future_is_not_used_and_named(knowledge: Knowledge) -> None:
    bare, future = told(knowledge, activity(12.0, unit="")), told(knowledge, activity(12.0, effective="2027-03-01"))
    assert not bare.measured
    assert not future.measured
    assert [(g.reason, "no unit" in g.because) for g in bare.gaps] == [("not_understood", True)]
    assert [(g.reason, "a date to come" in g.because) for g in future.gaps] == [("out_of_range", True)]


@pytest.mark.parametrize(
    ("answer", "phenotypes"),
    [
        (Concept(text=" G6PD  Deficient "), ("Deficient",)),
        (Concept((Code(SNOMED, "1", "Normal"),), "normal"), ("Normal",)),
        (Concept((Code(SNOMED, "1", "Normal"),), "deficient"), ()),
        (Concept((Code(SNOMED, "1", "Normal"),), "see comment"), ()),
        (Concept(text="not normal"), ()),
        (Concept((Code(SNOMED, "1"),)), ()),
        (Concept(), ()),
    ],
)
def test_every_word_of_an_answer_must_be_known_and_mean_the_same(
    answer: Concept, phenotypes: tuple[str, ...], knowledge: Knowledge
) -> None:
    assert meaning(knowledge.evidence["G6PD"].tests[0], activity(None, answer=answer)) == phenotypes


def test_a_reading_says_what_it_rests_on(knowledge: Knowledge) -> None:
    found = told(knowledge, activity(12.0))
    assert [(r.phenotype, r.because) for r in found.measured] == [("Deficient", "enzyme activity of 2026-03-01")]
    assert (found.as_of, found.sources, found.notes) == ("2026-03-01", ("Observation/m",), ("transfusion-not-looked-for",))
    assert told(knowledge, activity(12.0, effective="")).measured[0].because == "enzyme activity, date not given"


def test_a_value_that_no_source_explains_is_a_gap_with_its_origin(knowledge: Knowledge) -> None:
    found = told(knowledge, activity(50.0))
    assert found.measured == ()
    assert [(g.reason, g.origin) for g in found.gaps] == [("not_understood", "Observation/m")]
    assert "50" not in found.gaps[0].because


def test_many_values_of_one_kind_are_one_gap(knowledge: Knowledge) -> None:
    assert len(told(knowledge, *(activity(50.0, effective=f"2026-03-0{i}") for i in range(1, 5))).gaps) == 1


def test_tests_that_contradict_are_both_kept(knowledge: Knowledge) -> None:
    found = told(knowledge, activity(12.0, effective="2024-01-01"), activity(95.0))
    assert found.contradicting
    assert [r.phenotype for r in found.measured] == ["Normal", "Deficient"]
    assert not told(knowledge, activity(12.0), activity(11.0, effective="2024-01-01")).contradicting


@pytest.mark.parametrize(
    ("name", "state", "began", "ended", "used"),
    [
        ("haemolysis", "active", "2026-02-20", "", False),
        ("haemolysis", "active", "", "", False),
        ("haemolysis", "active", "2026-03-02", "", True),
        ("haemolysis", "suspected", "", "", False),
        ("haemolysis", "past", "2025-01-01", "2025-02-01", True),
        ("haemolysis", "past", "2026-02-01", "2026-03-15", False),
        ("haemolysis", "past", "", "", False),
        ("transfusion", "past", "2025-11-02", "", False),
        ("transfusion", "past", "2025-10-31", "", True),
        ("transfusion", "past", "2026-03-02", "", True),
        ("transfusion", "past", "2026-03-01", "", False),
        ("transfusion", "active", "", "", False),
    ],
)
def test_haemolysis_and_transfusion_make_the_test_worthless(
    name: str, state: Any, began: str, ended: str, used: bool, knowledge: Knowledge
) -> None:
    condition = Condition(coded(name, knowledge), state, began, ended)
    found = told(knowledge, activity(95.0), conditions=(condition,))
    assert bool(found.measured) is used
    assert [g.reason for g in found.gaps] == ([] if used else ["not_callable"])


@pytest.mark.parametrize(
    ("draft", "authored", "used"), [(False, "2026-02-20", False), (False, "2025-01-01", True), (True, "2026-02-20", True)]
)
def test_a_transfusion_that_was_requested_counts_and_a_draft_does_not(draft: bool, authored: str, used: bool, knowledge: Knowledge) -> None:
    request = Request(coded("transfusion", knowledge), draft=draft, authored=authored)
    assert bool(told(knowledge, activity(95.0), requests=(request,)).measured) is used


@pytest.mark.parametrize(("state", "recorded"), [("active", True), ("past", False), ("suspected", False)])
def test_only_an_active_problem_is_evidence_and_others_are_told(state: Any, recorded: bool, knowledge: Knowledge) -> None:
    found = told(knowledge, conditions=(Condition(coded("g6pd-deficiency", knowledge), state, origin="Condition/1"),))
    assert [r.because for r in found.recorded] == (["recorded problem: G6PD deficiency"] if recorded else [])
    assert [g.origin for g in found.gaps] == ([] if recorded else ["Condition/1"])


def test_a_problem_that_decides_holds_when_it_is_past(knowledge: Knowledge) -> None:
    gene, evidence = knowledge.genes["RYR1"], knowledge.evidence["RYR1"]
    crisis = Condition(coded("malignant-hyperthermia", knowledge), "past", "2001")
    found = told_by_chart(gene, evidence, PatientProfile(AS_OF, conditions=(crisis,)), knowledge.clinical)
    assert found.decided
    assert [r.phenotype for r in found.recorded] == ["Malignant Hyperthermia Susceptibility"]
    undecided = replace(evidence, problems=(replace(evidence.problems[0], decides=False),))
    assert told_by_chart(gene, undecided, PatientProfile(AS_OF, conditions=(crisis,)), knowledge.clinical).recorded == ()
