"""Every case of tests/cases as a whole answer in every dialect, and the date of each result in its card."""

from __future__ import annotations

import pytest

from cds_service.clients.dialect import shaped
from cds_service.clients.dialects import dialect, load_dialects
from cds_service.messages import messages
from cds_service.present import present
from cds_service.present import summary as summary_of
from cds_service.words import advice, gene_line
from models.decisions.assess import assess_orders
from models.finding import GeneEvidence
from models.knowledge.types import Knowledge
from tests.support.cases import Case, all_cases, profile
from tests.support.dialect_rules import invented, limits, lost
from tests.support.edge import asked, draft, drafts, request, service
from tests.support.response_rules import problems

words = messages()


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_fault_H06_fault_H08_a_case_in_every_dialect(case: Case, knowledge: Knowledge) -> None:
    found = assess_orders(profile(case, knowledge), knowledge)
    orders = {order.partition("/")[2] for finding in found.findings for order in finding.orders}
    call = asked(request(context={"draftOrders": drafts(*(draft(order) for order in sorted(orders) or ["m1"]))}))
    for name in load_dialects():
        spoken = dialect(name)
        before = present(found, call, service(), knowledge, width=spoken.summary_width)
        after = shaped(before, spoken, words.text)
        assert lost(before, after) == [] and invented(before, after) == []
        assert problems(after) == [] and limits(after, name) == []
    for finding in found.findings:
        do = advice(finding, finding.recommendations[0], words).do
        short = summary_of(finding, words, 80)
        assert short.startswith(do) and (len(short) <= 80 or short == do), "genes go first; drug and action are never cut"
        for gene in finding.genes:
            assert _dated(gene), gene_line(gene, words, show_possible=True)


def _dated(gene: GeneEvidence) -> bool:
    """Its own date, or that there is none; readings of several results, and problems, have dates of their own or none."""
    line = gene_line(gene, words, show_possible=True)
    if gene.as_of and gene.as_of in line:
        return True
    from_problem = gene.rule.startswith("problem")
    several = bool(gene.possible) and all(reading.because for reading in gene.possible)
    return bool(gene.missing) or "date not given" in line or (not gene.as_of and from_problem) or several
