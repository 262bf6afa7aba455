"""Allele definitions: they equal their source, agree with the gene files, and are refused when broken."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.knowledge.definition_files import read_definitions
from models.knowledge.load import FOLDERS
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file
from tests.support.vcf_files import definitions

#: Alleles that the definitions have and the gene files do not, by gene: a call of one is told as not known.
NOT_IN_GENE_FILES = {"CYP2B6": 1, "CYP2C19": 2, "CYP2C9": 13, "CYP3A4": 33, "NAT2": 6, "SLCO1B1": 11}
IUPAC = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"}


def texts() -> tuple[dict[str, Any], dict[str, str]]:
    folder = files("models.knowledge") / "definitions"
    head = tomli.loads((folder / "source.toml").read_text("utf-8"))
    return head, {name: (folder / f"{name}.tsv").read_text("utf-8") for name in ("positions", "alleles")}


def test_the_definitions_equal_their_source() -> None:
    source = json.loads(reference_file("data/pgx/allele_definitions.json").read_text("utf-8"))
    assert definitions().genes.keys() | {"CYP2D6"} == source.keys()
    for symbol, gene in definitions().genes.items():
        told = source[symbol]
        assert (gene.chromosome, gene.refseq) == (told["chrom"], told["refseq"])
        assert {(p["pos"], p["ref"], tuple(p["alts"])) for p in told["positions"]} == {
            (s.position, s.reference, s.alternatives) for s in gene.sites.values()
        }
        assert {a.name: dict(a.changes) for a in gene.alleles} == {
            name: {v["pos"]: frozenset(IUPAC.get(v["allele"], [v["allele"]])) for v in allele["variants"]}
            for name, allele in told["alleles"].items()
        }


def test_what_the_gene_files_have_is_defined_or_told_as_not_looked_for(knowledge: Knowledge) -> None:
    for symbol, gene in definitions().genes.items():
        defined, known = {a.name for a in gene.alleles}, knowledge.genes[symbol].alleles.keys()
        unknown = {name for name in defined - known if knowledge.genes[symbol].spellings.get(name.lower()) is None}
        assert len(unknown) == NOT_IN_GENE_FILES.get(symbol, 0), (symbol, unknown)
        assert set(gene.not_looked_for) <= known - defined, symbol
        stars = {name for name in known - defined if name.startswith(("*", "c."))}
        assert stars - set(gene.not_looked_for) <= {"*45"}, symbol  # SLCO1B1*45 is defined as *45.001 and *45.002


def test_every_gene_has_definitions_or_a_reason_why_not(knowledge: Knowledge) -> None:
    assert definitions().genes.keys() | definitions().not_callable.keys() == knowledge.genes.keys()


def test_the_service_reads_no_definitions() -> None:
    assert "definitions" not in FOLDERS


@pytest.mark.parametrize(
    ("table", "line", "sentence"),
    [
        ("positions", "CYP2C19\tx\trs1\tA\tG", "a whole position"),
        ("positions", "CYP2C19\t1\trs1\tA\tN", "bases in A, C, G and T"),
        ("positions", "CYP2C19\t1\trs1\tA\tA", "names the reference as an alternative"),
        ("positions", "CYP2C19\t1\trs1\tA", "has 4 cells instead of 5"),
        ("positions", "NEW1\t1\trs1\tA\tG", "gene 'NEW1' of the tables is missing"),
        ("alleles", "CYP2C19\t*99\t12=A", "'12=A' is no change at a site of the gene"),
        ("alleles", "CYP2C19\t*2\t", "repeats an allele or the changes of another one"),
        ("alleles", "CYP2C19\t*99\t", "repeats an allele or the changes of another one"),
    ],
)
def test_a_broken_line_is_refused_by_name(table: str, line: str, sentence: str) -> None:
    head, tables = texts()
    with pytest.raises(KnowledgeError, match=sentence):
        read_definitions(head, tables | {table: f"{tables[table]}{line}\n"})


def test_a_broken_head_is_refused() -> None:
    head, tables = texts()
    with pytest.raises(KnowledgeError, match="first line must be"):
        read_definitions(head, tables | {"alleles": "gene\tallele\n"})
    with pytest.raises(KnowledgeError, match="combine"):
        read_definitions(head | {"genes": [head["genes"][0] | {"combine": "highest"}]}, tables)
    with pytest.raises(KnowledgeError, match="not one of not_callable"):
        read_definitions(head | {"not_callable": {"CYP2C19": "no"}}, tables)
