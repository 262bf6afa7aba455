"""Ordered medicines against inherited disease: how loud, for whom, by which route, and that silence says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.codes import HGNC, Code, Concept
from models.finding import Drug, Remark
from models.hereditary.orders import hereditary_findings
from models.knowledge.hereditary_types import Hereditary, HereditaryRule
from models.knowledge.types import Knowledge
from models.patient import PatientProfile
from tests.support.hereditary_cases import variant
from tests.support.small_knowledge import SOURCE

DRUG = Drug("testol", "10")


def rule(**changed: Any) -> HereditaryRule:
    plain = HereditaryRule(
        id="test",
        condition="test disease",
        genes=("BRCA1",),
        inheritance="AD",
        copies="any",
        medicines=(DRUG,),
        action="alternative",
        harm="serious",
        classification="Strong",
        message="hereditary-test",
        checked="yes",
        source=SOURCE,
    )
    return replace(plain, **changed)


def asked(knowledge: Knowledge, ruled: HereditaryRule, line: str, route: str = "ORAL", **person: Any) -> Any:
    known = replace(knowledge, hereditary=Hereditary(rules=(ruled,), by_medicine={DRUG.key: (ruled,)}))
    profile = PatientProfile(as_of=date(2026, 11, 26), variants=(variant(line, 1),) if line else (), **person)
    return hereditary_findings([(DRUG, ("MedicationRequest/1",), (route,))], profile, known)


P, LP = "BRCA1 c.1A>G heterozygous pathogenic germline", "BRCA1 c.1A>G heterozygous likely pathogenic germline"


@pytest.mark.parametrize(
    ("changed", "line", "loud"),
    [
        ({"harm": "fatal"}, P, "critical"),
        ({"harm": "fatal"}, LP, "warning"),
        ({"harm": "fatal", "checked": "partly"}, P, "warning"),
        ({"harm": "fatal", "checked": "no"}, P, "warning"),
        ({"harm": "fatal", "checked": "no"}, LP, "info"),
        ({}, P, "warning"),
        ({}, LP, "info"),
        ({"harm": "other"}, P, "info"),
        ({"action": "monitor"}, P, "info"),
        ({"action": "dose_change"}, P, "warning"),
        ({"unclear_effect": True}, P, "info"),
        ({"inheritance": "XL"}, P, "info"),
    ],
)
def test_how_loud(knowledge: Knowledge, changed: dict[str, Any], line: str, loud: str) -> None:
    [finding] = asked(knowledge, rule(**changed), line).findings
    assert finding.urgency == loud


def test_what_a_finding_holds(knowledge: Knowledge) -> None:
    [finding] = asked(knowledge, rule(), P).findings
    [gene] = finding.genes
    assert (finding.kind, finding.condition, finding.orders, finding.removable) == (
        "hereditary",
        "test disease",
        ("MedicationRequest/1",),
        True,
    )
    assert (gene.gene, gene.variant, gene.zygosity, gene.significance) == ("BRCA1", "c.1A>G", "heterozygous", "pathogenic")
    assert (gene.as_of, gene.laboratory, gene.sources, gene.source_class) == (
        "2025-02-03",
        "Genetics laboratory",
        ("Observation/1",),
        "germline",
    )
    assert (finding.evidence[0].label, finding.evidence[0].url) == ("Test body test disease", SOURCE.url)
    assert finding.recommendations[0].parts == {"condition": "test disease", "gene": "BRCA1"}
    assert finding.recommendations[0].lookup == {"BRCA1": "pathogenic, heterozygous"}


def test_an_unread_source_is_said_and_takes_no_order_away(knowledge: Knowledge) -> None:
    [finding] = asked(knowledge, rule(checked="no"), P).findings
    [remark] = finding.remarks
    assert remark == Remark("hereditary-source-unread", (("source", "Test body, 1"), ("about", "test disease")))
    assert not finding.removable


def test_no_variant_on_file_is_not_mentioned(knowledge: Knowledge) -> None:
    for line in ("", "BRCA2 c.1A>G heterozygous pathogenic germline"):
        told = asked(knowledge, rule(), line)
        assert not told.findings
        assert not told.checked


@pytest.mark.parametrize(
    ("changed", "person", "speaks"),
    [
        ({"sex": "female"}, {"sex": "male"}, False),
        ({"sex": "female"}, {"sex": "female"}, True),
        ({"sex": "female"}, {}, True),
        ({"age_from": 20}, {"birth_date": "2010"}, False),
        ({"age_from": 20}, {"birth_date": "1990"}, True),
        ({"age_below": 18}, {"birth_date": "1990"}, False),
        ({"age_below": 18}, {}, True),
    ],
)
def test_for_whom(knowledge: Knowledge, changed: dict[str, Any], person: dict[str, Any], speaks: bool) -> None:
    told = asked(knowledge, rule(**changed), P, **person)
    assert bool(told.findings) is speaks
    assert [c.outcome for c in told.checked] == ["fired" if speaks else "silent"]


@pytest.mark.parametrize(("route", "speaks", "noted"), [("TOPICAL", False, False), ("ORAL", True, False), ("", True, True)])
def test_by_which_route(knowledge: Knowledge, route: str, speaks: bool, noted: bool) -> None:
    told = asked(knowledge, rule(not_for_routes=("TOPICAL",)), P, route)
    assert bool(told.findings) is speaks
    assert any("route-not-known" in f.notes for f in told.findings) is noted


def test_two_genes_of_a_rule_make_one_finding(knowledge: Knowledge) -> None:
    ruled = rule(genes=("BRCA1", "BRCA2"))
    known = replace(knowledge, hereditary=Hereditary(rules=(ruled,), by_medicine={DRUG.key: (ruled,)}))
    lines = [LP, "BRCA2 c.1A>G heterozygous pathogenic germline"]
    profile = PatientProfile(as_of=date(2026, 11, 26), variants=tuple(variant(line, n) for n, line in enumerate(lines, 1)))
    [finding] = hereditary_findings([(DRUG, (), ("ORAL",))], profile, known).findings
    assert [gene.gene for gene in finding.genes] == ["BRCA1", "BRCA2"]
    assert finding.urgency == "warning", "the surest gene decides"


def test_a_gene_whose_code_and_words_differ_is_told(knowledge: Knowledge) -> None:
    mixed = replace(variant(P, 1), genes=(Concept((Code(HGNC, "HGNC:1101", "BRCA1"),)),))
    known = replace(knowledge, hereditary=Hereditary(rules=(rule(),), by_medicine={DRUG.key: (rule(),)}))
    told = hereditary_findings([(DRUG, (), ("ORAL",))], PatientProfile(as_of=date(2026, 11, 26), variants=(mixed,)), known)
    assert not told.findings
    assert [gap.reason for gap in told.gaps] == ["conflict"]
