"""One dosing flow, one patient: silent, a finding, or a gap. The genes' own lines on the card are filled in by decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.dosing.advice import Advice, another_drug, branch_advice, child_advice, of_ancestry, open_branches
from models.dosing.question import DosingQuestion
from models.dosing.remarks import remarks
from models.features.gene_state import GeneState
from models.finding import CAREFUL_FIRST, Assessment, Checked, Evidence, Finding, Recommendation, Remark, Urgency
from models.knowledge.types import INDETERMINATE
from models.patient import Gap, Reason


def assess_dosing(q: DosingQuestion) -> Assessment:
    """Apply the flow. A patient who takes or took the drug is none of its patients."""
    if q.started:
        return Assessment(checked=q.checked("silent", "the patient takes it already or took it before: the flow is for first starts"))
    if q.missing:
        return _incomplete(q)
    if q.child:
        return _child(q)
    return _adult(q)


def _adult(q: DosingQuestion) -> Assessment:
    advice = [branch_advice(q, branch) for branch in open_branches(q)]
    speaking = [a for a in advice if any(r.action != "standard" for r in a.said)]
    gaps = tuple(gaps_of(q))
    if not speaking and not q.genotype.poor:
        because = "; ".join(dict.fromkeys(a.because for a in advice))
        return Assessment((), gaps, (*q.checked("silent", because), *_refined(q, "silent")))
    said = [another_drug(q)] if q.genotype.poor else []
    said += [r for a in advice for r in a.said]
    found = _finding(q, said, _urgency(q, advice), remarks(q, advice))
    return Assessment((found,), gaps, (*q.checked("fired"), *_refined(q, "fired")))


def _urgency(q: DosingQuestion, advice: Sequence[Advice]) -> Urgency:
    """A clear change that the source is firm about warns; one step down where ancestry or readings leave it open."""
    if q.genotype.poor and (q.genotype.surely_poor or q.genotype.disputed):
        return "warning"
    agreed = len({tuple(r.action for r in a.said) for a in advice}) == 1
    return "warning" if agreed and any(a.loud for a in advice) else "info"


def _child(q: DosingQuestion) -> Assessment:
    ancestry = q.profile.ancestry
    elsewhere = bool(ancestry) and not all(of_ancestry(q.flow.child, (one,)) for one in ancestry)
    if elsewhere or not q.genotype.unusual:
        because = "children of this ancestry are dosed clinically" if elsewhere else "the genotypes are the reference ones"
        return Assessment((), tuple(gaps_of(q)), q.checked("silent", because))
    found = _finding(q, child_advice(q), "info", ())
    return Assessment((found,), tuple(gaps_of(q)), q.checked("fired"))


def _incomplete(q: DosingQuestion) -> Assessment:
    """Dosed clinically; except that a poor metabolizer is told, since that holds for every value of the missing gene."""
    checked = []
    for gene, state in ((g, q.states[g]) for g in q.flow.keys):
        missing, told = gene in q.missing, q.genotype.poor
        outcome = (state.missing or "not_callable") if missing else "fired" if told else "silent"
        because = _because(state) if missing else f"dosed clinically: {', '.join(q.missing)} is missing"
        checked.append(Checked(q.subject(gene), outcome, because))
    gaps = tuple(gaps_of(q))
    if not q.genotype.poor or q.child:
        return Assessment((), gaps, tuple(checked))
    found = _finding(q, [another_drug(q)], "info", ())
    return Assessment((found,), gaps, tuple(checked))


def _because(state: GeneState) -> str:
    return "the effect of a reported allele is not known" if state.readings else state.because or "no result on file"


def _finding(q: DosingQuestion, said: Sequence[Recommendation], urgency: Urgency, more: tuple[Remark, ...]) -> Finding:
    source = q.flow.source
    evidence = [Evidence(f"{source.body} {q.flow.drug.name}", source.version, source.url)]
    if any(r.dose for r in said):
        evidence += [Evidence(e.source.body, e.source.version, e.source.url) for e in q.equations()]
    conflict = any(q.states[gene].certainty == "conflict" for gene in q.flow.keys)
    reported = any(q.states[gene].reported for gene in q.flow.keys)
    notes = {"results-conflict": conflict, "reported-differs": reported, "derived": any(r.derived for r in said)}
    return Finding(
        kind="conflict" if q.genotype.disputed else "drug-gene",
        urgency=urgency,
        drug=q.flow.drug,
        genes=(),
        recommendations=tuple(sorted(said, key=lambda r: CAREFUL_FIRST.index(r.action))),
        evidence=tuple(evidence),
        removable=False,  # decisions.md: never one-click
        notes=tuple(note for note, wanted in notes.items() if wanted),
        gaps=tuple(dict.fromkeys(gap for state in q.states.values() for gap in state.gaps)),
        remarks=more,
    )


def _refined(q: DosingQuestion, outcome: str) -> Iterator[Checked]:
    """The genes that only refine."""
    for gene in q.flow.optional:
        state = q.states[gene]
        known = " or ".join(r.phenotype for r in state.readings)
        yield Checked(q.subject(gene), outcome if state.readings else state.missing or "not_tested", known or _because(state))


def gaps_of(q: DosingQuestion) -> Iterator[Gap]:
    """Which genes, alleles and variants were not looked at, and what was not understood of the others."""
    for gene in (*q.flow.keys, *q.flow.optional):
        state = q.states[gene]
        yield from state.gaps
        if gene in q.missing or not state.readings:
            reason = _reason(state)
            if not any(gap.reason == reason for gap in state.gaps):
                yield Gap(q.subject(gene), reason, _because(state))
    if q.missing or q.child:
        return
    for unread in ("conditions", "measurements", "medications"):
        if unread in q.profile.unread:
            yield Gap(q.subject(unread), "unavailable", "the input was not, or only partly, read, so the dose does without it")
    yield from (replace(gap, subject=q.subject(gap.subject)) for gap in q.person.unusable)
    for branch in open_branches(q):
        if not q.genotype.tested(branch.panel):
            yield Gap(
                q.subject(f"{q.flow.metabolizer} {', '.join(branch.panel)}"), "not_tested", "not known whether these alleles were tested"
            )
        unknown = (one.variant for one in q.flow.linked if branch.id in one.classified and one.variant not in q.linked)
        yield from (Gap(q.subject(v), "not_tested", "no result for this variant is on file that could be read") for v in unknown)


def _reason(state: GeneState) -> Reason:
    if any(r.phenotype == INDETERMINATE for r in state.readings):
        return "not_callable"
    return "not_tested" if state.missing == "" or state.missing == "pending" else state.missing
