"""What a dose card adds to its advice: what was counted, what was not known, what was not tested, and for whom it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.dosing.advice import Advice, open_branches
from models.dosing.question import DosingQuestion
from models.finding import Remark
from models.knowledge.dosing_types import MedicineInput


def remarks(q: DosingQuestion, advice: Sequence[Advice]) -> tuple[Remark, ...]:
    given = [] if q.no_number else [e for a in advice if a.said for e in a.estimates if e.daily]
    found: list[Remark] = []
    if given:
        found += [*_counted(q), *assumed(q)]
        refused = {e.model.label: e.because for a in advice if a.said for e in a.estimates if e.because}
        found += [Remark("dosing-refused", (("equation", label), ("because", because))) for label, because in refused.items()]
    found += [*untested(q)]
    populations = dict.fromkeys(e.population for e in q.equations())
    found.append(Remark("dosing-limits", (("population", "; ".join(populations)), ("accuracy", q.flow.accuracy))))
    if "medications" in q.profile.unread:
        found.append(Remark("dosing-first-start-unknown", (("drug", q.flow.drug.name),)))
    return tuple(found)


def _counted(q: DosingQuestion) -> Iterator[Remark]:
    someone = q.person
    extra = [one.label for one in q.medicines if _asked(one, q)]
    extra += [q.knowledge.clinical[name].label for name in q.flow.chart["smoking"][1:]] if someone.smoker else []
    extra += [" or ".join(q.knowledge.clinical[name].label for name in q.flow.chart["clot"])] if someone.clot else []
    extra += ["ancestry as reported"] if someone.ancestry else ["ancestry unknown"]
    parts = (
        ("age", f"{someone.age:g}"),
        ("height", f"{someone.height:.0f}"),
        ("weight", f"{someone.weight:.0f}"),
        ("target", f"{someone.target_inr:g}"),
        ("extra", ", ".join(dict.fromkeys(extra))),
    )
    yield Remark("dosing-counted", parts)


def _asked(medicine: MedicineInput, q: DosingQuestion) -> bool:
    return any(medicine.input in model.inputs for model in q.equations())


def assumed(q: DosingQuestion) -> Iterator[Remark]:
    """What the chart does not say is counted as absent, and told."""
    unknown = [q.knowledge.clinical[q.flow.chart["smoking"][0]].label] if q.person.smoker is None else []
    if "medications" in q.profile.unread:
        unknown.append("other medicines")
    if "conditions" in q.profile.unread:
        unknown.append("conditions")
    if unknown:
        yield Remark("dosing-assumed", (("what", ", ".join(unknown)),))


def untested(q: DosingQuestion) -> Iterator[Remark]:
    gene, panel = q.flow.metabolizer, dict.fromkeys(allele for branch in q.flow.branches for allele in branch.panel)
    if panel and not q.genotype.tested(tuple(panel)):
        yield Remark("dosing-panel", (("gene", gene), ("alleles", ", ".join(panel))))
    for branch in open_branches(q):
        for one in q.flow.linked:
            if branch.id in one.classified and one.variant not in q.linked:
                yield Remark("dosing-unread", (("variant", one.variant), ("ancestry", branch.label), ("percent", one.words)))
    for adjustment in q.flow.adjustments:
        here = any(branch.id in adjustment.classified for branch in open_branches(q))
        if here and adjustment.gene in q.flow.optional and not q.states[adjustment.gene].readings:
            low, high = adjustment.once
            yield Remark("dosing-optional", (("gene", adjustment.gene), ("percent", f"{low:g}–{high:g} %")))
