"""The input `reports`: DiagnosticReports as containers of results, and their running text as hints. It reads no document.

What a report refers to is read by the other inputs; `settle` says afterwards what none of them had.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fhir_mappings.contained import lent, observations_in, report_status
from fhir_mappings.free_text import ELSEWHERE, hints_in, is_elsewhere, notes_of
from fhir_mappings.genotype_slots import prose_value
from fhir_mappings.genotype_words import Said
from fhir_mappings.genotypes import SingleGene, filled, read_genotypes, result_codes, single_gene_codes
from fhir_mappings.inputs import SPECIMENS, Input, Read, Resource
from fhir_mappings.report_versions import in_force
from fhir_mappings.resource import concept, concept_codes, kind, mappings, matches, origin, text
from fhir_mappings.tables import reports, spellings
from models.codes import Concept
from models.knowledge.types import Knowledge
from models.patient import GENETIC_REPORT, Gap, GeneResult

DOCUMENT = "the report is a document that is not machine readable; have its results sent as Observations"
NO_CODES = SingleGene()
_CONCLUSION = "DiagnosticReport.conclusion"


def reports_input(knowledge: Knowledge) -> Input:
    """Genetic reports. Few senders put results there alone, so most do without it."""
    codes = reports().codes
    query = ",".join(f"{system}|{code}" for system, code in codes)
    single = single_gene_codes(knowledge)
    return Input(
        "reports",
        f"DiagnosticReport?patient={{{{context.patientId}}}}&code={query}&_count=50",
        "DiagnosticReport",
        partial(read_reports, single=single),
        codes=frozenset((name, code) for system, code in codes for name in spellings(system)),
        beside=SPECIMENS,
        on_demand=True,
    )


def read_reports(resources: Sequence[Resource], single: SingleGene = NO_CODES) -> Read:
    """What each report that is in force contains or says, and one Gap at most for what it holds beside that."""
    results: list[GeneResult] = []
    gaps = [
        Gap(kind(r), "not_understood", "a DiagnosticReport was asked for", origin(r)) for r in resources if kind(r) != "DiagnosticReport"
    ]
    for report in in_force([r for r in resources if kind(r) == "DiagnosticReport"]):
        if mappings(report.get("modifierExtension")):
            gaps.append(Gap(GENETIC_REPORT, "not_understood", "DiagnosticReport.modifierExtension may change its meaning", origin(report)))
            continue
        inside, others = _contained(report, single)
        told, unread = _told(report, inside.values)
        results += [*inside.values, *told]
        gaps += inside.gaps
        if because := _left(report, others, bool(inside.values or inside.gaps), bool(told), unread):
            gaps.append(Gap(GENETIC_REPORT, "not_understood", because, origin(report)))
    return Read(tuple(results), tuple(dict.fromkeys(gaps)))


def _contained(report: Resource, single: SingleGene) -> tuple[Read, int]:
    """Contained Observations that are results of one gene; and how many are something else."""
    every = observations_in(report)
    wanted = frozenset(result_codes(single))
    mine = [o for o in every if matches(o, wanted)]
    return read_genotypes(mine, single, within=report) if mine else Read(), len(every) - len(mine)


def _told(report: Resource, coded: Sequence[GeneResult]) -> tuple[list[GeneResult], str]:
    """What the running text says, each gene as a hint; and why it, or a part of it, gives nothing."""
    written = "\n".join(filter(None, (text(report.get("conclusion")), notes_of(report))))
    if not written:
        return [], ""
    if is_elsewhere(_name(report)) or any(r.source_class in ("somatic", "donor") for r in coded):
        return [], f"its text is not read: {ELSEWHERE}"
    told = hints_in(written)
    if told.problem:
        return [], f"its text is not machine readable: {told.problem}"
    found = [_hint(report, said, written) for said in told.results]
    rest = "" if told.whole else "a part of its text is" if found else "its text is"
    return found, f"{rest} not understood" if rest else ""


def _hint(report: Resource, said: Said, written: str) -> GeneResult:
    value = prose_value(said, written, _CONCLUSION if text(report.get("conclusion")) else "DiagnosticReport.note")
    bare = GeneResult(Concept(text=said.genes[0]), "", element=value.element, text_only=True, prose=True, **filled(value, "genotype"))
    return lent(bare, {}, report)


def _name(report: Resource) -> str:
    """What the report is called, in all words."""
    named = concept(report.get("code"))
    return " ".join((named.text, *(c.display for c in named.codings)))


def _left(report: Resource, others: int, coded: bool, told: bool, unread: str) -> str:
    """What of the report gave nothing, in one sentence; "" where it gave what it has, or points at results of their own."""
    if report_status(report) in ("preliminary", "registered") and not unread:
        return ""
    if others:
        return f"{others} of the results that it contains are of a kind that is not read here"
    if coded or mappings(report.get("result")):
        return ""  # its text repeats what is coded
    if unread:
        return unread
    if told:
        return ""
    if mappings(report.get("presentedForm")) or mappings(report.get("media")):
        return DOCUMENT
    if concept_codes(report.get("conclusionCode")):
        return "it says positive or negative as a whole, but not of which gene"
    return "it holds no result that is read here"
