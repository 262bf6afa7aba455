"""Summaries of inherited conditions, and variants of a tumour that may be inherited."""

from __future__ import annotations

from datetime import date

from models.hereditary.somatic import confirm_in_germline
from models.hereditary.summary import hereditary_summary
from models.knowledge.types import Knowledge
from models.patient import PatientProfile
from tests.support.hereditary_cases import variant


def person(*lines: str, sex: str = "") -> PatientProfile:
    return PatientProfile(as_of=date(2026, 11, 26), sex=sex, variants=tuple(variant(line, n) for n, line in enumerate(lines, 1)))


def conditions(knowledge: Knowledge, *lines: str, sex: str = "") -> list[str]:
    return [f.condition for f in hereditary_summary(person(*lines, sex=sex), knowledge).findings]


def test_two_genes_of_one_condition_make_one_summary(knowledge: Knowledge) -> None:
    lines = ("BRCA1 c.1A>G heterozygous pathogenic germline", "BRCA2 c.1A>G heterozygous pathogenic germline")
    [finding] = hereditary_summary(person(*lines), knowledge).findings
    assert [gene.gene for gene in finding.genes] == ["BRCA1", "BRCA2"]
    assert finding.recommendations[0].parts["gene"] == "BRCA1 and BRCA2"


def test_every_listed_gene_has_a_summary(knowledge: Knowledge) -> None:
    """Two harmful variants of it, in both copies, that cut the protein short; the one of which a name alone counts, by its name."""
    for gene, rows in knowledge.hereditary.listed.items():
        line = f"{gene} p.Arg3* homozygous pathogenic germline"
        if any(row.report == "named" for row in rows):
            line = f"{gene} {knowledge.hereditary.named[gene][0].names[0]} homozygous pathogenic germline"
        found = conditions(knowledge, line, sex="male")
        assert len(found) == 1, (gene, found)


def test_a_gene_of_a_rule_that_is_not_listed_has_one_too(knowledge: Knowledge) -> None:
    assert conditions(knowledge, "GCK p.Gly261Arg heterozygous pathogenic germline") == ["GCK diabetes"]
    assert conditions(knowledge, "POLG p.Ala467Thr heterozygous pathogenic germline") == []


def test_fault_E51_an_uncertain_variant_has_none(knowledge: Knowledge) -> None:
    assert conditions(knowledge, "BRCA1 c.1A>G heterozygous uncertain significance germline") == []


def test_nothing_on_file_says_nothing(knowledge: Knowledge) -> None:
    assert hereditary_summary(person(), knowledge).findings == ()
    assert confirm_in_germline(person(), knowledge).findings == ()


def test_fault_E16_a_tumours_variant_that_may_be_inherited_is_to_be_confirmed(knowledge: Knowledge) -> None:
    for share, asks in ((0.39, False), (0.4, True), (0.6, True), (0.61, False), (0.89, False), (0.9, True)):
        for source in ("somatic", ""):
            found = confirm_in_germline(person(f"MLH1 p.Arg3* pathogenic {source} {share}"), knowledge).findings
            assert bool(found) is asks, (share, source)


def test_without_a_share_of_reads_nothing_is_suspected(knowledge: Knowledge) -> None:
    assert not confirm_in_germline(person("MLH1 p.Arg3* pathogenic somatic"), knowledge).findings
    assert not confirm_in_germline(person("MLH1 p.Arg3* pathogenic"), knowledge).findings
