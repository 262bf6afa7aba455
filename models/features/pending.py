"""Tests of a gene that are on order: requests that name it by a code of a test. Whether that is soon enough is not judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from models.codes import LOINC
from models.features.clinical import means
from models.features.dates import days_of
from models.knowledge.types import Gene, Knowledge
from models.patient import PatientProfile, Request

#: an order that is older without a result is not waited for (the house's own rule, as long as a pre-test card rests)
WAITED_DAYS = 90
WHOLE = ""  #: the gene itself, and not one allele of it


def on_order(gene: Gene, profile: PatientProfile, knowledge: Knowledge) -> frozenset[str]:
    """What of the gene is being tested: alleles of presence genes ("*57:01"), or WHOLE. Drafts of this call count too."""
    return frozenset(part for request in profile.requests if _recent(request, profile) for part in _tested(request, gene, knowledge))


def _tested(request: Request, gene: Gene, knowledge: Knowledge) -> Sequence[str]:
    codes = (*request.code.codes(LOINC), *_of_the_site(request, gene, knowledge))
    if WHOLE in codes:
        return (WHOLE,)
    evidence = knowledge.evidence.get(gene.symbol)
    measured = [knowledge.clinical[test.measured] for test in evidence.tests] if evidence else []
    if any(code in gene.loinc for code in codes) or any(means(request.code, name) for name in measured):
        return (WHOLE,)
    return tuple(gene.presence_loinc[code] for code in codes if code in gene.presence_loinc)


def _of_the_site(request: Request, gene: Gene, knowledge: Knowledge) -> Sequence[str]:
    """What the site's own codes of this gene's tests mean: the LOINC code of an allele's test, or WHOLE."""
    own = [knowledge.local.results.get((coding.system, coding.code)) for coding in request.code.codings]
    return [row.loinc or WHOLE for row in own if row is not None and row.gene == gene.symbol]


def _recent(request: Request, profile: PatientProfile) -> bool:
    """Undated ones count: what is listed as a request is taken to be open."""
    placed = days_of(request.authored)
    return placed is None or profile.as_of - placed[1] <= timedelta(days=WAITED_DAYS)
