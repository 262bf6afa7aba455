"""What follows from inherited disease apart from medicines: one finding for each condition, for sites that ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.germline import ORIGIN_UNSAID, Inherited, Wanted, inherited
from models.features.tumour_genes import ByGene, variants_of_genes
from models.features.variant_evidence import lookup, rests_on
from models.finding import Assessment, Checked, Drug, Evidence, Finding, GeneEvidence, Recommendation
from models.hereditary.statements import ANYBODY, LIKELY, PHASE_OPEN, evidence, unread
from models.knowledge.hereditary_types import Checked as Read
from models.knowledge.hereditary_types import Hereditary, HereditaryRule, ListedGene
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile

GENERAL = "hereditary-summary-general"  #: message id


def hereditary_summary(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """For (likely) pathogenic variants that the report calls germline, in genes of the list, of rules and of summaries."""
    known = knowledge.hereditary
    by_gene, _ = variants_of_genes(profile.variants, knowledge.biomarkers.genes) if profile.variants else ({}, ())
    findings: list[Finding] = []
    gaps: list[Gap] = []
    for summary in known.summaries:
        wanted = Wanted(summary.inheritance, summary.variants)
        found = _found(summary.genes, by_gene, wanted, summary.copies == "two", profile.sex, gaps)
        if found:
            findings.append(_finding(summary.condition, summary.message, found, summary.source, summary.checked))
    for gene, variants in by_gene.items():
        if variants:
            findings += _general(gene, by_gene, known, profile.sex, gaps)
    checked = tuple(Checked(f"summary–{finding.condition}", "fired", finding.recommendations[0].message) for finding in findings)
    return Assessment(tuple(findings), tuple(dict.fromkeys(gaps)), checked)


def _found(genes: Sequence[str], by_gene: ByGene, wanted: Wanted, two: bool, sex: str, gaps: list[Gap]) -> list[Inherited]:
    """A variant of which the report does not say that it is inherited makes no summary: it may be a tumour's."""
    found = []
    for gene in genes:
        one = inherited(gene, by_gene.get(gene, ()), wanted, sex)
        if one.variants and one.said_inherited and (not two or one.copies == "two"):
            found.append(one)
        else:
            gaps += [gap for gap in one.gaps if gap.because == ORIGIN_UNSAID]
    return found


def _general(gene: str, by_gene: ByGene, known: Hereditary, sex: str, gaps: list[Gap]) -> list[Finding]:
    """Conditions of the list and of rules that no summary speaks of, together for the gene."""
    covered = {condition for s in known.summaries if gene in s.genes for condition in s.covers}
    rows = [row for row in known.listed.get(gene, ()) if row.condition not in covered]
    found = [(row.condition, row.checked, f) for row in rows for f in _listed(row, by_gene, known, sex, gaps)]
    if found and known.listed_source is not None:
        return [_about_gene([(c, read) for c, read, _ in found], found[0][2], known.listed_source)]
    if rows:
        return []
    rules = [rule for rule in known.rules if gene in rule.genes and rule.condition not in covered]
    spoken = [(rule, f) for rule in rules for f in _ruled(rule, gene, by_gene, sex, gaps)]
    return [_about_gene([(r.condition, r.checked) for r, _ in spoken], spoken[0][1], spoken[0][0].source)] if spoken else []


def _listed(row: ListedGene, by_gene: ByGene, known: Hereditary, sex: str, gaps: list[Gap]) -> list[Inherited]:
    named = known.named.get(row.gene, ()) if row.report == "named" else ()
    wanted = Wanted(row.inheritance or "AD", named, truncating=row.report == "truncating")
    return _found((row.gene,), by_gene, wanted, row.report in ("two", "named"), sex, gaps)


def _ruled(rule: HereditaryRule, gene: str, by_gene: ByGene, sex: str, gaps: list[Gap]) -> list[Inherited]:
    return _found((gene,), by_gene, Wanted(rule.inheritance, rule.variants), rule.copies == "two", sex, gaps)


def _about_gene(conditions: Sequence[tuple[str, Read]], found: Inherited, source: Source) -> Finding:
    names = " or ".join(dict.fromkeys(condition for condition, _ in conditions))
    read: Read = "no" if any(r == "no" for _, r in conditions) else "partly" if any(r == "partly" for _, r in conditions) else "yes"
    return _finding(names, GENERAL, [found], source, read)


def _finding(condition: str, message: str, found: Sequence[Inherited], source: Source, read: Read) -> Finding:
    genes: tuple[GeneEvidence, ...] = tuple(gene for one in found for gene in rests_on(one))
    notes = [LIKELY] if all(one.likely for one in found) else []
    notes += [PHASE_OPEN] if all(not one.phased for one in found) else []
    said = Recommendation(
        source=source.body,
        classification="n/a",
        actions=("monitor",),
        population=ANYBODY,
        lookup=lookup(genes),
        message=message,
        parts={"condition": condition, "gene": " and ".join(one.gene for one in found)},
    )
    cited: Evidence = evidence(source, condition)
    return Finding(
        kind="hereditary",
        urgency="info",
        drug=Drug(condition, ""),  # a summary bears the condition's name where others bear a medicine's
        genes=genes,
        recommendations=(said,),
        evidence=(cited,),
        notes=tuple(notes),
        remarks=unread(read, source, condition),
        condition=condition,
    )
