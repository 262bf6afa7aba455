"""Phenoconversion: what is left of an enzyme's activity while other medicines slow it. Predicted, never measured.

Rules: decisions.md, "Phenoconversion". Never by the ordered drug itself, never twice, never for a product made to
inhibit, never by a route under which too little reaches the liver.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.features.gene_state import GeneState
from models.features.ingredients import ingredients
from models.features.phenotypes import STEP, readings_for_score
from models.finding import Reading
from models.knowledge.keys import score
from models.knowledge.types import INDETERMINATE, Gene, Inhibitor, Inhibitors, Knowledge, Score
from models.patient import Medication, Order, PatientProfile


@dataclass(frozen=True, slots=True)
class Taken:
    """One ingredient in one medicine of the chart or of the drafts, with what stands beside it in the product."""

    rxnorm: str
    beside: frozenset[str]
    route: str
    active: bool
    ended: str


def taken(profile: PatientProfile, knowledge: Knowledge) -> tuple[Taken, ...]:
    """Every ingredient that the patient takes, took, or is being ordered."""
    found: list[Taken] = []
    medicines: tuple[Medication | Order, ...] = (*profile.medications, *profile.orders)
    for medicine in medicines:
        drugs = ingredients(medicine, knowledge.drugs).drugs
        every = frozenset(drug.rxnorm for drug, _ in drugs)
        active, ended = (medicine.active, medicine.ended) if isinstance(medicine, Medication) else (True, "")
        found += [Taken(drug.rxnorm, every - {drug.rxnorm}, route, active, ended) for drug, route in drugs]
    return tuple(found)


def inhibiting(medicines: Sequence[Taken], inhibitors: Inhibitors, ordered: str, as_of: date) -> tuple[Inhibitor, ...]:
    """Inhibitors that count today, the strongest first; `ordered` (the drug in question) is never one of them."""
    found = {
        inhibitor
        for medicine in medicines
        if medicine.rxnorm != ordered
        and (inhibitor := inhibitors.drugs.get(medicine.rxnorm)) is not None
        and not medicine.beside & inhibitors.intended_with
        and medicine.route not in inhibitors.not_for_routes
        and _counts(medicine, inhibitor, as_of)
    }
    return tuple(sorted(found, key=lambda i: (i.factor, i.drug.name)))


def _counts(medicine: Taken, inhibitor: Inhibitor, as_of: date) -> bool:
    """Active, or stopped so lately that it is not washed out. A partial or missing end date is taken at its latest."""
    if medicine.active:
        return True
    try:
        ended = date.fromisoformat(medicine.ended[:10])
    except ValueError:
        return False
    return as_of - ended <= timedelta(days=inhibitor.washout_days)


def converted(gene: Gene, state: GeneState, inhibitors: Sequence[Inhibitor]) -> GeneState:
    """The state whose readings are those that are left under the strongest inhibitor; unchanged when nothing changes."""
    if not inhibitors or not state.readings:
        return state
    factor = min(inhibitor.factor for inhibitor in inhibitors)
    left = tuple(dict.fromkeys(r for reading in state.readings for r in _left(gene, reading, factor)))
    if {(r.phenotype, r.activity_score) for r in left} == {(r.phenotype, r.activity_score) for r in state.readings}:
        return state
    return replace(state, readings=left, genetic=state.readings, reported=(), inhibitors=tuple(inhibitors))


def _left(gene: Gene, reading: Reading, factor: float) -> tuple[Reading, ...]:
    """The score times the factor. Without a score: nothing is left of whatever there was, or it cannot be told."""
    known = score(reading.activity_score) if reading.phenotype != INDETERMINATE else None
    if known is None:
        return (reading,) if factor else readings_for_score(gene, Score(0, 0))
    return readings_for_score(gene, Score(_down(known.low * factor), _down(known.high * factor if factor else 0.0)))


def _down(activity: float) -> float:
    """To the next lower score that guidelines know; what is left is never called nothing."""
    if math.isinf(activity) or activity == 0:
        return activity
    return max(STEP, math.floor(activity / STEP) * STEP)
