"""Medicines, problems, values and requests as lines. Numbers are shown as reported and as rules would take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.reading.line import Line, where
from models.codes import Concept
from models.features.age import age
from models.features.clinical import means
from models.features.ingredients import ingredients
from models.features.pregnancy import breastfeeding, pregnant
from models.features.quantities import quantity
from models.features.tumours import tumours
from models.knowledge.types import Knowledge
from models.patient import Gap, Measurement, Medication, Order, PatientProfile

NOWHERE = "no rule knows it"


def medicine_lines(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    for order in profile.orders:
        named, lost = _ingredients(order, knowledge)
        yield Line("draft order", _label(order.medication, order.ingredients), named, where(order.origin, order.element), lost=lost)
    for medicine in profile.medications:
        state = "taken" if medicine.active else "ended"
        said = f"{_label(medicine.medication, medicine.ingredients)}, {state}"
        named, lost = _ingredients(medicine, knowledge)
        yield Line("medicine", said, named, where(medicine.origin, medicine.element), medicine.began, lost=lost)


def _ingredients(order: Order | Medication, knowledge: Knowledge) -> tuple[str, bool]:
    """What it contains and by which route; whether any of it is not known."""
    found = ingredients(order, knowledge.drugs)
    named = " + ".join(f"{drug.name} (RxNorm {drug.rxnorm})" if drug.rxnorm else drug.name for drug, _ in found.drugs)
    routes = {route for _, route in found.drugs if route}
    told = "; ".join(gap.because for gap in found.gaps)
    return ", ".join(filter(None, (named, *sorted(routes), told))), bool(found.gaps)


def chart_lines(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    yield from _problems(profile, knowledge)
    yield from _numbers(profile, knowledge)
    for allergy in profile.allergies:
        yield Line("allergy", f"{_label(allergy.substance)}, {allergy.state}", "", where(allergy.origin, allergy.element))
    for request in profile.requests:
        state = "draft" if request.draft else "on order"
        yield Line("request", f"{_label(request.code)}, {state}", _clinical(request.code, knowledge), request.origin, request.authored)


def _problems(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    """Of the patient, of relatives, and what of it is a tumour."""
    for condition in profile.conditions:
        named = _clinical(condition.code, knowledge)
        yield Line(
            "problem list",
            f"{_label(condition.code)}, {condition.state}",
            named,
            where(condition.origin, "Condition.code"),
            condition.began,
        )
    for relative in profile.family:
        said = f"{relative.relationship.label or 'a relative'}: {relative.condition.label or 'nothing recorded'}"
        yield Line("family", said, _clinical(relative.condition, knowledge) if relative.condition else "", relative.origin)
    found, gaps = tumours(profile, knowledge)
    yield from (Line("tumour", t.label, f"OncoTree {t.oncotree}, {t.state}", t.origin, t.began) for t in found)
    yield from (Line("tumour", gap.subject, gap.because, gap.origin, lost=True) for gap in gaps)
    for name, told in (("pregnancy", pregnant(profile, knowledge)), ("breastfeeding", breastfeeding(profile, knowledge))):
        if told.value is not None:
            yield Line("patient", f"{name}: {'yes' if told.value else 'no'}", told.because, told.origin)


def _numbers(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    """Values as reported; of those that rules use, what they would take, or why nothing."""
    for measured in profile.measurements:
        said = f"{_label(measured.code)}: {_value(measured)}"
        yield Line("measurement", said, _clinical(measured.code, knowledge), where(measured.origin, measured.element), measured.effective)
    years = age(profile.birth_date, profile.as_of)
    for name in knowledge.clinical.values():
        found = quantity(profile.measurements, name, profile.as_of, years) if name.measured is not None else None
        if isinstance(found, Gap):
            yield Line("value", name.label, f"not used: {found.because}", found.origin, lost=True)
        elif found is not None and name.measured is not None:
            yield Line("value", name.label, f"{found.comparator}{found.value:g} {name.measured.unit}", found.origin)
    for marker in profile.markers:
        sign = {True: "positive", False: "negative", None: "equivocal" if marker.equivocal else ""}[marker.positive]
        number = "" if marker.value is None else f"{marker.comparator}{marker.value:g} {marker.unit}".strip()
        yield Line(
            "marker",
            f"{_label(marker.code)}: {number or marker.answer.label or sign}",
            sign,
            where(marker.origin, marker.element),
            marker.effective[:10],
        )


def _clinical(code: Concept, knowledge: Knowledge) -> str:
    """The names by which rules know it."""
    return ", ".join(name.label for name in knowledge.clinical.values() if means(code, name)) or NOWHERE


def _value(measured: Measurement) -> str:
    if measured.value is None:
        return measured.answer.label
    return " ".join(filter(None, (f"{measured.comparator}{measured.value:g}", measured.unit)))


def _label(code: Concept, ingredients: Iterable[Concept] = ()) -> str:
    """As it was written, with the code that decides: 'clopidogrel 75 MG (213169)'."""
    own = code or next(iter(ingredients), Concept())
    coded = next((c.code for c in own.codings if c.code), "")
    return f"{own.label} ({coded})" if coded and coded != own.label else own.label or "?"
