"""What is said when no row speaks: nothing, or in a few named situations one quiet card. Reassurance is never shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.codes import LOINC
from models.finding import Action, Assessment, Checked, Finding, Kind, Orderable, Recommendation
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
    if question.missing and _could_kill(question, applied) and (said := _of_missing(question)):
        return _told(question, applied, said[0], "test", said[1])
    if question.lethal and any({INDETERMINATE, NO_SCORE} & set(a.lookup.values()) for a in applied):
        return _told(question, applied, "drug-gene", "no_recommendation", "gene-indeterminate")
    if question.guideline.must_test and any(gap.reason in UNREAD for gap in gene_gaps(question)):
        return _told(question, applied, "not-checked", "test", "could-not-be-checked")
    if question.guideline.must_test and question.hinted:
        return _told(question, applied, "not-checked", "test", "only-in-running-text")
    return None


def _of_missing(question: Question) -> tuple[Kind, str] | None:
    """Kind and message for genes without a value, by why they have none. What could not be looked at is told where tests are a must."""
    modes = question.guideline.keys
    reasons = {missing_reason(question.states[gene], modes[gene]) for gene in question.missing}
    if reasons == {"pending"}:
        return "pre-test", "gene-result-pending"
    if reasons <= {"unavailable", "pending"}:
        return ("not-checked", "gene-not-read") if question.guideline.must_test else None
    if reasons <= {*NOT_LOOKED, "pending"}:
        return "not-checked", "gene-not-read"
    return "pre-test", "gene-without-result" if "not_callable" in reasons else "gene-not-tested"


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
    tests = orderable(question) if kind == "pre-test" else ()
    return finding(kind, "info", question.guideline, question.states, (said,), tests=tests)


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
    """No gene of the guideline has a result: coverage only, unless the drug must not be started untested and is started now."""
    keys = question.guideline.keys
    reasons = {missing_reason(question.states[gene], mode) for gene, mode in keys.items()}
    findings: tuple[Finding, ...] = ()
    seen = checked(question, "not_tested", tuple(keys))
    kind: Kind
    kind, message = ("not-checked", "could-not-be-checked") if reasons & set(NOT_LOOKED) else ("pre-test", "test-before-start")
    if question.started and kind == "pre-test":
        seen += (Checked(f"{question.guideline.drug.name}–first start", "silent", "it was taken before, so a test is not asked for"),)
    elif question.guideline.must_test and "pending" not in reasons:
        lookup = dict.fromkeys(keys, NO_RESULT)
        said = Recommendation(question.guideline.source.body, "n/a", ("test",), "general", lookup, message, {}, derived=True)
        tests = orderable(question) if kind == "pre-test" else ()
        findings = (finding(kind, "info", question.guideline, question.states, (said,), tests=tests),)
    return Assessment(findings, gene_gaps(question), seen)


def orderable(question: Question) -> tuple[Orderable, ...]:
    """The tests that would tell what is missing, as far as the genes' files hold a LOINC code of one."""
    found = []
    for gene in question.missing:
        mode = question.guideline.keys[gene]
        codes = _codes(question, gene, mode)
        if codes and missing_reason(question.states[gene], mode) != "pending":
            found.append(Orderable(f"{gene}{mode if mode.startswith('*') else ''}", codes[0]))
    return tuple(found)


def _codes(question: Question, gene: str, mode: str) -> tuple[str, ...]:
    """LOINC codes of tests of the allele or the gene; of its enzyme where the gene's own have none."""
    knowledge = question.knowledge
    if mode.startswith("*"):
        return tuple(code for code, allele in knowledge.genes[gene].presence_loinc.items() if allele == mode)
    tests = knowledge.evidence[gene].tests if gene in knowledge.evidence else ()
    enzyme = sorted(code for test in tests for system, code in knowledge.clinical[test.measured].codes if system == LOINC)
    return (*knowledge.genes[gene].loinc, *enzyme)
