"""The state of one gene in one patient: every reading that could be true, or why there is none.

It merges results; it does not know drugs. Rules: decisions.md, "Several results for one gene" and
"Reported against computed phenotype".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from models.features.by_exclusion import by_exclusion
from models.features.calls import Call, calls, merged
from models.features.hints import BY_WORDS, without_hints
from models.features.phenotypes import copies_open, readings, readings_for_phenotype
from models.features.presence import allele_statuses
from models.features.provenance import NOWHERE, Provenance, provenance
from models.features.scores import compared, readings_of_scores, settled
from models.features.unphased import not_ruled_out
from models.finding import Evidence, Reading
from models.knowledge.types import Gene, Modulator
from models.patient import Gap, GeneResult, Reason

USABLE = ("final", "amended", "corrected")
OLD_TERMS = "the result is older than today's borders between phenotypes"
Certainty = Literal["certain", "ambiguous", "conflict"]


@dataclass(frozen=True, slots=True)
class GeneState:
    """What is known of a gene. `readings` drive the look-up; `reported` are the laboratory's own where they differ."""

    gene: str
    readings: tuple[Reading, ...] = ()
    reported: tuple[Reading, ...] = ()
    reported_phenotype: str = ""
    genetic: tuple[Reading, ...] = ()  #: where other medicines slow or speed the enzyme: the readings without them
    modulators: tuple[Modulator, ...] = ()  #: these medicines
    mentioned: tuple[Modulator, ...] = ()  #: medicines that act on the enzyme too, but do not enter the readings
    predicted: bool = False  #: no guideline grades what the modulators leave
    shown: tuple[Reading, ...] = ()  #: readings that are told beside the others and not looked up
    rule: str = ""  #: message id (gene-rule-…) of why `readings` drive, where something else stands beside them
    notes: tuple[str, ...] = ()  #: message ids of what qualifies every advice that rests on this
    doubts: tuple[Gap, ...] = ()  #: why what is used may not be about the gene at work in this patient
    unseen: tuple[Gap, ...] = ()  #: inputs that could have said more and were not read
    evidence: tuple[Evidence, ...] = ()  #: where it is from that an enzyme test or a problem means what it is taken for
    ordered: frozenset[str] = frozenset()  #: tests on order: alleles of presence genes, "" for the gene itself
    certainty: Certainty = "certain"
    alleles: Mapping[str, str] = field(default_factory=dict)  #: presence genes: "*57:01" → positive · negative · conflict · undecided
    provenance: Provenance = NOWHERE
    missing: Reason | Literal["", "pending"] = "not_tested"  #: "" when there is something to look up
    because: str = ""
    gaps: tuple[Gap, ...] = ()


def gene_state(gene: Gene, results: Sequence[GeneResult], complete: bool, sex: str = "") -> GeneState:
    """Merge all results of one gene. `complete` False: more may exist that was not seen. `sex`: as FHIR's administrative gender."""
    usable, pending, gaps = _sort_out(gene, results)
    usable = without_hints(gene, usable, gaps)
    state = _presence(gene, usable, gaps) if gene.method == "presence" else _metabolism(gene, usable, gaps, sex)
    if state.provenance.by_words:
        state = replace(state, doubts=(Gap(gene.symbol, "not_understood", BY_WORDS, state.provenance.sources[0]),))
    if state.missing != "not_tested":
        return state
    if pending:
        return GeneState(gene.symbol, missing="pending", because="a result is registered or preliminary", gaps=state.gaps)
    if not complete:
        return GeneState(gene.symbol, missing="unavailable", because="not all results could be read", gaps=state.gaps)
    return state


def _sort_out(gene: Gene, results: Sequence[GeneResult]) -> tuple[list[GeneResult], bool, list[Gap]]:
    """Final germline results, whether one is still to come, and why others are not used."""
    usable: list[GeneResult] = []
    gaps: list[Gap] = []
    pending = False
    for result in results:
        if result.status in ("preliminary", "registered"):
            pending = True
        elif result.status not in USABLE:
            gaps.append(
                Gap(gene.symbol, "not_understood", f"status '{result.status}' does not say that the result is final", result.origin)
            )
        elif result.source_class == "somatic":
            gaps.append(Gap(gene.symbol, "not_understood", "a tumour result says nothing about the inherited gene", result.origin))
        else:
            usable.append(result)
    return usable, pending, gaps


def _metabolism(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap], sex: str) -> GeneState:
    found = calls(gene, usable, gaps, sex)
    told = [r for r in usable if r.phenotype]
    known = [r for r in told if r.phenotype in gene.phenotypes]
    gaps += [
        Gap(gene.symbol, "not_understood", "the reported phenotype is not a term of this gene", r.origin) for r in told if r not in known
    ]
    if found:
        return _from_calls(gene, found, known, gaps)
    if known:
        return _from_phenotypes(gene, known, gaps)
    if scored := [r for r in usable if r.activity_score and not (r.diplotypes or r.haplotype or r.phenotype)]:
        return _from_scores(gene, scored, usable, gaps)
    return _nothing(gene, usable, gaps)


def _from_calls(gene: Gene, found: Sequence[Call], told: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    """Computed drives the look-up; a reported phenotype that differs stands beside it."""
    distinct = merged(found, gene)
    gaps += not_ruled_out(gene, distinct.values(), found[0].result.origin)
    by_name = {name: [c.result for c in found if str(c.diplotype) == name] for name in distinct}
    driven = tuple(r for name, d in distinct.items() for r in _dated(readings(gene, d), by_name[name], len(distinct)))
    compared(gene, driven, [c.result for c in found], gaps)
    reported = tuple(dict.fromkeys(r.phenotype for r in told))
    differing = tuple(p for p in reported if p not in {r.phenotype for r in driven})
    beside = tuple(r for p in differing for r in _reported(gene, p, told))
    rule = "computed" if beside else ""
    if len(reported) == len(distinct) == 1 and copies_open(next(iter(distinct.values()))):
        driven, beside, rule = _by_report(gene, driven, reported[0], told)
    return GeneState(
        gene.symbol,
        readings=set_beside(gene, driven) if rule == "computed" else driven,
        reported=beside,
        reported_phenotype=" / ".join(differing or reported[:1]),
        rule=rule,
        notes=by_exclusion(gene, found),
        certainty="conflict" if len(distinct) > 1 else "ambiguous" if len(driven) > 1 else "certain",
        provenance=provenance([c.result for c in found] + list(told)),
        missing="",
        gaps=tuple(gaps),
    )


def _by_report(
    gene: Gene, computed: tuple[Reading, ...], phenotype: str, told: Sequence[GeneResult]
) -> tuple[tuple[Reading, ...], tuple[Reading, ...], str]:
    """Where the number of copies is open the laboratory knows more: its phenotype picks among the computed readings.

    Where it is none of them it drives, and the computed ones stand beside it.
    """
    picked = tuple(r for r in computed if r.phenotype == phenotype)
    if picked:
        return picked, (), "copies-open" if len(picked) < len(computed) else ""
    return _reported(gene, phenotype, told), set_beside(gene, computed), "copies-open"


def _reported(gene: Gene, phenotype: str, told: Sequence[GeneResult]) -> tuple[Reading, ...]:
    """A laboratory's phenotype, with laboratory and date as its reason."""
    who = dict.fromkeys(", ".join(filter(None, (r.laboratory, r.effective[:10]))) or r.origin for r in told if r.phenotype == phenotype)
    return tuple(replace(r, because=f"reported, {'; '.join(who)}") for r in readings_for_phenotype(gene, phenotype))


def set_beside(gene: Gene, computed: Sequence[Reading]) -> tuple[Reading, ...]:
    """Computed readings with the version of the knowledge that computed them, for a card that shows others beside them."""
    by = f"computed with {gene.source.body}, {gene.source.version}"
    return tuple(replace(r, because="; ".join(filter(None, (r.because, by)))) for r in computed)


def _dated(found: tuple[Reading, ...], results: Sequence[GeneResult], rivals: int) -> tuple[Reading, ...]:
    """Where results disagree, each reading says which result (date, laboratory) it rests on."""
    if rivals == 1:
        return found
    because = "; ".join(dict.fromkeys(", ".join(filter(None, (r.effective[:10], r.laboratory))) or r.origin for r in results))
    return tuple(Reading(r.diplotype, r.phenotype, r.activity_score, because) for r in found)


def _from_phenotypes(gene: Gene, told: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    """A phenotype alone leaves scores open; one from before the terms were redrawn leaves its neighbours open too."""
    names = tuple(dict.fromkeys(r.phenotype for r in told))
    by_name = {name: [r for r in told if r.phenotype == name] for name in names}
    meant = {name: settled(gene, readings_for_phenotype(gene, name), by_name[name], gaps) for name in names}
    found = tuple(r for name in names for r in _dated(meant[name], by_name[name], len(names)))
    old = [name for name in names if all(_before(r.effective, gene.terms_since) for r in by_name[name])]
    neighbours = dict.fromkeys(near for name in old for near in _neighbours(gene, name) if near not in names)
    found += tuple(replace(r, because=OLD_TERMS) for name in neighbours for r in readings_for_phenotype(gene, name))
    return GeneState(
        gene.symbol,
        readings=found,
        rule="allele-undefined" if any(gap.reason == "unknown_allele" for gap in gaps) else "",
        reported_phenotype=" / ".join(names),
        certainty="conflict" if len(names) > 1 else "ambiguous" if len(found) > 1 else "certain",
        provenance=provenance(told),
        missing="",
        gaps=tuple(gaps),
    )


def _from_scores(gene: Gene, scored: Sequence[GeneResult], usable: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    """Activity scores without genotype and phenotype."""
    found = readings_of_scores(gene, scored, gaps)
    if not found:
        return _nothing(gene, usable, gaps)
    rivals = len({r.activity_score for r in scored})
    certainty: Certainty = "conflict" if rivals > 1 else "ambiguous" if len(found) > 1 else "certain"
    return GeneState(gene.symbol, found, certainty=certainty, provenance=provenance(scored), missing="", gaps=tuple(gaps))


def _before(effective: str, since: str) -> bool:
    """Both ISO and maybe partial; an undated result is not known to be old."""
    return bool(since and effective) and effective[: len(since)] < since[: len(effective)]


def _neighbours(gene: Gene, phenotype: str) -> tuple[str, ...]:
    if phenotype not in gene.scale:
        return ()
    place = gene.scale.index(phenotype)
    return gene.scale[max(0, place - 1) : place] + gene.scale[place + 1 : place + 2]


def _presence(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    statuses, used, more = allele_statuses(gene, usable)
    gaps += more
    if not used:
        return _nothing(gene, usable, gaps)
    certainty: Certainty = "conflict" if "conflict" in statuses.values() else "certain"
    return GeneState(gene.symbol, alleles=statuses, certainty=certainty, provenance=provenance(used), missing="", gaps=tuple(gaps))


def _nothing(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    """No result to look up: tested but not callable, seen but not understood, or not tested."""
    uncallable = next((r for r in usable if not r.callable), None)
    if uncallable is not None:
        gaps.append(Gap(gene.symbol, "not_callable", uncallable.because or "tested, but no result could be given", uncallable.origin))
    own = [g for g in gaps if g.reason in ("unknown_allele", "conflict", "not_callable", "not_understood")]
    if usable and own:
        return GeneState(gene.symbol, missing=own[0].reason, because=own[0].because, gaps=tuple(gaps))
    return GeneState(gene.symbol, because="no result on file", gaps=tuple(gaps))
