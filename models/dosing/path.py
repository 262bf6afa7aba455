"""By which set of equations one branch of a dosing flow gives a number to this patient, or why by none. It works out no number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.dosing.question import DosingQuestion
from models.features.pregnancy import pregnant
from models.knowledge.dosing_types import Branch, EquationSet
from models.knowledge.types import INDETERMINATE
from models.patient import Gap


@dataclass(frozen=True, slots=True)
class Path:
    """`set` None: no number, and `gap` says why."""

    branch: Branch
    set: EquationSet | None = None
    gap: Gap | None = None
    uncounted: tuple[str, ...] = ()  #: genes and variants whose result is on file, is not the usual one, and is not in the number


def not_for(q: DosingQuestion) -> Iterator[Gap]:
    """Why no equation may be used for this patient, whatever the genotype. Each names what it is about, without the patient's values."""
    if q.child:
        yield Gap(q.subject("age"), "out_of_range", f"the equations were made for adults from {q.flow.adult_from} years")
        return
    if pregnant(q.profile, q.knowledge).value:
        yield Gap(q.subject("pregnancy"), "out_of_range", "the equations were not made in pregnancy")
    if q.person.excluded:
        because = f"a target INR above 3 is likely with {', '.join(q.person.excluded)}, and the equations are for 2 to 3"
        yield Gap(q.subject("target INR"), "out_of_range", because)
    if "medications" in q.profile.unread:
        because = "the list of medicines was not, or only partly, read: neither earlier treatment nor interacting medicines are known"
        yield Gap(q.subject("medications"), "unavailable", because)
    yield from _body(q)


def _body(q: DosingQuestion) -> Iterator[Gap]:
    """Age, height and weight: there, understood, and such as the equations were made for."""
    model = q.equations()[0]
    for name in ("age", "height", "weight"):
        value, asked, label = getattr(q.person, name), model.inputs[name], q.knowledge.inputs[name].label
        unusable = next((gap for gap in q.person.unusable if gap.subject == label), None)
        if value is None and unusable is not None:
            yield Gap(q.subject(label), unusable.reason, unusable.because, unusable.origin)
        elif value is None:
            yield Gap(q.subject(label), "unavailable", f"the {label} is not known, or not surely enough, and none is assumed")
        elif not (asked.low or 0.0) <= value <= (asked.high or 0.0):
            because = (
                f"the {label} on file lies outside {asked.low:g} to {asked.high:g} {_unit(asked.unit)}, for which the equations were made"
            )
            yield Gap(q.subject(label), "out_of_range", because)


def _unit(unit: str) -> str:
    return "years" if unit == "a" else unit


def path(q: DosingQuestion, branch: Branch) -> Path:
    """The genotype where every gene has one undisputed result and what matters in this branch was tested; without it where none is on file.

    A result that is there and cannot be used is no reason to calculate without it: the number would be another one.
    """
    lacking = [gene for gene in q.flow.keys if gene not in q.genotype.keys]
    usual = {gene: q.knowledge.genes[gene].usual for gene in q.flow.keys}
    unusual = tuple(g for g in q.flow.keys if g in q.genotype.keys and any(r.phenotype != usual[g] for r in q.states[g].readings))
    if not lacking:
        if q.genotype.tested(branch.panel):
            return Path(branch, "genotype")
        carried = tuple(one.variant for one in q.flow.linked if branch.id in one.classified and q.linked.get(one.variant))
        return Path(branch, "clinical", uncounted=(*unusual, *carried))
    for gene in lacking:
        if gap := _unusable(q, gene):
            return Path(branch, gap=gap)
    if unusual:
        because = f"{', '.join(unusual)} differs from the usual result; no equation counts it while {', '.join(lacking)} is not tested"
        return Path(branch, gap=Gap(q.subject(lacking[0]), "not_tested", because))
    return Path(branch, "clinical")


def _unusable(q: DosingQuestion, gene: str) -> Gap | None:
    """Something is, or may be, on file for the gene; None: it was not tested, or not yet."""
    state = q.states[gene]
    if not state.readings:
        if state.missing == "" or state.missing == "not_tested" or state.missing == "pending":  # as mypy narrows it
            return None
        return Gap(q.subject(gene), state.missing, state.because or f"a result of {gene} could not be looked at")
    if any(r.phenotype == INDETERMINATE for r in state.readings):
        return Gap(q.subject(gene), "not_callable", f"the effect of a reported allele of {gene} is not known, so no equation counts it")
    if state.certainty == "conflict" or state.reported:
        return Gap(q.subject(gene), "conflict", f"results on file for {gene} contradict each other; have them settled")
    return Gap(q.subject(gene), "not_callable", f"the result of {gene} on file does not name one genotype, which the equations need")
