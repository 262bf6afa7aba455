"""What is said when no row speaks: nothing, or in a few named situations one quiet card. Reassurance is never shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.finding import Action, Assessment, Finding, Kind, Recommendation
from models.knowledge.types import INDETERMINATE, NO_RESULT, NO_SCORE, Row
from models.patient import Gap
from models.pharmacogenomics.findings import finding, missing_reason, recommendations
from models.pharmacogenomics.lookup import NOT_LISTED, matches
from models.pharmacogenomics.question import Question, checked, gene_gaps
from models.pharmacogenomics.rows import Applied
from models.pharmacogenomics.urgency import fatal

NOT_LOOKED = ("unavailable", "not_understood", "unknown_allele", "conflict")
UNREAD = ("unknown_allele", "conflict")  #: reasons for which one result among others was not used, though it is the patient's


def silent(question: Question, applied: Sequence[Applied]) -> Assessment:
    """Nothing to do, except: a gene whose missing, indeterminate or unread value could kill is told once, quietly."""
    found = _exception(question, applied)
    findings = (found,) if found else ()
    return Assessment(findings, gene_gaps(question), checked(question, "fired" if found else "silent", question.missing))


def _exception(question: Question, applied: Sequence[Applied]) -> Finding | None:
    if question.missing and _could_kill(question, applied):
        return _told(question, applied, "pre-test", "test", "gene-not-tested")
    if question.lethal and any({INDETERMINATE, NO_SCORE} & set(a.lookup.values()) for a in applied):
        return _told(question, applied, "drug-gene", "no_recommendation", "gene-indeterminate")
    if question.guideline.must_test and any(gap.reason in UNREAD for gap in gene_gaps(question)):
        return _told(question, applied, "not-checked", "test", "could-not-be-checked")
    return None


def _could_kill(question: Question, applied: Sequence[Applied]) -> bool:
    """Would any value of the missing genes, beside the known ones, lead to a fatal row?"""
    known = [{gene: key for gene, key in a.lookup.items() if gene not in question.missing} for a in applied]
    populations = {a.population.id for a in applied}
    return any(
        fatal(row, question.age) and populations & set(row.populations) and any(_matches(row, k) for k in known)
        for row in question.guideline.rows
    )


def _matches(row: Row, known: Mapping[str, str]) -> bool:
    return all(matches(row.when[gene], key) for gene, key in known.items())


def _told(question: Question, applied: Sequence[Applied], kind: Kind, action: Action, message: str) -> Finding:
    row = recommendations(question.guideline, applied, question.knowledge.drugs.ingredients)[0]
    said = Recommendation(row.source, row.classification, (action,), row.population, row.lookup, message, {}, derived=True)
    return finding(kind, "info", question.guideline, question.states, (said,))


def not_listed(question: Question, applied: Sequence[Applied]) -> Assessment:
    """Silent rows, and among them a diplotype that the source does not list: a gap, told on a card if the drug must be tested for."""
    gaps = (*gene_gaps(question), *not_listed_gaps(question, applied))
    findings: tuple[Finding, ...] = ()
    if question.guideline.must_test:
        findings = (_told(question, applied, "not-checked", "test", NOT_LISTED.message),)
    return Assessment(findings, gaps, checked(question, "out_of_range", question.missing))


def not_listed_gaps(question: Question, applied: Sequence[Applied]) -> tuple[Gap, ...]:
    """Why the source says nothing for one of the readings; () when it says something for each."""
    if not any(a.row is NOT_LISTED for a in applied):
        return ()
    because = "the source lists single diplotypes, and none of them was found for a result of this gene"
    return tuple(Gap(subject, "out_of_range", because) for subject in question.subjects)


def untested(question: Question) -> Assessment:
    """No gene of the guideline has a result: coverage only, unless the drug must not be started untested."""
    keys = question.guideline.keys
    reasons = {missing_reason(question.states[gene], mode) for gene, mode in keys.items()}
    findings: tuple[Finding, ...] = ()
    if question.guideline.must_test and "pending" not in reasons:
        kind: Kind
        kind, message = ("not-checked", "could-not-be-checked") if reasons & set(NOT_LOOKED) else ("pre-test", "test-before-start")
        lookup = dict.fromkeys(keys, NO_RESULT)
        said = Recommendation(question.guideline.source.body, "n/a", ("test",), "general", lookup, message, {}, derived=True)
        findings = (finding(kind, "info", question.guideline, question.states, (said,)),)
    return Assessment(findings, gene_gaps(question), checked(question, "not_tested", tuple(keys)))
