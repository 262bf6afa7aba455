"""docs/medicines.md lists every medicine that has advice. `./dev test tests/test_medicines_page.py --write-medicines` writes it anew."""

from __future__ import annotations

import pytest

from models.knowledge.types import Knowledge
from tests.support.source_scan import ROOT

PAGE = ROOT / "docs" / "medicines.md"
HEAD = """# Medicines with advice

Written from the knowledge files; each names its source, version, date and address.

| medicine | body | genes |
|---|---|---|
"""


def page(knowledge: Knowledge) -> str:
    rows = {
        (guideline.drug.name, guideline.source.body, ", ".join(sorted(guideline.keys)) or "whatever the genotype")
        for several in knowledge.guidelines.values()
        for guideline in several
    }
    flows = {(flow.drug.name, flow.source.body, ", ".join(sorted([*flow.keys, *flow.optional]))) for flow in knowledge.flows.values()}
    return HEAD + "".join(f"| {drug} | {body} | {genes} |\n" for drug, body, genes in sorted(rows | flows))


def test_the_page_lists_what_there_is(knowledge: Knowledge, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-medicines"):
        PAGE.write_text(page(knowledge), "utf-8")
    assert PAGE.read_text("utf-8") == page(knowledge)
