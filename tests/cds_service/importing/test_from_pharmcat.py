"""PharmCAT's files in both shapes, small and made up: genotypes, ambiguity, outside calls, what is no result, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cds_service.errors import InputError
from cds_service.importing.from_pharmcat import import_pharmcat
from cds_service.importing.imported import Imported
from fhir_mappings.genomics_bundle import ImportedGene
from fhir_mappings.validation import problems
from models.knowledge.types import Knowledge

Json = dict[str, Any]
Take = Callable[[Any], Imported]


def diplotype(*names: str | None, phenotypes: tuple[str, ...] = ()) -> Json:
    one, other = (*names, None)[:2]
    alleles = {key: {"name": name} if name else None for key, name in (("allele1", one), ("allele2", other))}
    return {**alleles, "phenotypes": list(phenotypes), "label": "/".join(n for n in names if n), "activityScore": None}


def gene(symbol: str, *source: Json, call: str = "MATCHER", **more: Any) -> Json:
    report = {"geneSymbol": symbol, "callSource": call, "phased": False, "sourceDiplotypes": list(source)}
    return {symbol: {**report, "recommendationDiplotypes": list(source), "uncalledHaplotypes": [], "variants": [], **more}}


POOR = gene("CYP2C19", diplotype("*2", "*2", phenotypes=("Poor Metabolizer",)))
TOP = {"title": "Mary Canary", "timestamp": "2026-02-03T04:05:06.789Z", "pharmcatVersion": "3.1.1", "dataVersion": "2025-11-05"}


def report3(genes: Json) -> Json:
    return {**TOP, "genes": genes, "drugs": {}}


@pytest.fixture
def take(tmp_path: Path, knowledge: Knowledge) -> Take:
    def taken(document: Any) -> Imported:
        file = tmp_path / "report.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
        return import_pharmcat(file, "p1", None, knowledge.genes)

    return taken


def the_gene(made: Imported) -> ImportedGene:
    (found,) = made.genes
    return found


@pytest.mark.parametrize(
    "document",
    [
        report3(POOR),
        {**TOP, "pharmcatVersion": "v2.8.3-13-g5cb67175", "genes": {"CPIC": POOR, "DPWG": POOR}},
        {"matcherMetadata": {}, "geneReports": POOR},
        {"geneReports": {"CPIC": POOR}},
        {"geneReports": {"CPIC": {}, "DPWG": POOR}},
    ],
)
def test_every_shape_gives_the_genotype(take: Take, document: Json) -> None:
    made = take(document)
    assert the_gene(made).genotypes == ("*2/*2",)
    assert the_gene(made).phenotype == "Poor Metabolizer"
    assert problems(made.bundle) == ()


def test_what_the_bundle_says_of_its_source(take: Take) -> None:
    bundle = take(report3(POOR)).bundle
    genotype = bundle["entry"][1]["resource"]
    assert genotype["effectiveDateTime"] == "2026-02-03T04:05:06.789Z"
    assert "PharmCAT 3.1.1" in genotype["method"]["text"] and "2025-11-05" in genotype["method"]["text"]
    assert "Canary" not in json.dumps(bundle)


def test_several_genotypes_stay_several(take: Take) -> None:
    found = the_gene(take(report3(gene("TPMT", diplotype("*1", "*3A"), diplotype("*3B", "*3C")))))
    assert found.genotypes == ("*1/*3A", "*3B/*3C")
    assert "PharmCAT does not tell these genotypes apart." in found.remarks


def test_an_outside_call_is_marked(take: Take) -> None:
    found = the_gene(take(report3(gene("CYP2D6", diplotype("*1", "*4x2"), call="OUTSIDE"))))
    assert found.genotypes == ("*1/*4x2",)
    assert any("another caller" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("report", "tested"),
    [
        (gene("CYP2C19", diplotype("Unknown", "Unknown", phenotypes=("No Result",))), True),
        (gene("CYP2C19", diplotype("Unknown", "Unknown"), call="NONE"), False),
        (gene("CYP2C19", call="NONE"), False),
        (gene("CYP2C19", diplotype("*1", "*2"), diplotype("Unknown", "Unknown")), True),
        (gene("CYP2D6", {**diplotype(None, None), "outsidePhenotype": True}, call="OUTSIDE"), True),
    ],
)
def test_unknown_is_no_result(take: Take, report: Json, tested: bool) -> None:
    found = the_gene(take(report3(report)))
    assert found.genotypes == ()
    assert found.because and found.tested is tested


def test_alleles_that_pharmcat_could_not_look_for(take: Take) -> None:
    found = the_gene(take(report3(gene("CYP2C19", diplotype("*1", "*1"), uncalledHaplotypes=["*3"]))))
    assert found.genotypes == ()
    assert "could not look for *3" in found.because
    same = the_gene(take(report3(gene("CYP2C19", diplotype("*2", "*2"), uncalledHaplotypes=["*3"]))))
    assert same.genotypes == ("*2/*2",)


def test_a_phenotype_that_differs_from_ours_is_told(take: Take) -> None:
    found = the_gene(take(report3(gene("CYP2C19", diplotype("*1", "*1", phenotypes=("Poor Metabolizer",))))))
    assert found.phenotype == "Poor Metabolizer"
    assert any("by the knowledge held here it is Normal Metabolizer" in remark for remark in found.remarks)


def test_single_alleles_are_taken_as_pharmcat_combined_them(take: Take) -> None:
    one, other = diplotype("c.1905+1G>A (*2A)"), diplotype("c.85T>C (*9A)")
    pair = diplotype("c.85T>C (*9A)", "c.1905+1G>A (*2A)")
    found = the_gene(take(report3(gene("DPYD", one, other, recommendationDiplotypes=[pair]))))
    assert found.genotypes == ("c.85T>C (*9A)/c.1905+1G>A (*2A)",)
    assert any("combined" in remark for remark in found.remarks)
    assert the_gene(take(report3(gene("DPYD", one, other, recommendationDiplotypes=[one, other])))).genotypes == ()


def test_one_allele_is_all_there_is_where_that_is_so(take: Take) -> None:
    assert the_gene(take(report3(gene("MT-RNR1", diplotype("Reference"))))).genotypes == ("Reference",)


def test_a_gene_that_is_not_known_here_is_told(take: Take) -> None:
    made = take(report3(POOR | gene("CYP9Z9", diplotype("*1", "*1"))))
    assert made.called == 1
    assert "CYP9Z9: not a gene that is known here; left out." in made.remarks


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", r"^\$: "),
        ('{"genes": {}, "genes": {}}', r"^\$: .*twice"),
        ([], r"^\$: must be an object"),
        ({"drugs": {}}, r"neither 'genes'"),
        ({"genes": POOR}, "^pharmcatVersion: is missing"),
        ({**TOP, "pharmcatVersion": "1.7.0", "genes": POOR}, "^pharmcatVersion: only files of PharmCAT 2 and 3"),
        ({**TOP, "pharmcatVersion": 3, "genes": POOR}, "^pharmcatVersion: must be a text"),
        ({**TOP, "genes": []}, "^genes: must be an object"),
        ({**TOP, "genes": {"CPIC": [], "DPWG": {}}}, "^genes.CPIC: must be an object"),
        ({**TOP, "genes": {"CPIC": {}, **POOR}}, "^genes.CYP2C19: stands beside"),
        (report3({"CYP2C19": []}), "^genes.CYP2C19: must be an object"),
        (report3({"CYP2C19": POOR["CYP2C19"] | {"geneSymbol": "TPMT"}}), "^genes.CYP2C19.geneSymbol: is another gene"),
        (report3({"CYP2C19": POOR["CYP2C19"] | {"callSource": "GUESS"}}), "^genes.CYP2C19.callSource"),
        (report3({"CYP2C19": POOR["CYP2C19"] | {"sourceDiplotypes": {}}}), "^genes.CYP2C19.sourceDiplotypes: must be a list"),
        (report3({"CYP2C19": POOR["CYP2C19"] | {"sourceDiplotypes": ["*2/*2"]}}), r"sourceDiplotypes\[0\]: must be an object"),
        (report3(gene("CYP2C19", {"allele1": "*2", "allele2": "*2"})), r"sourceDiplotypes\[0\].allele1.name: must be a text"),
        (report3(gene("CYP2C19", diplotype("*1", "*1"), uncalledHaplotypes="*3")), "uncalledHaplotypes: must be a list of texts"),
        ({**report3(POOR), "timestamp": "last week"}, "timestamp"),
    ],
)
def test_a_shape_that_is_not_known_is_refused_by_its_path(take: Take, document: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as told:
        take(document)
    assert "Canary" not in str(told.value)
