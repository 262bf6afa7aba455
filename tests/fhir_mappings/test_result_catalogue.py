"""Each resource of tests/fhir against tests/fhir/results.toml: the facts that must come out of it, and no other."""

from __future__ import annotations

from typing import Any

import pytest
import tomli

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.reports import reports_input
from tests.support.fhir_examples import FOLDER, OBSERVATIONS, REPORTS, observation, report
from tests.support.result_facts import facts
from tests.support.shipped import shipped

TABLE: dict[str, dict[str, Any]] = tomli.loads((FOLDER / "results.toml").read_text("utf-8"))
KNOWLEDGE = shipped()
GENOTYPES, REPORTED = genotypes_input(KNOWLEDGE), reports_input(KNOWLEDGE)
BY_IDENTITY = {"contained-another-patient"}  # only the firewall can judge it: test_reports.py


def test_each_example_is_in_the_table() -> None:
    assert set(TABLE) == {"observations", "reports"}
    assert set(TABLE["observations"]) == set(OBSERVATIONS)
    assert set(TABLE["reports"]) == set(REPORTS) - BY_IDENTITY


@pytest.mark.parametrize("name", OBSERVATIONS)
def test_an_observation_comes_to_these_facts_and_no_other(name: str) -> None:
    row = TABLE["observations"][name]
    read = GENOTYPES.read([observation(one) for one in (name, *row.get("with", ()))])
    found, gaps = facts(read.values, read.gaps, KNOWLEDGE)
    assert (found, list(gaps)) == (row["facts"], row["gaps"]), row["says"]


@pytest.mark.parametrize("name", TABLE["reports"])
def test_a_report_comes_to_these_facts_and_no_other(name: str) -> None:
    row = TABLE["reports"][name]
    read = REPORTED.read([report(name)])
    found, gaps = facts(read.values, read.gaps, KNOWLEDGE)
    assert (found, list(gaps)) == (row["facts"], row["gaps"]), row["says"]


@pytest.mark.parametrize("name", OBSERVATIONS)
def test_each_result_knows_its_element(name: str) -> None:
    for result in GENOTYPES.read([observation(name)]).values:
        assert result.origin == f"Observation/{name}"
        assert result.element.startswith("Observation.")


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("value-string", "Observation.valueString"),
        ("value-clinvar", "Observation.valueCodeableConcept"),
        ("stu2-predicted", "Observation.component (phenotype).valueCodeableConcept"),
        (
            "core-alleles",
            "Observation.extension (geneticsAlleleName) and Observation.extension (geneticsInterpretation).valueCodeableConcept",
        ),
        ("loinc-dpyd-score-alone", "Observation.component (score)"),
        ("no-call", "Observation.dataAbsentReason"),
        ("note-only", "Observation.note"),
    ],
)
def test_the_element_is_where_it_stands(name: str, element: str) -> None:
    [result] = GENOTYPES.read([observation(name)]).values
    assert result.element == element
