"""The folder hereditary/: read strictly, agrees with the rest, and says of every rule what was read of its source."""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
import tomli

from cds_service.messages import messages, parts_in
from models.codes import HGNC, NCBI_GENE
from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.hereditary_check import hereditary_faults
from models.knowledge.hereditary_files import FOLDER, read_hereditary
from models.knowledge.hereditary_types import Hereditary, HereditaryRule, NamedVariant
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

ROOT = files("models.knowledge") / FOLDER


def texts() -> dict[str, str]:
    own = sorted((file for file in ROOT.iterdir() if file.name.endswith((".toml", ".tsv"))), key=lambda file: file.name)
    return {f"{FOLDER}/{file.name}": file.read_text("utf-8") for file in own}


def parse(name: str, text: str) -> dict[str, Any]:
    return tomli.loads(text)


def faults(known: Hereditary, knowledge: Knowledge) -> list[str]:
    return [*hereditary_faults(known, knowledge.drugs, set(knowledge.biomarkers.genes.values()), messages().rows)]


def only(knowledge: Knowledge, **changed: Any) -> list[str]:
    """Faults of one rule of the house, changed in one place."""
    rule = next(r for r in knowledge.hereditary.rules if r.id == "polg-valproate")
    return faults(Hereditary(rules=(replace(rule, **changed),)), knowledge)


def test_it_is_read_and_has_no_fault(knowledge: Knowledge) -> None:
    known = read_hereditary(texts(), parse)
    assert known == knowledge.hereditary
    assert len(known.rules) == 43
    assert len(known.listed) == 84
    assert faults(known, knowledge) == []
    assert read_hereditary({}, parse) == Hereditary()


def test_every_file_says_where_it_is_from_and_nothing_stands_beside_the_ones_that_are_read() -> None:
    for name, text in texts().items():
        if name.endswith(".toml") and not name.endswith("summaries.toml"):
            assert tomli.loads(text)["source"]["note"], name
    assert sorted(n for n in texts() if n.endswith(".tsv")) == [f"{FOLDER}/acmg_sf.tsv"]


def test_genes_of_pharmacogenomics_are_left_to_it(knowledge: Knowledge) -> None:
    """One order would otherwise get two cards of two minds."""
    for gene in knowledge.hereditary.elsewhere:
        assert gene in knowledge.genes
        assert not [rule.id for rule in knowledge.hereditary.rules if gene in rule.genes]


def test_what_was_not_read_is_never_critical(knowledge: Knowledge) -> None:
    fatal = {rule.id for rule in knowledge.hereditary.rules if rule.harm == "fatal"}
    assert fatal == {"polg-valproate", "ucd-valproate", "otc-valproate"}
    assert all(rule.checked == "yes" for rule in knowledge.hereditary.rules if rule.id in fatal)


def test_rows_that_were_read_in_another_list_say_so(knowledge: Knowledge) -> None:
    rows = [row for several in knowledge.hereditary.listed.values() for row in several]
    assert {row.checked for row in rows if row.version != "3.0"} == {"partly"}
    assert {row.gene for row in rows if row.version == "3.3"} == {"ABCD1", "CYP27A1", "PLN"}


def test_the_list_has_the_genes_and_versions_of_the_stored_one(knowledge: Knowledge) -> None:
    lines = reference_file("data/hereditary/germline_acmg_sf.tsv").read_text("utf-8").splitlines()
    stored = list(csv.DictReader(lines, delimiter="\t"))
    own = {gene: {row.version for row in rows} for gene, rows in knowledge.hereditary.listed.items()}
    assert own == {gene: {r["sf_version_added"] for r in stored if r["gene"] == gene} for gene in {r["gene"] for r in stored}}
    for row in stored:
        [inheritance] = {r.inheritance for r in knowledge.hereditary.listed[row["gene"]]}
        assert row["inheritance"] in ("", inheritance), row["gene"]


def test_every_listed_gene_is_known_by_its_ids(knowledge: Knowledge) -> None:
    """Some senders give an HGNC or NCBI id and no symbol."""
    known = knowledge.biomarkers.genes
    for gene in knowledge.hereditary.listed:
        assert {system for (system, _), symbol in known.items() if symbol == gene} >= {HGNC, NCBI_GENE}, gene


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"medicines": ()}, "no medicines"),
        ({"medicines": (Drug("valproat", "40254"),)}, "is no ingredient"),
        ({"alternatives": (Drug("testol", "1"),)}, "is no ingredient"),
        ({"alternatives": (Drug("valproate", "40254"),)}, "alternative and medicine of the same rule"),
        ({"alternatives": (Drug("levetiracetam", "114477"),), "action": "dose_change"}, "names alternatives"),
        ({"genes": ("POLQ",)}, "not in biomarkers/genes.tsv"),
        ({"message": "hereditary-nothing"}, "not in cds_service/messages"),
        ({"message": "usual-dose"}, "must begin with"),
        ({"inheritance": "AD"}, "contradict each other"),
        ({"copies": "any"}, "a carrier of one"),
        ({"action": "monitor"}, "would stay quiet"),
        ({"variants": (NamedVariant("F5", "c.1A>G", ("c.1A>G",)),)}, "none of its genes"),
    ],
)
def test_a_fault_is_told(knowledge: Knowledge, changed: dict[str, Any], told: str) -> None:
    assert only(knowledge) == []
    assert any(told in fault for fault in only(knowledge, **changed)), only(knowledge, **changed)


def test_a_source_that_was_not_read_has_to_say_so(knowledge: Knowledge) -> None:
    rule = next(r for r in knowledge.hereditary.rules if r.checked == "no")
    silent = replace(rule, source=replace(rule.source, note=""))
    assert any("does not say what was read" in fault for fault in faults(Hereditary(rules=(silent,)), knowledge))


def test_opposite_rules_are_refused(knowledge: Knowledge) -> None:
    by_id: dict[str, HereditaryRule] = {rule.id: rule for rule in knowledge.hereditary.rules}
    polg = by_id["polg-valproate"]
    other = Drug("levetiracetam", "114477")
    instead = replace(polg, id="other", medicines=(other,), alternatives=(polg.medicines[0],))
    assert any("say opposite things of valproate" in f for f in faults(Hereditary(rules=(polg, instead)), knowledge))
    louder = replace(polg, id="other", action="dose_change")
    assert any("by different actions" in f for f in faults(Hereditary(rules=(polg, louder)), knowledge))
    assert any("is there twice" in f for f in faults(Hereditary(rules=(polg, polg)), knowledge))


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("acmg_sf.tsv", "gene\tcondition", "gen\tcondition", "the first line"),
        ("acmg_sf.tsv", "\tAD\t3.0\tall\tyes", "\tXX\t3.0\tall\tyes", "inheritance 'XX'"),
        ("acmg_sf.tsv", "\tAD\t3.0\tall\tyes", "\tAD\t3.0\tall", "must have 7 cells"),
        ("wilson.toml", 'copies = "two"', 'copies = "three"', "must be one of any, two"),
        ("wilson.toml", "harm", "harms", "harm is missing"),
        ("haemochromatosis.toml", 'variants = ["c.845', 'variants = ["c.846', "is no \\[\\[variant\\]\\]"),
        ("confirm.toml", "[source]", "[sauce]", "source is missing"),
    ],
)
def test_a_file_that_is_wrong_is_refused(file: str, old: str, new: str, told: str) -> None:
    own = texts()
    assert old in own[f"{FOLDER}/{file}"]
    own[f"{FOLDER}/{file}"] = own[f"{FOLDER}/{file}"].replace(old, new, 1)
    with pytest.raises(KnowledgeError, match=told):
        read_hereditary(own, parse)


def test_a_missing_file_and_a_row_that_stands_twice_are_refused() -> None:
    own = texts()
    del own[f"{FOLDER}/confirm.toml"]
    with pytest.raises(KnowledgeError, match=r"confirm\.toml: is missing"):
        read_hereditary(own, parse)
    own = texts()
    own[f"{FOLDER}/acmg_sf.tsv"] += own[f"{FOLDER}/acmg_sf.tsv"].splitlines()[1] + "\n"
    with pytest.raises(KnowledgeError, match="are there twice"):
        read_hereditary(own, parse)


def test_every_message_is_used_and_fits_the_card(knowledge: Knowledge) -> None:
    """The longest medicine and gene of a rule in its `do`: a summary has fewer than 140 characters."""
    words = messages()
    for rule in knowledge.hereditary.rules:
        longest = max((drug.name for drug in rule.medicines), key=len)
        said = words.row(rule.message).do.format(drug=longest, condition=rule.condition, gene=max(rule.genes, key=len))
        assert len(said) < 140, said
    known = knowledge.hereditary
    for name, row in words.rows.items():
        if name.startswith("hereditary-"):
            asked = {part for said in (row.do, row.why, row.more) for part in parts_in(said, name)}
            assert asked <= {"drug", "gene", "condition"}, name
            assert "drug" in parts_in(row.do, name), name
    used = {rule.message for rule in known.rules} | {s.message for s in known.summaries}
    used |= {"hereditary-summary-general", "hereditary-confirm-germline"}
    assert {name for name in words.rows if name.startswith("hereditary-")} == used
