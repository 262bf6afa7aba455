"""One guideline, one patient: silent, a finding, or a gap. The road every drug–gene card takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.features.population import age_undecided, chosen_by_indication
from models.finding import Assessment, Checked, Recommendation
from models.knowledge.types import Population
from models.patient import Gap, Reason
from models.pharmacogenomics.danger import endangering
from models.pharmacogenomics.findings import finding, recommendations
from models.pharmacogenomics.groups import group_gaps
from models.pharmacogenomics.lookup import NOT_LISTED, find_row
from models.pharmacogenomics.question import Question, checked, gene_gaps
from models.pharmacogenomics.quiet import not_listed, not_listed_gaps, silent, untested
from models.pharmacogenomics.rows import Applied, applied_rows
from models.pharmacogenomics.tolerance import passive, tolerated
from models.pharmacogenomics.urgency import loudest, urgency

NEWBORN_DAYS = 28  #: under this age a genotype does not yet tell the enzyme's activity (decisions.md)


def assess_guideline(question: Question) -> Assessment:
    """Apply one guideline to a patient's gene states."""
    if not question.guideline.keys:
        return _label(question)
    if question.age is not None and question.age.days[0] < NEWBORN_DAYS and question.metabolic:
        return _not_applicable(question, "out_of_range", "under 28 days of age a genotype does not tell the enzyme's activity")
    if len(question.missing) == len(question.guideline.keys):
        return untested(question)
    populations = question.populations
    if not populations:
        return _not_applicable(question, "out_of_range", "the patient belongs to none of the guideline's populations")
    rows = applied_rows(question.guideline, populations, question.states, question.knowledge.genes)
    applied = _insisted(endangering(rows, question), question)
    reported = endangering(_reported(question, populations, applied), question)
    if all(a.silent for a in (*applied, *reported)):
        unlisted = any(a.row is NOT_LISTED for a in applied)
        said = not_listed(question, applied) if unlisted else silent(question, applied)
        return replace(said, gaps=(*said.gaps, *group_gaps(question, applied)))
    if not reported and tolerated(question, applied):
        return passive(question)
    return _speak(question, applied, reported)


def _label(question: Question) -> Assessment:
    """A label's rule that holds whatever the genotype, for patients of whom the chart says that they belong to it."""
    subject = f"{question.guideline.drug.name}–{question.guideline.source.body} label"
    applied = [Applied(population, {}, find_row(question.guideline, population.id, {}), None) for population in question.populations]
    if not applied and age_undecided(question.guideline, question.age):
        because = "the age is not known well enough to tell whether its rule concerns this patient"
        return Assessment(gaps=(Gap(subject, "unavailable", because),), checked=(Checked(subject, "unavailable", because),))
    if not applied:
        return Assessment(checked=(Checked(subject, "silent", "its rule does not concern this patient"),))
    found = finding(
        "drug-gene",
        loudest(applied, question.age, guideline_fatal=question.lethal),
        question.guideline,
        {},
        recommendations(question.guideline, applied, question.knowledge.drugs.ingredients),
        removable=applied[0].row.actions[0] == "alternative",
    )
    return Assessment((found,), checked=(Checked(subject, "fired", applied[0].population.label),))


def _insisted(applied: Sequence[Applied], question: Question) -> tuple[Applied, ...]:
    """Advice that a usual patient gets too is told where the chart documents the indication that it is for."""
    clinical = question.knowledge.clinical
    told = {
        name
        for a in applied
        for name in a.row.speaks_for
        if question.chart.reason_is([clinical[name]]) or question.chart.has([clinical[name]], "active")
    }
    return tuple(replace(a, insisted=not told.isdisjoint(a.row.speaks_for)) for a in applied)


def _not_applicable(question: Question, reason: Reason, because: str) -> Assessment:
    gaps = tuple(Gap(subject, reason, because) for subject in question.subjects)
    return Assessment((), gaps, tuple(Checked(subject, reason, because) for subject in question.subjects))


def _reported(question: Question, populations: Sequence[Population], applied: Sequence[Applied]) -> tuple[Applied, ...]:
    """Rows of the laboratory's own phenotype, where it differs and leads to another action than the computed one."""
    if not any(question.states[gene].reported for gene in question.guideline.keys):
        return ()
    rows = applied_rows(question.guideline, populations, question.states, question.knowledge.genes, reported=True)
    return rows if {_advice(a) for a in rows} != {_advice(a) for a in applied} else ()


def _advice(applied: Applied) -> object:
    """What is advised, with its figures: half a dose and a tenth of it differ. Silent rows are all alike."""
    row = applied.row
    return "" if applied.silent else (row.actions, row.message, tuple(row.parts.items()), row.dose)


def _deed(applied: Applied) -> str:
    """The action that counts: silent rows are all alike."""
    return "" if applied.silent else applied.row.actions[0]


def _speak(question: Question, applied: Sequence[Applied], reported: Sequence[Applied]) -> Assessment:
    everything = (*applied, *reported)
    agree = len({_deed(a) for a in everything}) == 1
    disputed = question.conflict or bool(reported)
    open_ = group_gaps(question, applied)
    loud = urgency(
        everything,
        question.age,
        guideline_fatal=question.lethal,
        settled=agree and not question.converted and not open_,
        conflict=disputed,
        ungraded=question.ungraded,
    )
    found = finding(
        "conflict" if disputed else "drug-gene",
        "warning" if question.doubtful and loud == "critical" else loud,
        question.guideline,
        question.states,
        _graded(recommendations(question.guideline, everything, question.knowledge.drugs.ingredients), question),
        removable=agree
        and not (disputed or question.doubtful or question.ungraded or open_)
        and everything[0].row.actions[0] == "alternative",
        notes=(*_notes(question, applied, reported), *(["group-not-settled"] if open_ else [])),
    )
    gaps = (*gene_gaps(question), *not_listed_gaps(question, applied), *open_)
    return Assessment((found,), gaps, checked(question, "fired", question.missing))


def _graded(said: tuple[Recommendation, ...], question: Question) -> tuple[Recommendation, ...]:
    """The source graded its advice for a measured phenotype; for one that is only predicted its class is not shown."""
    return tuple(replace(r, classification="n/a") for r in said) if question.ungraded else said


def _notes(question: Question, applied: Sequence[Applied], reported: Sequence[Applied]) -> tuple[str, ...]:
    """Message ids of what qualifies the whole card."""
    by_population = {a.population.id: {_deed(b) for b in applied if b.population is a.population} for a in applied}
    wanted = {
        "results-conflict": question.conflict,
        "phenoconverted": question.converted and not question.ungraded,
        "phenoconversion-ungraded": question.ungraded,
        "reported-differs": bool(reported),
        "depends-on-population": len({frozenset(deeds) for deeds in by_population.values()}) > 1,
        "depends-on-reading": any(len(deeds) > 1 for deeds in by_population.values()) and not question.conflict,
        "by-indication": chosen_by_indication(question.guideline, question.chart, question.knowledge.clinical),
        "derived": any(a.row.derived for a in applied),
    }
    return tuple(note for note, is_wanted in wanted.items() if is_wanted)
