"""The state of one gene in one patient: every reading that could be true, or why there is none.

It merges results; it does not know drugs. Rules: decisions.md, "Several results for one gene" and
"Reported against computed phenotype".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models.features.diplotypes import Diplotype, Refusal, parse_diplotype
from models.features.phenotypes import readings, readings_for_phenotype
from models.features.presence import allele_statuses
from models.finding import Reading
from models.knowledge.types import Gene
from models.patient import Gap, GeneResult, Reason

USABLE = ("final", "amended", "corrected")
Certainty = Literal["certain", "ambiguous", "conflict"]


@dataclass(frozen=True, slots=True)
class GeneState:
    """What is known of a gene. `readings` drive the look-up; `reported` are the laboratory's own where they differ."""

    gene: str
    readings: tuple[Reading, ...] = ()
    reported: tuple[Reading, ...] = ()
    reported_phenotype: str = ""
    certainty: Certainty = "certain"
    alleles: Mapping[str, str] = field(default_factory=dict)  #: presence genes: "*57:01" → positive · negative · conflict · undecided
    as_of: str = ""
    laboratory: str = ""
    amended: bool = False
    by_words: bool = False  #: rests on free text without a code
    sources: tuple[str, ...] = ()
    missing: Reason | Literal["", "pending"] = "not_tested"  #: "" when there is something to look up
    because: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Call:
    """One genotype result that was read."""

    diplotype: Diplotype
    result: GeneResult


def gene_state(gene: Gene, results: Sequence[GeneResult], complete: bool) -> GeneState:
    """Merge all results of one gene. `complete` False: more may exist that was not seen."""
    usable, pending, gaps = _sort_out(gene, results)
    state = _presence(gene, usable, gaps) if gene.method == "presence" else _metabolism(gene, usable, gaps)
    if state.missing != "not_tested":
        return state
    if pending:
        return GeneState(gene.symbol, missing="pending", because="a result is registered or preliminary", gaps=state.gaps)
    if not complete:
        return GeneState(gene.symbol, missing="unavailable", because="not all results could be read", gaps=state.gaps)
    return state


def _sort_out(gene: Gene, results: Sequence[GeneResult]) -> tuple[list[GeneResult], bool, list[Gap]]:
    usable, gaps, pending = [], [], False
    for result in results:
        if result.status in ("preliminary", "registered"):
            pending = True
        elif result.status not in USABLE:
            gaps.append(Gap(gene.symbol, "not_understood", f"status '{result.status}' does not say that the result is final", result.origin))
        elif result.source_class == "somatic":
            gaps.append(Gap(gene.symbol, "not_understood", "a tumour result says nothing about the inherited gene", result.origin))
        else:
            usable.append(result)
    return usable, pending, gaps


def _metabolism(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    calls = _calls(gene, usable, gaps)
    told = [r for r in usable if r.phenotype]
    known = [r for r in told if r.phenotype in gene.phenotypes]
    gaps += [Gap(gene.symbol, "not_understood", "the reported phenotype is not a term of this gene", r.origin) for r in told if r not in known]
    if calls:
        return _from_calls(gene, calls, known, gaps)
    if known:
        return _from_phenotypes(gene, known, gaps)
    return _nothing(gene, usable, gaps)


def _calls(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> list[_Call]:
    calls = [_Call(read, r) for r in usable if r.diplotypes and (read := _read(gene, r, gaps)) is not None]
    haplotypes = [r for r in usable if r.haplotype and r.callable]
    if not calls and haplotypes and not any(r.diplotypes for r in usable):
        calls += _from_haplotypes(gene, haplotypes, gaps)
    return calls


def _read(gene: Gene, result: GeneResult, gaps: list[Gap]) -> Diplotype | None:
    """The diplotype that all readable spellings of one result agree on; otherwise a Gap and None."""
    parsed = [parse_diplotype(text, gene) for text in result.diplotypes]
    found = {str(p): p for p in parsed if isinstance(p, Diplotype)}
    if len(found) == 1 and not _spelling_contradicts(parsed):
        return next(iter(found.values()))
    if len(found) > 1:
        gaps.append(Gap(gene.symbol, "conflict", "code and words of one result give different diplotypes", result.origin))
        return None
    refusal = next(p for p in parsed if isinstance(p, Refusal))
    gaps.append(Gap(gene.symbol, refusal.reason, f"{refusal.because}: reported as '{result.diplotypes[0]}'", result.origin))
    return None


def _spelling_contradicts(parsed: Sequence[Diplotype | Refusal]) -> bool:
    """An unknown allele in one spelling outweighs a readable other spelling: never read past it."""
    return any(isinstance(p, Refusal) and p.reason == "unknown_allele" for p in parsed)


def _from_haplotypes(gene: Gene, haplotypes: Sequence[GeneResult], gaps: list[Gap]) -> list[_Call]:
    if len(haplotypes) != 2:
        gaps.append(
            Gap(gene.symbol, "not_callable", f"{len(haplotypes)} haplotype result(s) do not make a pair of chromosomes", haplotypes[0].origin)
        )
        return []
    parsed = parse_diplotype("/".join(h.haplotype for h in haplotypes), gene)
    if isinstance(parsed, Refusal):
        gaps.append(Gap(gene.symbol, parsed.reason, parsed.because, haplotypes[0].origin))
        return []
    return [_Call(parsed, h) for h in haplotypes]


def _from_calls(gene: Gene, calls: Sequence[_Call], told: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    distinct = _broadest({str(c.diplotype): c.diplotype for c in calls}, gene)
    driven = tuple(r for name, d in distinct.items() for r in _dated(readings(gene, d), [c.result for c in calls if str(c.diplotype) == name], len(distinct)))
    reported = tuple(dict.fromkeys(r.phenotype for r in told))
    differing = tuple(p for p in reported if p not in {r.phenotype for r in driven})
    return GeneState(
        gene.symbol,
        readings=driven,
        reported=tuple(r for p in differing for r in readings_for_phenotype(gene, p)),
        reported_phenotype=" / ".join(differing or reported[:1]),
        certainty="conflict" if len(distinct) > 1 else "ambiguous" if len(driven) > 1 else "certain",
        missing="",
        **_provenance([c.result for c in calls] + list(told), gaps),
    )


def _dated(found: tuple[Reading, ...], results: Sequence[GeneResult], rivals: int) -> tuple[Reading, ...]:
    """Where results disagree, each reading says which result (date, laboratory) it rests on."""
    if rivals == 1:
        return found
    because = "; ".join(dict.fromkeys(", ".join(filter(None, (r.effective[:10], r.laboratory))) or r.origin for r in results))
    return tuple(Reading(r.diplotype, r.phenotype, r.activity_score, because) for r in found)


def _broadest(distinct: Mapping[str, Diplotype], gene: Gene) -> Mapping[str, Diplotype]:
    """Leave out a diplotype that another one refines: the same variants found, and more where it says "nothing found".

    At least one variant allele must be shared: "nothing found" against a variant is a contradiction, since the
    panels are not known to differ.
    """

    def refines(wide: Diplotype, narrow: Diplotype) -> bool:
        variants = [h for h in narrow.names if h != gene.reference]
        rest = list(wide.names)
        for name in variants:
            if name not in rest:
                return False
            rest.remove(name)
        return bool(variants) and wide.names != narrow.names

    kept = {k: d for k, d in distinct.items() if not any(refines(other, d) for other in distinct.values())}
    return kept or distinct


def _from_phenotypes(gene: Gene, told: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    names = tuple(dict.fromkeys(r.phenotype for r in told))
    found = tuple(
        r for name in names for r in _dated(readings_for_phenotype(gene, name), [t for t in told if t.phenotype == name], len(names))
    )
    return GeneState(
        gene.symbol,
        readings=found,
        reported_phenotype=" / ".join(names),
        certainty="conflict" if len(names) > 1 else "ambiguous" if len(found) > 1 else "certain",
        missing="",
        **_provenance(told, gaps),
    )


def _presence(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    statuses, used, more = allele_statuses(gene, usable)
    gaps += more
    if not used:
        return _nothing(gene, usable, gaps)
    certainty: Certainty = "conflict" if "conflict" in statuses.values() else "certain"
    return GeneState(gene.symbol, alleles=statuses, certainty=certainty, missing="", **_provenance(used, gaps))


def _nothing(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> GeneState:
    """No result to look up: tested but not callable, seen but not understood, or not tested."""
    uncallable = next((r for r in usable if not r.callable), None)
    if uncallable is not None:
        gaps.append(Gap(gene.symbol, "not_callable", uncallable.because or "tested, but no result could be given", uncallable.origin))
    own = [g for g in gaps if g.reason in ("unknown_allele", "conflict", "not_callable", "not_understood")]
    if usable and own:
        return GeneState(gene.symbol, missing=own[0].reason, because=own[0].because, gaps=tuple(gaps))
    return GeneState(gene.symbol, because="no result on file", gaps=tuple(gaps))


def _provenance(results: Sequence[GeneResult], gaps: Sequence[Gap]) -> dict[str, object]:
    newest = max(results, key=lambda r: r.effective)
    return {
        "as_of": newest.effective[:10],
        "laboratory": newest.laboratory,
        "amended": newest.status in ("amended", "corrected"),
        "by_words": all(r.text_only and not r.gene.codings for r in results),
        "sources": tuple(dict.fromkeys(r.origin for r in results)),
        "gaps": tuple(gaps),
    }
