"""Reports against everything else that came: what they list and nothing had, and what they repeat or rest on. It reads no result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fhir_mappings.genotypes import NOT_READ
from fhir_mappings.inputs import Read, Resource
from fhir_mappings.provenance import status
from fhir_mappings.references import parse
from fhir_mappings.report_versions import in_force
from fhir_mappings.reports import DOCUMENT
from fhir_mappings.resource import concept_codes, contained, kind, mappings, origin, text
from fhir_mappings.tables import reports as reports_table
from fhir_mappings.tables import spellings
from models.patient import GENETIC_REPORT, Gap, GeneResult

_SETTLED = ("final", "amended", "corrected")


def settle(read: Read, reports: Sequence[Resource], others: Sequence[Resource], results: Sequence[GeneResult], server: str) -> Read:
    """The reports' results beside `results`, those of the Observations themselves. `others`: every resource that came along.

    A contained copy of an Observation that came itself is dropped. The text of a report is not used while one of its
    results is withdrawn or not final.
    """
    held = {origin(r): r for r in others if kind(r) == "Observation"}
    known = {_content(r) for r in results}
    gaps: list[Gap] = []
    unsettled = set()
    for report in in_force([r for r in reports if kind(r) == "DiagnosticReport"]):
        listed = _listed(report, server)
        if missing := [name for name in listed if not _is_here(name, report, held)]:
            gaps.append(Gap(GENETIC_REPORT, "unavailable", f"{len(missing)} of the results that it lists {NOT_READ}", origin(report)))
        if any(name in held and status(held[name]) not in _SETTLED for name in listed):
            unsettled.add(origin(report))
    kept = [r for r in read.values if not (r.prose and r.origin in unsettled) and (r.prose or _content(r) not in known)]
    gaps += [
        Gap(GENETIC_REPORT, "not_understood", "one of its results is not final, so its text is not used", o) for o in sorted(unsettled)
    ]
    gaps += _documents(others, reports)
    return Read(tuple(kept), (*read.gaps, *gaps))


def _listed(report: Resource, server: str) -> list[str]:
    """'Observation/1', '#a' or 'urn:…' of each result; what no reference can be read from counts as ''."""
    found = (parse(r, server) for r in mappings(report.get("result")))
    return [target.key if target else "" for target in found]


def _is_here(name: str, report: Resource, held: Mapping[str, Resource]) -> bool:
    if name.startswith("#"):
        return name[1:] in contained(report)
    return name in held or f"Observation/{name.removeprefix('urn:uuid:')}" in held


def _content(result: GeneResult) -> GeneResult:
    """What is the same in a copy."""
    return replace(result, origin="", element="", derived_from=(), effective="", laboratory="")


def _documents(others: Sequence[Resource], reports: Sequence[Resource]) -> list[Gap]:
    """Genetic reports that came as documents alone."""
    codes = {(name, code) for system, code in reports_table().codes for name in spellings(system)}
    documents = [r for r in others if kind(r) == "DocumentReference"] if not reports else []
    found = [r for r in documents if not codes.isdisjoint(concept_codes(r.get("type"))) and text(r.get("status")) != "entered-in-error"]
    return [Gap(GENETIC_REPORT, "not_understood", DOCUMENT, origin(r)) for r in found]
