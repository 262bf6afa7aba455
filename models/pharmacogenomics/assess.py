"""One guideline, one patient: silent, a finding, or a gap. The road every drug–gene card takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.features.age import Age
from models.features.gene_state import GeneState
from models.features.population import open_populations
from models.finding import Action, Assessment, Checked, Finding, Kind, Recommendation
from models.knowledge.types import INDETERMINATE, NO_RESULT, NO_SCORE, Guideline, Knowledge, Population, Row
from models.patient import Gap, Reason
from models.pharmacogenomics.findings import finding, missing_reason, recommendations
from models.pharmacogenomics.lookup import matches
from models.pharmacogenomics.rows import Applied, applied_rows
from models.pharmacogenomics.urgency import fatal, urgency

NEWBORN_DAYS = 28  #: under this age a genotype does not yet tell the enzyme's activity (decisions.md)
NOT_LOOKED = ("unavailable", "not_understood", "unknown_allele", "conflict")


@dataclass(frozen=True, slots=True)
class Question:
    """One guideline put to one patient."""

    guideline: Guideline
    states: Mapping[str, GeneState]
    age: Age | None
    knowledge: Knowledge

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(f"{self.guideline.drug.name}–{gene}" for gene in self.guideline.keys)

    @property
    def lethal(self) -> bool:
        """Has the guideline any row whose neglect can kill (for this patient, as far as the age is known)?"""
        return any(fatal(row, self.age) for row in self.guideline.rows)


def assess_guideline(question: Question) -> Assessment:
    """Apply one guideline to a patient's gene states."""
    if question.age is not None and question.age.days[0] < NEWBORN_DAYS and _metabolic(question):
        return _gap_only(question, "out_of_range", "under 28 days of age a genotype does not tell the enzyme's activity")
    missing = [gene for gene, mode in question.guideline.keys.items() if _missing(question.states[gene], mode)]
    if len(missing) == len(question.guideline.keys):
        return _untested(question)
    populations = open_populations(question.guideline, question.age)
    if not populations:
        return _gap_only(question, "out_of_range", "the patient belongs to none of the guideline's populations")
    applied = applied_rows(question.guideline, populations, question.states, question.knowledge.genes)
    reported = _reported(question, populations, applied)
    if all(a.silent for a in (*applied, *reported)):
        return _silent(question, applied, missing)
    return _speak(question, applied, reported, missing)


def _metabolic(question: Question) -> bool:
    return any(not mode.startswith("*") for mode in question.guideline.keys.values())


def _missing(state: GeneState, mode: str) -> bool:
    return state.alleles.get(mode, "undecided") == "undecided" if mode.startswith("*") else not state.readings


def _contradicts(state: GeneState, mode: str) -> bool:
    """For a presence gene only the allele that is asked about counts."""
    return state.alleles.get(mode) == "conflict" if mode.startswith("*") else state.certainty == "conflict"


def _reported(question: Question, populations: Sequence[Population], applied: Sequence[Applied]) -> tuple[Applied, ...]:
    """Rows of the laboratory's own phenotype, where it differs and leads to another action than the computed one."""
    if not any(question.states[gene].reported for gene in question.guideline.keys):
        return ()
    rows = applied_rows(question.guideline, populations, question.states, question.knowledge.genes, reported=True)
    return rows if {_deed(a) for a in rows} != {_deed(a) for a in applied} else ()


def _deed(applied: Applied) -> str:
    """The action that counts: silent rows are all alike."""
    return "" if applied.silent else applied.row.actions[0]


def _speak(question: Question, applied: Sequence[Applied], reported: Sequence[Applied], missing: Sequence[str]) -> Assessment:
    guideline, everything = question.guideline, (*applied, *reported)
    conflict = any(_contradicts(question.states[gene], mode) for gene, mode in guideline.keys.items())
    agree = len({_deed(a) for a in everything}) == 1
    notes = _notes(question, applied, reported, conflict, agree)
    found = finding(
        "conflict" if conflict or reported else "drug-gene",
        urgency(
            everything, question.age, guideline_fatal=question.lethal, settled=agree and not reported, conflict=conflict or bool(reported)
        ),
        guideline,
        question.states,
        recommendations(guideline, everything, question.knowledge.drugs.ingredients),
        removable=agree and not conflict and not reported and everything[0].row.actions[0] == "alternative",
        notes=notes,
    )
    return Assessment((found,), _gene_gaps(question, missing), _checked(question, "fired", missing))


def _notes(question: Question, applied: Sequence[Applied], reported: Sequence[Applied], conflict: bool, agree: bool) -> tuple[str, ...]:
    by_population = {a.population.id: {_deed(b) for b in applied if b.population is a.population} for a in applied}
    populations_differ = len({frozenset(deeds) for deeds in by_population.values()}) > 1
    by_reading = any(len(deeds) > 1 for deeds in by_population.values())
    wanted = {
        "results-conflict": conflict,
        "reported-differs": bool(reported),
        "depends-on-population": populations_differ,
        "depends-on-reading": by_reading and not conflict,
        "derived": any(a.row.derived for a in applied),
    }
    return tuple(note for note, is_wanted in wanted.items() if is_wanted)


def _silent(question: Question, applied: Sequence[Applied], missing: Sequence[str]) -> Assessment:
    """Nothing to do, except: a missing or indeterminate gene whose other values could kill is said once, quietly."""
    findings: tuple[Finding, ...] = ()
    if missing and _could_kill(question, applied, missing):
        findings = (_quiet(question, applied, "test", "gene-not-tested"),)
    elif question.lethal and any({INDETERMINATE, NO_SCORE} & set(a.lookup.values()) for a in applied):
        findings = (_quiet(question, applied, "no_recommendation", "gene-indeterminate"),)
    return Assessment(findings, _gene_gaps(question, missing), _checked(question, "fired" if findings else "silent", missing))


def _could_kill(question: Question, applied: Sequence[Applied], missing: Sequence[str]) -> bool:
    """Would any value of the missing genes, beside the known ones, lead to a fatal row?"""
    known = [{gene: key for gene, key in a.lookup.items() if gene not in missing} for a in applied]
    populations = {a.population.id for a in applied}
    return any(
        fatal(row, question.age) and populations & set(row.populations) and any(_matches(row, k) for k in known)
        for row in question.guideline.rows
    )


def _matches(row: Row, known: Mapping[str, str]) -> bool:
    return all(matches(row.when[gene], key) for gene, key in known.items())


def _quiet(question: Question, applied: Sequence[Applied], action: Action, message: str) -> Finding:
    row = recommendations(question.guideline, applied, question.knowledge.drugs.ingredients)[0]
    said = Recommendation(row.source, row.classification, (action,), row.population, row.lookup, message, {}, derived=True)
    return finding("pre-test" if action == "test" else "drug-gene", "info", question.guideline, question.states, (said,))


def _untested(question: Question) -> Assessment:
    """No gene of the guideline has a result: coverage only, unless the drug must not be started untested."""
    genes = tuple(question.guideline.keys)
    reasons = {missing_reason(question.states[gene], mode) for gene, mode in question.guideline.keys.items()}
    findings: tuple[Finding, ...] = ()
    if question.guideline.must_test and "pending" not in reasons:
        blind = any(reason in NOT_LOOKED for reason in reasons)
        kind: Kind
        kind, message = ("not-checked", "could-not-be-checked") if blind else ("pre-test", "test-before-start")
        said = Recommendation(
            question.guideline.source.body, "n/a", ("test",), "general", dict.fromkeys(genes, NO_RESULT), message, {}, derived=True
        )
        findings = (finding(kind, "info", question.guideline, question.states, (said,)),)
    return Assessment(findings, _gene_gaps(question, genes), _checked(question, "fired" if findings else "not_tested", genes))


def _gene_gaps(question: Question, missing: Sequence[str]) -> tuple[Gap, ...]:
    found: list[Gap] = []
    for gene, mode in question.guideline.keys.items():
        state = question.states[gene]
        found += state.gaps
        reason = missing_reason(state, mode)
        if gene in missing and not any(gap.reason == reason for gap in state.gaps):
            found.append(
                Gap(f"{question.guideline.drug.name}–{gene}", "not_tested" if reason == "pending" else reason, _because(state, reason))
            )
    return tuple(dict.fromkeys(found))


def _because(state: GeneState, reason: str) -> str:
    if reason == "not_callable":
        return "the typing is too coarse to tell the allele that the guideline asks about"
    return state.because or "no result on file for the allele that the guideline asks about"


def _checked(question: Question, outcome: str, missing: Sequence[str]) -> tuple[Checked, ...]:
    found = []
    for (gene, mode), subject in zip(question.guideline.keys.items(), question.subjects, strict=True):
        state = question.states[gene]
        reason = missing_reason(state, mode)
        found.append(
            Checked(subject, reason, _because(state, reason)) if gene in missing else Checked(subject, outcome, _why(question, gene))
        )
    return tuple(found)


def _why(question: Question, gene: str) -> str:
    state, mode = question.states[gene], question.guideline.keys[gene]
    if mode.startswith("*"):
        return f"{mode} {state.alleles[mode]}"
    return " or ".join(" ".join(filter(None, (r.diplotype, r.phenotype, r.activity_score))) for r in state.readings)


def _gap_only(question: Question, reason: Reason, because: str) -> Assessment:
    gaps = tuple(Gap(subject, reason, because) for subject in question.subjects)
    return Assessment((), gaps, tuple(Checked(subject, reason, because) for subject in question.subjects))
