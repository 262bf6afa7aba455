"""Every row of every guideline as a card: the words exist, the action and the drug are in the summary, nothing is cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.messages import messages, read_messages
from cds_service.present import LONGEST_SUMMARY, detail, summary
from cds_service.words import advice
from models.errors import KnowledgeError
from models.features.circumstances import NOTHING_KNOWN
from models.features.population import open_populations
from models.finding import Evidence, Finding, GeneEvidence
from models.knowledge.load import load
from models.knowledge.types import Guideline, Knowledge, Row
from models.pharmacogenomics.findings import recommendations
from models.pharmacogenomics.rows import Applied

KNOWLEDGE = load()


def every_row() -> Iterator[tuple[Guideline, int, Row]]:
    for guidelines in KNOWLEDGE.guidelines.values():
        for guideline in guidelines:
            yield from ((guideline, i, row) for i, row in enumerate(guideline.rows))


def as_finding(guideline: Guideline, row: Row) -> Finding:
    """A finding that one row alone makes, with the longest diplotype and phenotype that each gene can show."""
    population = next(p for p in guideline.populations if p.id in row.populations)
    lookup = {gene: keys[0] for gene, keys in row.when.items()}
    said = recommendations(guideline, [Applied(population, lookup, row, row)], KNOWLEDGE.drugs.ingredients)
    genes = tuple(_gene(gene, mode) for gene, mode in guideline.keys.items())
    evidence = (Evidence(guideline.source.body, guideline.source.version, guideline.source.url),)
    return Finding("drug-gene", "warning", guideline.drug, genes, said, evidence)


def _gene(symbol: str, mode: str) -> GeneEvidence:
    if mode.startswith("*"):
        return GeneEvidence(symbol, asked=mode, allele_status=(f"{mode} positive",), sources=("Observation/1",))
    gene = KNOWLEDGE.genes[symbol]
    longest = max(gene.alleles, key=len)
    return GeneEvidence(symbol, diplotype=f"{longest}/{longest}", phenotype=max(gene.phenotypes, key=len), sources=("Observation/1",))


@pytest.mark.parametrize(("guideline", "number", "row"), list(every_row()), ids=lambda v: getattr(v, "id", v if isinstance(v, int) else ""))
def test_fault_H01_each_row_makes_a_whole_card(guideline: Guideline, number: int, row: Row) -> None:
    made = as_finding(guideline, row)
    said = advice(made, made.recommendations[0], messages())
    text = summary(made, messages())
    assert len(text) <= LONGEST_SUMMARY
    assert text.startswith(said.do)
    assert guideline.drug.name in said.do
    assert said.do[0].isupper()
    assert not said.do.endswith(".")
    assert said.why.endswith(".")
    assert not said.more or said.more.endswith(".")
    for part in (said.do, said.why, said.more):
        assert "{" not in part
        assert "  " not in part
    assert "<" not in detail(made, messages())


def test_no_message_is_unused() -> None:
    flows = {message for flow in KNOWLEDGE.flows.values() for message in flow.messages.values()}
    used = (
        {row.message for _, _, row in every_row()}
        | flows
        | {
            "test-before-start",
            "could-not-be-checked",
            "only-in-running-text",
            "gene-not-tested",
            "gene-without-result",
            "gene-indeterminate",
            "result-not-covered",
            "gene-result-pending",
            "gene-not-read",
        }
    )
    assert set(messages().rows) == used


def test_a_missing_message_is_named() -> None:
    with pytest.raises(KnowledgeError, match=r"no message 'row\.nonsense'"):
        messages().row("nonsense")


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def row(name: str) -> str:
    return f'[row.{name}]\ndo = "Do {name}"\nwhy = "Because."\n'


def test_every_file_of_rows_of_the_language_is_read(tmp_path: Path) -> None:
    folder = written(tmp_path, en='[text]\nhello = "Hello"\n' + row("a"), en_rows=row("b"), en_rows_more=row("c"), de_rows=row("d"))
    found = read_messages(folder, "en")
    assert set(found.rows) == {"a", "b", "c"}
    assert found.row("c").do == "Do c"
    assert found.text("hello") == "Hello"


@pytest.mark.parametrize("first", ["en", "en_rows"])
def test_an_id_in_two_files_is_refused_and_both_are_named(first: str, tmp_path: Path) -> None:
    files = {"en": "[text]\n", "en_rows": row("b"), "en_rows_more": row("c")}
    folder = written(tmp_path, **(files | {first: files[first] + row("twice"), "en_rows_more": row("twice")}))
    with pytest.raises(KnowledgeError, match=rf"en_rows_more\.toml: 'row\.twice' stands in {first}\.toml too"):
        read_messages(folder, "en")


def test_every_population_has_words(knowledge: Knowledge) -> None:
    for guidelines in knowledge.guidelines.values():
        for guideline in guidelines:
            assert (
                open_populations(guideline, None, NOTHING_KNOWN, knowledge.clinical) or not guideline.keys
            )  # a label's rule waits until the chart says whom it concerns
            assert all(p.label for p in guideline.populations)
