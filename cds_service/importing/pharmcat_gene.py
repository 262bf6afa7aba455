"""One gene of a PharmCAT file: its genotypes, or why there is none. Several genotypes stay several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds_service.errors import InputError
from fhir_mappings.genomics_bundle import ImportedGene
from models.features.phenotypes import phenotype_of_text
from models.knowledge.types import Gene

_SOURCES = ("MATCHER", "OUTSIDE", "NONE")
_NOTHING = frozenset({"unknown", "no call", "no result", "n/a", "."})
_Pair = tuple[str, ...]


def read_gene_report(gene: Gene, place: str, report: Any) -> ImportedGene:
    """`place` is the JSON path of `report`. Raises InputError for a shape that is not known."""
    if not isinstance(report, dict):
        raise InputError(f"{place}: must be an object.")
    if report.get("geneSymbol", gene.symbol) != gene.symbol:
        raise InputError(f"{place}.geneSymbol: is another gene than the one under which it stands.")
    source = report.get("callSource")
    if source not in _SOURCES:
        raise InputError(f"{place}.callSource: must be one of {', '.join(_SOURCES)}.")
    pairs, remarks = _pairs(gene, place, report)
    if not pairs:
        return ImportedGene(gene.symbol, gene.hgnc, because=_absent(report, source), tested=source != "NONE")
    uncalled = _names(place, report, "uncalledHaplotypes")
    if source == "MATCHER" and (open_ := _not_excluded(gene, pairs, uncalled)):
        named = ", ".join(open_[:6]) + (" and others" if len(open_) > 6 else "")
        because = f"PharmCAT could not look for {named}, which would mean another phenotype"
        return ImportedGene(gene.symbol, gene.hgnc, because=because)
    if source == "OUTSIDE":
        remarks.append("Given to PharmCAT by another caller; PharmCAT did not call it.")
    if report.get("hasUndocumentedVariations") is True and report.get("treatUndocumentedVariationsAsReference") is True:
        remarks.append("PharmCAT counted a variant that no definition has as reference.")
    if len(pairs) > 1:
        remarks.append("PharmCAT does not tell these genotypes apart.")
    genotypes = tuple("/".join(pair) for pair in pairs)
    return ImportedGene(gene.symbol, gene.hgnc, genotypes, _phenotype(gene, place, report, genotypes, remarks), remarks=tuple(remarks))


def _pairs(gene: Gene, place: str, report: Mapping[str, Any]) -> tuple[list[_Pair], list[str]]:
    """The genotypes as called. Where single alleles are listed instead, those that PharmCAT combined for its look-up."""
    called = _diplotypes(place, report, "sourceDiplotypes")
    if gene.single == "never" and any(len(pair) == 1 for pair in called):
        combined = _diplotypes(place, report, "recommendationDiplotypes")
        told = "PharmCAT lists single alleles; these two are the least active ones that it combined."
        return ([], []) if any(len(pair) == 1 for pair in combined) else (combined, [told])
    return called, []


def _diplotypes(place: str, report: Mapping[str, Any], name: str) -> list[_Pair]:
    listed = report.get(name)
    if not isinstance(listed, list):
        raise InputError(f"{place}.{name}: must be a list.")
    found: dict[_Pair, None] = {}
    for number, diplotype in enumerate(listed):
        at = f"{place}.{name}[{number}]"
        if not isinstance(diplotype, dict):
            raise InputError(f"{at}: must be an object.")
        pair = tuple(allele for key in ("allele1", "allele2") if (allele := _allele(diplotype.get(key), f"{at}.{key}")))
        if any(allele.lower() in _NOTHING for allele in pair):
            return []  # one genotype that is not known leaves all open
        if pair:
            found[pair] = None
    return list(found)


def _allele(value: Any, at: str) -> str:
    if value is None:
        return ""
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{at}.name: must be a text.")
    return name.strip()


def _absent(report: Mapping[str, Any], source: str) -> str:
    if any(isinstance(d, dict) and d.get("outsidePhenotype") is True for d in report.get("sourceDiplotypes", ())):
        return "PharmCAT was given a phenotype without a genotype; import it from the laboratory that told it"
    return "PharmCAT gives no genotype" + (" (not called)" if source == "NONE" else "")


def _not_excluded(gene: Gene, pairs: Sequence[_Pair], uncalled: Sequence[str]) -> list[str]:
    """Alleles that PharmCAT left out because their positions were missing, and that in one allele's place would change the phenotype."""
    changing = []
    for allele in uncalled:
        for pair in pairs:
            others = {tuple(allele if number == at else kept for number, kept in enumerate(pair)) for at in range(len(pair))}
            if {_meaning(gene, other) for other in others} != {_meaning(gene, pair)}:
                changing.append(allele)
                break
    return changing


def _meaning(gene: Gene, pair: _Pair) -> tuple[str, str]:
    reading, _ = phenotype_of_text(gene, "/".join(pair))
    return (reading.phenotype, reading.activity_score) if reading else ("", "/".join(pair))


def _phenotype(gene: Gene, place: str, report: Mapping[str, Any], genotypes: Sequence[str], remarks: list[str]) -> str:
    """PharmCAT's phenotype, where it gives one and the same for all; a difference from ours is told."""
    given = {name for d in report["sourceDiplotypes"] for name in _names(place, d, "phenotypes")}
    stated = next(iter(given)) if len(given) == 1 else ""
    ours = {reading.phenotype for text in genotypes if (reading := phenotype_of_text(gene, text)[0])}
    if stated and ours and ours != {stated}:
        remarks.append(f"PharmCAT says {stated}; by the knowledge held here it is {' or '.join(sorted(ours))}.")
    return stated


def _names(place: str, report: Mapping[str, Any], name: str) -> list[str]:
    listed = report.get(name) or []
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise InputError(f"{place}.{name}: must be a list of texts.")
    return listed
