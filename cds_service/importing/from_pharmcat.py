"""`import pharmcat`: the genotypes of a PharmCAT report.json or phenotype.json. What it calls is PharmCAT's; nothing is called anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cds_service.errors import InputError
from cds_service.importing.imported import DATE, SOFTWARE, Imported, check_asked, imported
from cds_service.importing.pharmcat_gene import read_gene_report
from cds_service.importing.vcf_file import digest_of
from cds_service.wire import NotJson, read_json
from fhir_mappings.genomics_bundle import ImportedGene, Origin
from models.knowledge.types import Gene

MAJOR = ("2", "3")  #: versions of PharmCAT whose files are read
_GUIDANCE = ("CPIC", "DPWG", "FDA")  #: how version 2 parts the genes; the first that has a gene tells it
_Reports = dict[str, tuple[str, Any]]  #: gene → (JSON path, report)


def import_pharmcat(path: Path, patient: str, effective: str | None, genes: Mapping[str, Gene]) -> Imported:
    """Raises InputError, naming the JSON path, for what is not one of PharmCAT's files; OSError where it cannot be opened."""
    check_asked(patient, effective)
    document = _document(path)
    written = _version(document)
    reports = _reports(document)
    results: list[ImportedGene] = []
    remarks: list[str] = []
    for symbol in sorted(reports):
        if symbol in genes:
            results.append(read_gene_report(genes[symbol], *reports[symbol]))
        else:
            remarks.append(f"{symbol}: not a gene that is known here; left out.")
    date = effective or _text(document, "timestamp")
    if not date:
        remarks.append("The file has no date, so the results have none: give --effective if you know it.")
    data = _text(document, "dataVersion") or _text(document, "cpicVersion")
    method = (
        f"Named alleles as PharmCAT {written or 'of a version not told'} gave them{f' (data {data})' if data else ''}; read by {SOFTWARE}"
    )
    if date and not DATE.fullmatch(date):
        raise InputError("timestamp: must be a date with a time, as PharmCAT writes it.")
    return imported(Origin(patient, path.name, digest_of(path), method, date), results, remarks)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = read_json(path.read_bytes())
    except NotJson as error:
        raise InputError(f"$: {error}") from None
    if not isinstance(document, dict):
        raise InputError("$: must be an object, as PharmCAT's report.json and phenotype.json are.")
    return document


def _version(document: Mapping[str, Any]) -> str:
    """As written, without the leading v; "" in phenotype.json, which need not tell it."""
    place = "pharmcatVersion"
    if place not in document:
        if "genes" in document:
            raise InputError("pharmcatVersion: is missing; a report.json tells the version that made it.")
        return ""
    written = _text(document, place).removeprefix("v")
    if written.partition(".")[0] not in MAJOR:
        raise InputError(f"{place}: only files of PharmCAT {' and '.join(MAJOR)} are read; make the report anew with one of these.")
    return written


def _reports(document: Mapping[str, Any]) -> _Reports:
    """Version 3 lists the genes, version 2 by guidance source and then gene."""
    top = next((name for name in ("genes", "geneReports") if name in document), "")
    if not top:
        raise InputError(
            "$: has neither 'genes' (report.json) nor 'geneReports' (phenotype.json), so it is none of PharmCAT's that are read."
        )
    listed = _object(document[top], top)
    parted = [name for name in _GUIDANCE if name in listed]
    if not parted:
        return {symbol: (f"{top}.{symbol}", report) for symbol, report in listed.items()}
    if strangers := sorted(listed.keys() - set(_GUIDANCE)):
        raise InputError(
            f"{top}.{strangers[0]}: stands beside guidance sources; this mixture is no shape of PharmCAT's that is known here."
        )
    found: _Reports = {}
    for source in parted:
        for symbol, report in _object(listed[source], f"{top}.{source}").items():
            found.setdefault(symbol, (f"{top}.{source}.{symbol}", report))
    return found


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{place}: must be an object.")
    return value


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name}: must be a text.")
    return value or ""
