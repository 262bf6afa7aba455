"""What a predicted dose says beside its number: what moves it, on what it rests, what was not tested, whom it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from models.dosing import used
from models.dosing.drivers import exact, in_words, reference_person, scale
from models.dosing.estimate import values_of
from models.dosing.grading import adjustments
from models.dosing.loading import loading_doses
from models.dosing.path import Path
from models.dosing.predicted import Predicted
from models.dosing.question import DosingQuestion
from models.dosing.refining import Refined
from models.dosing.remarks import assumed, untested
from models.finding import Remark
from models.knowledge.model_types import Value

UNSEEN = "level chosen anew"  #: the check that a card tells, the strictest: hospitals that had no part in the interval, nor in its level


def predicted_remarks(q: DosingQuestion, dose: Predicted, path: Path) -> tuple[Remark, ...]:
    return (
        *_before_all(q, path),
        *_moved(q, dose),
        Remark("dose-inputs", (("inputs", used.in_words(used.inputs_used(q, dose.set))),)),
        *assumed(q),
        *_adjusted(q, dose, path),
        *_fitted(dose),
        *(untested(q) if path.set == "genotype" else ()),
        *_loading(q, dose, path),
        *_measured(q, dose),
        *_whole(q, "; ".join(dict.fromkeys(e.model.population for e in dose.each)), q.flow.accuracy, q.flow.predicting.changes),
    )


def refined_remarks(q: DosingQuestion, found: Refined) -> tuple[Remark, ...]:
    known, how = q.knowledge.inputs, q.flow.predicting.refining
    doses = ", ".join(f"{known[name].label} {dose:g} mg" for name, dose in found.doses.items())
    rests = (("inr", f"{found.inr.value:g}"), ("day", str(found.day)), ("date", used.dated(found.inr.effective)), ("doses", doses))
    told = [*_acting(q), Remark("dose-refined", (("drug", q.flow.drug.name), *rests))]
    acting = {share.input for share in found.prediction.shares if share.amount}
    if unsure := [label for name, label in how.unsure.items() if name in acting]:
        told.append(Remark("dose-unsure-terms", (("terms", ", ".join(unsure)), ("equation", found.model.label))))
    told += _shares(q, [(found.prediction.model, exact(found.prediction, found.model, known))], found.values)
    told.append(Remark("dose-inputs", (("inputs", used.in_words(used.inputs_used(q, "refined"))),)))
    if found.absent:
        told.append(Remark("dosing-assumed", (("what", ", ".join(found.absent)),)))
    told.append(Remark("dose-no-interval", (("equation", found.model.label),)))
    return (*told, *_whole(q, found.model.population, q.flow.predicting.accuracy, how.changes))


def _acting(q: DosingQuestion) -> Iterator[Remark]:
    if q.acting:
        named = ", ".join(f"{one.drug.name} ({one.strength})" for one in q.acting)
        yield Remark("dose-acting", (("drugs", named), ("gene", q.flow.metabolizer)))


def _before_all(q: DosingQuestion, path: Path) -> Iterator[Remark]:
    """What a reader must know before the number is of use."""
    yield from _acting(q)
    if q.genotype.poor:
        yield Remark("dose-other-drug-first", (("source", q.flow.source.body), ("drug", q.flow.drug.name), ("gene", q.flow.metabolizer)))
    if not q.profile.ancestry:
        yield Remark("dose-ancestry-open")
    if path.set != "clinical":
        return
    if any(q.states[gene].missing == "pending" for gene in q.flow.keys):
        yield Remark("dose-result-pending")
    if path.branch.panel and not q.genotype.tested(path.branch.panel) and path.branch.ancestry and q.profile.ancestry and q.genotype.keys:
        parts = (("source", q.flow.source.body), ("gene", q.flow.metabolizer), ("alleles", ", ".join(path.branch.panel)))
        yield Remark("dose-clinically", parts)
    if path.uncounted:
        yield Remark("dose-uncounted", (("genes", ", ".join(path.uncounted)),))


def _moved(q: DosingQuestion, dose: Predicted) -> Iterator[Remark]:
    known = q.knowledge.inputs
    use = q.flow.of(dose.set)[0]
    values = values_of(use, q.flow, q.person.of(q.profile.ancestry), q.genotype.keys, frozenset(m.input for m in q.medicines))
    if told := in_words(dose.each, values, known):
        yield Remark("dose-drivers", (("drivers", told), ("reference", reference_person(dose.each[0].model, known))))
    yield from _shares(q, [(e.model.id, exact(e.prediction, e.model, known)) for e in dose.each if e.prediction], values)


def _shares(q: DosingQuestion, told: list[tuple[str, str]], values: Mapping[str, Value]) -> Iterator[Remark]:
    for name, shares in told:
        model = q.knowledge.models[name]
        yield Remark("dose-shares", (("equation", model.label), ("scale", scale(model)), ("shares", shares)))


def _adjusted(q: DosingQuestion, dose: Predicted, path: Path) -> Iterator[Remark]:
    """Less for carriers of further alleles is in the number, the careful way; more is told, and left to who doses."""
    for adjustment, copies in dose.adjusted:
        low, high = adjustment.twice if copies > 1 else adjustment.once
        yield Remark("dose-less", (("gene", adjustment.gene), ("percent", f"{low:g}–{high:g} %"), ("source", q.flow.source.body)))
    for adjustment, _ in adjustments(q, path.branch) if path.set == "genotype" else ():
        if not adjustment.less:
            low, high = adjustment.once
            strength = adjustment.classified[path.branch.id]
            yield Remark("dose-more", (("gene", adjustment.gene), ("percent", f"{low:g}–{high:g} %"), ("strength", strength)))


def _fitted(dose: Predicted) -> Iterator[Remark]:
    if dose.calibrations:
        sites = ", ".join(dict.fromkeys(one.site for one in dose.calibrations))
        people = min(one.people for one in dose.calibrations)
        yield Remark("dose-fitted", (("site", sites), ("people", str(people))))


def _loading(q: DosingQuestion, dose: Predicted, path: Path) -> Iterator[Remark]:
    wanted = q.knowledge.dose_loading and path.set == "genotype" and not dose.adjusted
    if not wanted or set(q.profile.ancestry) - set(q.flow.predicting.loading_for) or not q.profile.ancestry:
        return
    if doses := loading_doses(q, dose.daily):
        told = ", ".join(f"day {number} {mg:.1f} mg" for number, mg in enumerate(doses, 1))
        model = q.knowledge.models[q.flow.predicting.loading]
        yield Remark("dose-loading", (("model", model.label), ("doses", told), ("population", model.population)))


def _measured(q: DosingQuestion, dose: Predicted) -> Iterator[Remark]:
    """How often the interval held in people of the same group, at hospitals that it had not seen."""
    for one in dose.table.coverage:
        if one.ancestry == dose.group and one.check == UNSEEN:
            covered, aimed = (f"{part * 100:.0f} %" for part in (one.covered, dose.table.nominal))
            parts = (("covered", covered), ("people", f"{one.people}"), ("ancestry", one.ancestry), ("percent", aimed))
            yield Remark("dose-interval", parts)
    if counted := [one.label for one in q.medicines if any(one.input in e.model.inputs for e in dose.each)]:
        yield Remark("dose-interval-medicines", (("medicines", ", ".join(counted)),))


def _whole(q: DosingQuestion, population: str, accuracy: str, changes: Sequence[str]) -> Iterator[Remark]:
    if "conditions" in q.profile.unread:
        yield Remark("dose-conditions-unread")
    yield Remark("dose-usual", (("usual", q.flow.predicting.usual), ("changes", "; ".join(changes))))
    yield Remark("dose-limits", (("population", population), ("accuracy", accuracy)))
