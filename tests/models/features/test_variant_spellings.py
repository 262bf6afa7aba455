"""Spellings of variants: at least 200 that are what a rule asks for, and 100 that look alike and must not be taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from models.features.alterations import told
from models.features.tumour_genes import variants_of_genes
from models.knowledge.biomarker_terms import read_atom
from models.knowledge.types import Knowledge
from tests.support.tumour_cases import variant

TABLE = tomli.loads((Path(__file__).parent / "variant_spellings.toml").read_text("utf-8"))
PAIRS = {kind: [(group["asked"], line) for group in TABLE[kind] for line in group["reported"]] for kind in ("same", "different")}


def verdict(knowledge: Knowledge, asked: str, reported: str) -> bool | None:
    """As the engine asks it: by the gene first."""
    atom = read_atom(asked)
    by_gene, gaps = variants_of_genes([variant(reported, 1)], knowledge.biomarkers.genes)
    assert not gaps
    return told(atom, by_gene.get(atom.gene, ()), knowledge.biomarkers).verdict


def test_the_table_is_as_long_as_it_says() -> None:
    assert len(set(PAIRS["same"])) >= 200
    assert len(set(PAIRS["different"])) >= 100


@pytest.mark.parametrize(("asked", "reported"), PAIRS["same"])
def test_is_what_was_asked_for(knowledge: Knowledge, asked: str, reported: str) -> None:
    assert verdict(knowledge, asked, reported) is True


@pytest.mark.parametrize(("asked", "reported"), PAIRS["different"])
def test_looks_alike_and_is_not(knowledge: Knowledge, asked: str, reported: str) -> None:
    assert verdict(knowledge, asked, reported) is not True
