"""Whose gene a result is about after a transplantation: the patient's or the donor's. It reads no alleles.

Rules: decisions.md, "Evidence beyond the genotype". After cells were transplanted, blood carries the donor's genes; a liver
graft works with the donor's enzymes while blood goes on carrying the patient's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.features.clinical import conditions_of
from models.features.dates import surely_before
from models.knowledge.chart_evidence_check import GRAFTS
from models.knowledge.types import Clinical, Gene
from models.patient import Condition, Gap, GeneResult, PatientProfile

MAYBE_DONOR = "from blood after a stem-cell transplantation, so it may be the donor's"
CELLS_REPLACED = "the blood cells come from a donor since a stem-cell transplantation; measure the enzyme instead"
NO_DATE = "stem cells were transplanted, and the dates do not say whether the result is the patient's own"
RECIPIENT = "a transplanted liver works with the donor's gene, and the result on file is the patient's own"
DONOR = "a donor's result, and nothing of the donor's works where this gene does"


@dataclass(frozen=True, slots=True)
class Own:
    """The results that count. `doubts`: those among them that may not be about the gene at work; `notes` say why on the card."""

    results: tuple[GeneResult, ...]
    gaps: tuple[Gap, ...] = ()  #: results that are not used
    notes: tuple[str, ...] = ()
    doubts: tuple[Gap, ...] = ()


def own_results(gene: Gene, results: Sequence[GeneResult], profile: PatientProfile, clinical: Mapping[str, Clinical]) -> Own:
    """The results of one gene that are about the copy of it which is at work in this patient."""
    if not profile.conditions and not any(r.source_class == "donor" for r in results):
        return Own(tuple(results))
    liver = _done(profile, clinical, "liver")
    donated = tuple(r for r in results if r.source_class == "donor")
    if gene.expressed == "liver" and liver and donated:
        others = tuple(Gap(gene.symbol, "not_callable", RECIPIENT, r.origin) for r in results if r not in donated)
        return Own(tuple(replace(r, source_class="germline") for r in donated), others, ("liver-donor",))
    gaps = tuple(Gap(gene.symbol, "not_callable", DONOR, r.origin) for r in donated)
    own = _after_cells(gene, [r for r in results if r not in donated], _done(profile, clinical, "blood"))
    own = replace(own, gaps=(*gaps, *own.gaps))
    if gene.expressed == "liver" and liver and own.results:
        told = tuple(Gap(gene.symbol, "conflict", RECIPIENT, r.origin) for r in own.results)
        return replace(own, notes=(*own.notes, "liver-graft"), doubts=(*own.doubts, *told))
    return own


def replaced(gene: Gene, profile: PatientProfile, clinical: Mapping[str, Clinical]) -> bool:
    """Was the one tissue in which the gene works transplanted?"""
    return bool(gene.expressed) and bool(_done(profile, clinical, gene.expressed))


def _done(profile: PatientProfile, clinical: Mapping[str, Clinical], tissue: str) -> tuple[Condition, ...]:
    named = clinical.get(GRAFTS[tissue])
    return conditions_of(profile.conditions, named, "active", "past") if named else ()


def _after_cells(gene: Gene, results: Sequence[GeneResult], transplants: Sequence[Condition]) -> Own:
    """Results from surely before the first transplantation are the patient's; from after it they may be the donor's.

    Where either date is not known the result is used with a caveat. A gene at work in blood cells themselves is the
    donor's now whatever was found before.
    """
    if not transplants:
        return Own(tuple(results))
    kept: list[GeneResult] = []
    gaps: list[Gap] = []
    doubts: list[Gap] = []
    for result in results:
        if gene.expressed == "blood":
            gaps.append(Gap(gene.symbol, "not_callable", CELLS_REPLACED, result.origin))
        elif all(surely_before(result.effective, t.began) for t in transplants):
            kept.append(result)
        elif any(surely_before(t.began, result.effective) for t in transplants):
            gaps.append(Gap(gene.symbol, "not_callable", MAYBE_DONOR, result.origin))
        else:
            kept.append(result)
            doubts.append(Gap(gene.symbol, "conflict", NO_DATE, result.origin))
    return Own(tuple(kept), tuple(gaps), ("stem-cell-date",) if doubts else (), tuple(doubts))
