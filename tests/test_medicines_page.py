"""docs/medicines.md lists every medicine that has advice. `./dev test tests/test_medicines_page.py --write-medicines` writes it anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.codes import NCIT, UNII
from models.finding import Drug
from models.knowledge.types import Knowledge
from tests.support.source_scan import ROOT

PAGE = ROOT / "docs" / "medicines.md"
HEAD = """# Medicines with advice

Written from the knowledge files; each names its source, version, date and address.

Codes: by which codes, beside the ingredient's own in RxNorm, orders of the medicine are known as shipped.
Where products are missing, a site's own RxNorm brings them ([integrate.md](integrate.md), "Medicines").

| medicine | body | genes | codes |
|---|---|---|---|
"""


def codes(knowledge: Knowledge) -> Callable[[Drug], str]:
    drugs = knowledge.drugs
    tables = {"product": drugs.products, "NDC": drugs.ndc, "ATC": drugs.atc, "UNII": drugs.coded[UNII], "NCIt": drugs.coded[NCIT]}
    held = {name: {i for product in table.values() for i in product.ingredients} for name, table in tables.items()}
    return lambda drug: ", ".join(name for name, met in held.items() if drug.key in met) or "none"


def page(knowledge: Knowledge) -> str:
    known_by = codes(knowledge)
    rows = {
        (guideline.drug, guideline.source.body, ", ".join(sorted(guideline.keys)) or "whatever the genotype")
        for several in knowledge.guidelines.values()
        for guideline in several
    }
    flows = {(flow.drug, flow.source.body, ", ".join(sorted([*flow.keys, *flow.optional]))) for flow in knowledge.flows.values()}
    ordered = sorted(rows | flows, key=lambda row: (row[0].name, *row[1:]))
    return HEAD + "".join(f"| {drug.name} | {body} | {genes} | {known_by(drug)} |\n" for drug, body, genes in ordered)


def test_the_page_lists_what_there_is(knowledge: Knowledge, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-medicines"):
        PAGE.write_text(page(knowledge), "utf-8")
    assert PAGE.read_text("utf-8") == page(knowledge)
