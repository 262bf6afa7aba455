"""Inherited disease beside the other specialties: one card for a medicine, one broken rule alone, and what stays out of an opened chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.codes import RXNORM, Code, Concept
from models.decisions import inherited
from models.decisions.assess import assess_orders
from models.decisions.inherited import against_inherited, inherited_in_chart
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import GeneResult, Order, PatientProfile
from tests.support.hereditary_cases import variant

LONG_QT = "KCNQ1 p.Arg3* heterozygous pathogenic germline"
BRCA = "BRCA1 c.68_69del heterozygous pathogenic germline"


def person(knowledge: Knowledge, order: str, *lines: str, genes: dict[str, str] | None = None) -> PatientProfile:
    code = next(drug.rxnorm for drug in knowledge.drugs.ingredients.values() if drug.name == order)
    return PatientProfile(
        as_of=date(2026, 11, 26),
        orders=(Order("MedicationRequest/1", Concept((Code(RXNORM, code, order),)), route=Concept(text="oral")),),
        variants=tuple(variant(line, n) for n, line in enumerate(lines, 1)),
        genotypes=tuple(GeneResult(Concept(text=g), f"Observation/g-{g}", diplotypes=(d,)) for g, d in (genes or {}).items()),
    )


def test_one_card_for_a_medicine_that_two_specialties_speak_of(knowledge: Knowledge) -> None:
    [finding] = assess_orders(person(knowledge, "citalopram", LONG_QT, genes={"CYP2C19": "*2/*2"}), knowledge).findings
    assert {gene.gene for gene in finding.genes} == {"CYP2C19", "KCNQ1"}
    assert {said.source for said in finding.recommendations} >= {"CPIC", "AHA/ACC/HRS"}
    assert finding.urgency == "warning"


def test_two_inherited_diseases_make_one_card_too(knowledge: Knowledge) -> None:
    lines = ("POLG c.1399G>A homozygous pathogenic germline", "HMBS p.Arg173Gln heterozygous pathogenic germline")
    [finding] = assess_orders(person(knowledge, "valproate", *lines), knowledge).findings
    assert (finding.urgency, finding.recommendations[0].message) == ("critical", "hereditary-polg")
    assert [gene.gene for gene in finding.genes] == ["POLG", "HMBS"]


def test_an_uncertain_variant_leaves_the_order_alone(knowledge: Knowledge) -> None:
    told = assess_orders(person(knowledge, "ciprofloxacin", "FBN1 p.Cys3Tyr heterozygous uncertain significance germline"), knowledge)
    assert not told.findings
    assert ("ciprofloxacin–FBN1", "silent") in {(c.subject, c.outcome) for c in told.checked}


def test_an_alternative_that_another_rule_speaks_against_is_not_offered(knowledge: Knowledge) -> None:
    """The pill is refused for clotting; norethindrone, which replaces it, for porphyria."""
    lines = ("F5 c.1601G>A heterozygous pathogenic germline", "HMBS p.Arg173Gln heterozygous pathogenic germline")
    [finding] = assess_orders(person(knowledge, "ethinyl estradiol", *lines), knowledge).findings
    verdicts = {option.drug.name: (option.verdict, option.because) for option in finding.options}
    assert verdicts["norethindrone"] == ("refused", "own-finding")
    assert verdicts["levonorgestrel"][0] != "refused"


def test_a_rule_that_breaks_is_told_and_returned(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Assessment:
        raise ValueError

    monkeypatch.setattr(inherited, "hereditary_findings", broken)
    given = person(knowledge, "citalopram", LONG_QT)
    [drug] = [d for d in knowledge.drugs.ingredients.values() if d.name == "citalopram"]
    [answer], [fault] = against_inherited([(drug, (), ())], given, knowledge)
    assert isinstance(fault, ValueError)
    assert [(gap.subject, gap.reason) for gap in answer.gaps] == [("citalopram", "fault")]


def test_the_opened_chart_tells_what_the_site_asked_for(knowledge: Knowledge) -> None:
    profile = person(knowledge, "citalopram", BRCA)
    assert not inherited_in_chart(profile, knowledge).findings
    asked = replace(knowledge, hereditary=replace(knowledge.hereditary, summarise=True))
    [finding] = inherited_in_chart(profile, asked).findings
    assert finding.condition == "hereditary breast and ovarian cancer"


def test_a_restricted_result_stays_out_of_the_opened_chart_and_counts_at_the_order(knowledge: Knowledge) -> None:
    asked = replace(knowledge, hereditary=replace(knowledge.hereditary, summarise=True))
    profile = person(knowledge, "citalopram", LONG_QT)
    hidden = replace(profile, variants=tuple(replace(v, restricted=True) for v in profile.variants))
    told = inherited_in_chart(hidden, asked)
    assert not told.findings
    assert [gap.reason for gap in told.gaps] == ["unavailable"]
    assert assess_orders(hidden, knowledge).findings
