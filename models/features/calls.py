"""Diplotypes from results: each result read once, results that agree in part merged. It knows no phenotypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.features.diplotypes import Diplotype, Refusal, parse_diplotype
from models.knowledge.types import Gene
from models.patient import Gap, GeneResult


@dataclass(frozen=True, slots=True)
class Call:
    """One genotype result that was read."""

    diplotype: Diplotype
    result: GeneResult


def calls(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap], sex: str = "") -> list[Call]:
    """Every genotype that was read; what could not be is added to `gaps`. Haplotypes count where no genotype was given.

    `sex` as FHIR's administrative gender: where males have one allele, one alone is read for a male only.
    """
    read = [(r, _read(gene, r, gaps)) for r in usable if r.diplotypes]
    found = [Call(d, r) for r, d in read if d is not None and _fits_sex(gene, d, sex, r.origin, gaps)]
    haplotypes = [r for r in usable if r.haplotype and r.callable]
    if haplotypes and not any(r.diplotypes for r in usable):
        found += _from_haplotypes(gene, haplotypes, gaps, sex)
    return found


def _read(gene: Gene, result: GeneResult, gaps: list[Gap]) -> Diplotype | None:
    """The diplotype that all readable spellings of one result agree on; otherwise a Gap and None."""
    parsed = [parse_diplotype(text, gene) for text in result.diplotypes]
    found = {str(p): p for p in parsed if isinstance(p, Diplotype)}
    if len(found) > 1:
        gaps.append(Gap(gene.symbol, "conflict", "code and words of one result give different diplotypes", result.origin))
        return None
    unknown = next((p for p in parsed if isinstance(p, Refusal) and p.reason == "unknown_allele"), None)
    if found and unknown is None:  # an unknown allele in one spelling outweighs another spelling: never read past it
        return next(iter(found.values()))
    refusal = unknown or next(p for p in parsed if isinstance(p, Refusal))
    gaps.append(Gap(gene.symbol, refusal.reason, f"{refusal.because}: reported as '{result.diplotypes[0]}'", result.origin))
    return None


def _fits_sex(gene: Gene, read: Diplotype, sex: str, origin: str, gaps: list[Gap]) -> bool:
    """May it be used? Two different alleles in a male are used, and told: the cautious phenotype is that of both."""
    if gene.single != "male":
        return True
    if read.alone and sex != "male":
        gaps.append(Gap(gene.symbol, "not_understood", "one allele of a gene of which only males have one; the sex is not male", origin))
        return False
    if sex == "male" and len(set(read.names)) > 1:
        because = "two different alleles of a gene of which males have one; check the sample and the recorded sex"
        gaps.append(Gap(gene.symbol, "conflict", because, origin))
    return True


def _from_haplotypes(gene: Gene, haplotypes: Sequence[GeneResult], gaps: list[Gap], sex: str) -> list[Call]:
    """Two results of one chromosome each make a pair; one alone, or more, do not say which belong together."""
    origin = haplotypes[0].origin
    only_one = gene.single == "always" or (gene.single == "male" and sex == "male")
    if len(haplotypes) != 2 and not (len(haplotypes) == 1 and only_one):
        because = f"{len(haplotypes)} haplotype result(s) do not make a pair of chromosomes"
        gaps.append(Gap(gene.symbol, "not_callable", because, origin))
        return []
    parsed = parse_diplotype("/".join(h.haplotype for h in haplotypes), gene)
    if isinstance(parsed, Refusal):
        gaps.append(Gap(gene.symbol, parsed.reason, parsed.because, origin))
        return []
    if not _fits_sex(gene, parsed, sex, origin, gaps):
        return []
    return [Call(parsed, h) for h in haplotypes]


def merged(found: Sequence[Call], gene: Gene) -> Mapping[str, Diplotype]:
    """Distinct diplotypes, without those that another one refines: the same variants found, and more elsewhere.

    At least one variant allele must be shared: "nothing found" against a variant is a contradiction, since the
    panels are not known to differ.
    """
    distinct = {str(c.diplotype): c.diplotype for c in found}
    kept = {k: d for k, d in distinct.items() if not any(_refines(other, d, gene) for other in distinct.values())}
    return kept or distinct


def _refines(wide: Diplotype, narrow: Diplotype, gene: Gene) -> bool:
    if narrow.rivals or wide.rivals:  # one that settles which rival it is, or a shorter list of the same rivals
        return {*map(str, wide.each)} < {*map(str, narrow.each)}
    rest = list(wide.names)
    variants = [name for name in narrow.names if name != gene.reference]
    for name in variants:
        if name not in rest:
            return False
        rest.remove(name)
    return bool(variants) and wide.names != narrow.names
