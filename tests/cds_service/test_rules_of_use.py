"""Why a phenotype was used: each rule that the core knows has words on the card and a place in the public contract."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cds_service.messages import messages
from cds_service.words import gene_line
from models.features.by_exclusion import NOTE
from models.finding import GeneEvidence, Reading

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/finding.schema.json").read_text("utf-8"))
RULES = SCHEMA["$defs"]["gene"]["properties"]["rule"]["enum"]


def test_each_rule_of_the_contract_has_words_and_a_place_in_the_core() -> None:
    core = "".join((ROOT / f"models/features/{name}.py").read_text("utf-8") for name in ("chart", "gene_state"))
    said = {rule.removeprefix("gene-rule-") for rule in messages().texts if rule.startswith("gene-rule-")}
    assert said == set(RULES) == {rule for rule in RULES if re.search(f'"{rule}"', core)}


def test_a_line_with_a_rule_shows_what_else_is_on_file() -> None:
    both = (Reading("", "Deficient", because="enzyme activity of 2026-03-01"), Reading("*1/*1", "Normal", because="computed with us"))
    line = gene_line(GeneEvidence("GENE", phenotype="Deficient", possible=both, rule="enzyme"), messages(), show_possible=False)
    assert "on file: Deficient (enzyme activity of 2026-03-01); \\*1/\\*1 Normal (computed with us)" in line
    assert "used here: the enzyme's activity" in line


def test_a_recorded_problem_is_not_called_a_result() -> None:
    line = gene_line(GeneEvidence("GENE", phenotype="Deficient", rule="problem"), messages(), show_possible=False)
    assert line == "**GENE Deficient**, used here: a recorded problem, without a result"


def test_fault_E10_how_a_result_was_tested_is_told_in_the_laboratorys_words() -> None:
    line = gene_line(GeneEvidence("GENE", phenotype="Slow", method="Genotyping of *2 and *3"), messages(), show_possible=False)
    assert line.endswith("tested: Genotyping of \\*2 and \\*3")


def test_fault_E10_a_reference_allele_is_told_to_be_by_exclusion() -> None:
    assert "by exclusion" in messages().text(f"note-{NOTE}")
