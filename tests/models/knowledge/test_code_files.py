"""A site's codes.toml: read whole, and one place broken at a time."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import tomli

from fhir_mappings.local_codes import meant, readable
from fhir_mappings.resource import canonical
from fhir_mappings.tables import observations
from models.codes import LOINC, RXNORM
from models.errors import KnowledgeError
from models.knowledge.code_files import MOST_RESULTS, CodesFile, Shared, read_codes
from models.knowledge.local_types import LocalResult, LocalValue
from models.knowledge.types import Knowledge, Product
from tests.support.site_folder import CODES, OWN

SHARED = Shared(canonical, observations().roles.keys(), meant, readable)
Change = Callable[[dict[str, Any]], object]


def read(knowledge: Knowledge, change: Change = lambda file: None) -> CodesFile:
    file = deepcopy(tomli.loads(CODES))
    change(file)
    return read_codes(file, "north/codes.toml", knowledge, SHARED)


def test_every_row_is_read(knowledge: Knowledge) -> None:
    found = read(knowledge)
    assert found.local.results == {
        (OWN, "GENO-2C19"): LocalResult("CYP2C19", "HGNC:2621", "diplotype"),
        (OWN, "PHENO-2C19"): LocalResult("CYP2C19", "HGNC:2621", "phenotype"),
        (OWN, "SCORE-2D6"): LocalResult("CYP2D6", "HGNC:2625", "activity score"),
        (OWN, "B5701"): LocalResult("HLA-B", "HGNC:4932", "allele", "50956-2"),
    }
    assert found.local.values == {(OWN, "SLOW"): LocalValue(phenotype="Poor Metabolizer"), (OWN, "FOUND"): LocalValue(present=True)}
    assert found.local.texts == {(OWN, "Not the usual: two copies of star two"): LocalValue("CYP2C19", diplotype="*2/*2")}
    assert [(row.system, row.code, row.product) for row in found.drugs] == [(f"{OWN}.1", "PLAVIX75", Product(("32968",), "ORAL"))]
    assert len(found.reviewed) == 8
    assert found.owner == "Pharmacy and Therapeutics"


def put(kind: str, number: int, /, **members: Any) -> Change:
    """Members set in one row, or taken out where they are None."""

    def change(file: dict[str, Any]) -> None:
        row = file[kind][number]
        row.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del row[name]

    return change


BROKEN: dict[str, tuple[Change, str]] = {
    "no owner of the file": (lambda f: f.pop("about"), r"codes\.toml: \[about\] is missing"),
    "an unknown table": (lambda f: f.update(results=[]), r"codes\.toml: results is not a table that is read here"),
    "a table that is no list": (lambda f: f.update(value={}), r"codes\.toml: value must be a list of at most 500 rows"),
    "a row that is no table": (lambda f: f.update(drug=["x"]), r"codes\.toml: drug\[1\] must be a table"),
    "an unknown member": (put("result", 1, unit="x"), r"codes\.toml: result\[2\]\.unit is not a key that is read here"),
    "a missing member": (put("result", 0, gene=None), r"codes\.toml: result\[1\]\.gene is missing"),
    "no owner": (put("value", 0, owner=None), r"codes\.toml: value\[1\]\.owner is missing"),
    "an empty reason": (put("drug", 0, reason=" "), r"codes\.toml: drug\[1\]\.reason is empty"),
    "no date": (put("drug", 0, review_by="soon"), r"codes\.toml: drug\[1\]\.review_by must be a date such as 2027-06-30"),
    "a bar in a code": (put("result", 0, code="A|B"), r"result\[1\] '.*A\|B' cannot be searched"),
    "a template in a code": (put("result", 0, code="{{context.userId}}"), r"result\[1\] '.*' cannot be searched"),
    "a parameter in a system": (put("result", 0, system="https://a.example/x&patient=2"), r"result\[1\] '.*' cannot be searched"),
    "no system": (put("result", 0, system="ours"), r"result\[1\] 'ours\|GENO-2C19' cannot be searched"),
    "a gene that is none": (put("result", 0, gene="CYP2C20"), r"result\[1\] names gene 'CYP2C20', which is not known here"),
    "a kind that is none": (put("result", 0, kind="genotype"), r"result\[1\]\.kind must be one of diplotype, phenotype"),
    "an allele test of an enzyme": (put("result", 0, kind="allele"), r"result\[1\] is of kind 'allele', which results of CYP2C19 are not"),
    "a diplotype of a presence gene": (put("result", 3, kind="diplotype"), r"result\[4\] is of kind 'diplotype', which results of HLA-B"),
    "a score without scores": (put("result", 2, gene="CYP2C19"), r"result\[3\] is an activity score, which CYP2C19 has none of"),
    "an allele without a test": (put("result", 3, allele="*44:02"), r"result\[4\] needs the `allele` that is tested, and of HLA-B those"),
    "an allele beside a diplotype": (put("result", 0, allele="*2"), r"result\[1\] has an `allele`, which the kind 'allele' alone has"),
    "a code twice": (put("result", 1, code="GENO-2C19"), r"result\[2\] says again what 'GENO-2C19' means"),
    "the code of any result": (put("result", 0, system=LOINC, code="84413-4"), r"result\[1\] gives '84413-4' a gene, but results of any"),
    "the code of another gene": (
        put("result", 0, system="2.16.840.1.113883.6.1", code="79715-9"),
        r"result\[1\] says that '79715-9' is CYP2C19, but it is known here for CYP2D6",
    ),
    "a value without code and text": (put("value", 0, code=None), r"value\[1\] needs one of `code` and `text`"),
    "a value of two meanings": (put("value", 0, present=False), r"value\[1\] needs one of `phenotype`, `diplotype` and `present`"),
    "a phenotype that is none": (put("value", 0, phenotype="Slow"), r"value\[1\] means 'Slow', which is no phenotype of any gene"),
    "a phenotype of another gene": (
        put("value", 0, gene="TPMT", phenotype="Rapid Metabolizer"),
        r"value\[1\] means 'Rapid Metabolizer', which is no phenotype of TPMT",
    ),
    "a diplotype without a gene": (put("value", 1, gene=None), r"value\[2\] means a diplotype, and needs `gene`"),
    "an allele that is not known": (
        put("value", 1, diplotype="*2/*999"),
        r"value\[2\] means '\*2/\*999', which is not two alleles of CYP2C19",
    ),
    "a value of a gene that is none": (put("value", 1, gene="X"), r"value\[2\] names gene 'X', which is not known here"),
    "a value that is known": (
        put("value", 0, system=LOINC, code="LA25391-6"),
        r"value\[1\] changes what 'LA25391-6' means here \(Normal Metabolizer\)",
    ),
    "a text that is understood": (
        put("value", 1, text="CYP2C19 *1/*17"),
        r"value\[2\] changes what 'CYP2C19 \*1/\*17' means here \(\*1/\*17\)",
    ),
    "a code that is a genotype": (put("value", 0, code="*1/*1"), r"value\[1\] changes what '\*1/\*1' means here"),
    "what no words tell": (
        put("value", 0, gene="G6PD", phenotype="Variable"),
        r"value\[1\] means 'Variable', for which results have no standard",
    ),
    "a medicine that is none": (
        put("drug", 0, ingredients=["clopidogrelol"]),
        r"drug\[1\]: 'clopidogrelol' is neither an RxNorm ingredient id",
    ),
    "a known medicine": (put("drug", 0, system=RXNORM, code="11289"), r"drug\[1\]: code '11289' is known here and means warfarin"),
    "a line end in a text": (put("result", 0, reason="a\nb"), r"result\[1\]\.reason holds characters that are not seen"),
    "a long text": (put("result", 0, reason="x" * 301), r"result\[1\]\.reason has 301 characters; 300 are the most"),
    "too many results": (
        lambda f: f["result"].extend({**f["result"][0], "code": f"G{n}"} for n in range(MOST_RESULTS)),
        r"codes\.toml: 104 results; 100 are the most",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_is_refused_with_its_place(name: str, knowledge: Knowledge) -> None:
    change, sentence = BROKEN[name]
    with pytest.raises(KnowledgeError, match=sentence):
        read(knowledge, change)


def test_all_faults_are_told_at_once(knowledge: Knowledge) -> None:
    def change(file: dict[str, Any]) -> None:
        put("result", 0, gene=None, owner=None, more="x")(file)
        put("value", 0, phenotype="Slow")(file)
        put("drug", 0, ingredients=["nothing"])(file)

    with pytest.raises(KnowledgeError) as raised:
        read(knowledge, change)
    told = str(raised.value).splitlines()
    assert told[0].startswith("5 fault(s) in a site's file, so nothing of it holds")
    assert [line.split(" ")[1].rstrip(":") for line in told[1:]] == [
        "result[1].gene",
        "result[1].owner",
        "result[1].more",
        "value[1]",
        "drug[1]",
    ]


def test_a_row_that_says_what_is_known_already_is_no_contradiction(knowledge: Knowledge) -> None:
    found = read(knowledge, put("result", 0, system=LOINC, code="79714-2"))
    assert (LOINC, "79714-2") in found.local.results
