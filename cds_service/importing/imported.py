"""What an import comes to: the bundle, and a line for each gene that says what was called or why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from cds_service.errors import InputError
from cds_service.wire import write_json
from fhir_mappings.genomics_bundle import ImportedGene, Origin, genomics_bundle, genotype_text

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?")
SOFTWARE = f"precision-hooks {version('precision-hooks')}"


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of one import."""

    bundle: dict[str, Any]
    genes: tuple[ImportedGene, ...]
    remarks: tuple[str, ...] = ()  #: of the file as a whole

    @property
    def called(self) -> int:
        return sum(1 for gene in self.genes if gene.genotypes)

    def json(self) -> str:
        return write_json(self.bundle, indent=True).decode()

    def summary(self) -> str:
        """For people: remarks, the genes that were called, those that were not and why."""
        lines = [*self.remarks, f"{self.called} of {len(self.genes)} genes called. Outside the order path; not a laboratory result."]
        for gene in self.genes:
            told = genotype_text(gene.symbol, gene.genotypes) if gene.genotypes else f"{gene.symbol}: no genotype, {gene.because}"
            lines.append(f"  {told}{f' – {gene.phenotype}' if gene.genotypes and gene.phenotype else ''}")
            lines += [f"      {remark}" for remark in gene.remarks]
        return "\n".join(lines)


def imported(origin: Origin, genes: Sequence[ImportedGene], remarks: Sequence[str] = ()) -> Imported:
    return Imported(genomics_bundle(origin, genes), tuple(genes), tuple(remarks))


def check_asked(patient: str, effective: str | None) -> None:
    """Raises InputError unless these can stand in a resource."""
    if not _ID.fullmatch(patient):
        raise InputError("--patient must be a FHIR id: 1 to 64 letters, digits, '-' or '.'.")
    if effective is not None and not DATE.fullmatch(effective):
        raise InputError("--effective must be a FHIR date or dateTime, for example 2026-03-01.")
