"""`import vcf`: star alleles of one germline sample, for the genes whose alleles small variants can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cds_service.errors import InputError
from cds_service.importing.builds import check_build
from cds_service.importing.imported import SOFTWARE, Imported, check_asked, imported
from cds_service.importing.vcf_file import VcfFile, digest_of, opened
from cds_service.importing.vcf_sites import GeneSites, tallies
from fhir_mappings.genomics_bundle import FoundVariant, ImportedGene, Origin
from models.features.sites import OTHER
from models.features.star_alleles import call
from models.knowledge.definition_types import Definitions, GeneDefinitions
from models.knowledge.types import Gene


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's options."""

    patient: str
    build: str | None = None
    sample: str | None = None
    absent_is_reference: bool = False
    effective: str | None = None


def import_vcf(path: Path, asked: Asked, genes: Mapping[str, Gene], definitions: Definitions) -> Imported:
    """Raises InputError where the file must not be read, OSError where it cannot be."""
    check_asked(asked.patient, asked.effective)
    by_contig = tallies(definitions.genes.values())
    wanted = {
        name: sorted({s.position + i for t in several for s in t.defined.sites.values() for i in range(len(s.reference))})
        for name, several in by_contig.items()
    }
    with opened(path, wanted, asked.sample) as file:
        check_build(file.header, asked.build)
        for record in file.records:
            for tally in by_contig[record.CHROM]:
                tally.add(record, file.sample)
        date = asked.effective or file.date
        check_contigs(file)
    # a chromosome without any record was not looked at, whatever else the file lists
    told = {t.defined.symbol for name in file.lines.contigs for t in by_contig[name]} if asked.absent_is_reference else set()
    found = {t.defined.symbol: t.result(t.defined.symbol in told) for several in by_contig.values() for t in several}
    results = [_gene(genes[symbol], definitions.genes[symbol], sites) for symbol, sites in sorted(found.items())]
    results += [
        ImportedGene(symbol, genes[symbol].hgnc, because=because, tested=False)
        for symbol, because in sorted(definitions.not_callable.items())
        if symbol in genes
    ]
    method = f"Named alleles from a VCF on GRCh38 by {SOFTWARE}; {definitions.source.body} {definitions.source.version}"
    return imported(Origin(asked.patient, path.name, digest_of(path), method, date), results, _remarks(asked, date))


def check_contigs(file: VcfFile) -> None:
    """One chromosome under two names would be counted twice."""
    if len({name.startswith("chr") for name in file.lines.contigs}) > 1:
        raise InputError("one chromosome stands under two names ('chr10' and '10'). Give the file one naming.")


def _remarks(asked: Asked, date: str) -> list[str]:
    told = []
    if asked.absent_is_reference:
        told.append(
            "--absent-is-reference: positions that are in no record count as reference. That is wrong where they were not sequenced."
        )
    if not date:
        told.append("The file has no date, so the results have none: give --effective if you know it.")
    elif not asked.effective:
        told.append("The results bear the date of the file; give --effective for that of the sample.")
    return told


def _gene(gene: Gene, defined: GeneDefinitions, sites: GeneSites) -> ImportedGene:
    called = call(gene, defined, sites.calls)
    remarks = []
    for why in sorted({why for why in sites.unread.values() if why}):
        names = [defined.sites[p].name for p, reason in sites.unread.items() if reason == why]
        remarks.append(f"{len(names)} position(s) {why}: {', '.join(names[:6])}{' …' if len(names) > 6 else ''}.")
    if called.pairs:
        remarks += _limits(gene, defined, called.missing, len(called.pairs))
    return ImportedGene(
        symbol=gene.symbol,
        hgnc=gene.hgnc,
        genotypes=called.genotypes,
        phenotype=called.phenotype,
        because=called.because,
        tested=called.reason != "not_tested",
        remarks=tuple(remarks),
        variants=tuple(_variants(defined, sites)),
    )


def _limits(gene: Gene, defined: GeneDefinitions, missing: tuple[str, ...], genotypes: int) -> list[str]:
    told = []
    if genotypes > 1:
        told.append("The file does not tell these genotypes apart.")
    if missing:
        told.append(f"{len(missing)} position(s) were not read; none of them changes the phenotype.")
    if defined.combine:
        told.append("Each chromosome counts as its least active allele; other variants on it are listed by themselves.")
    if defined.not_looked_for:
        told.append(f"Not looked for: {', '.join(defined.not_looked_for)}.")
    return told


def _variants(defined: GeneDefinitions, sites: GeneSites) -> list[FoundVariant]:
    found = []
    for position, at in sites.calls.items():
        site = defined.sites[position]
        for base in sorted({base for base in at.bases if base not in (None, OTHER, site.reference)}, key=str):
            copies = at.bases.count(base)
            if None not in at.bases:
                found.append(FoundVariant(defined.refseq, position, site.reference, str(base), site.rsid, copies, len(at.bases)))
    return found
