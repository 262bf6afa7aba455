"""Phenoconversion: what is left of an enzyme's activity while other medicines slow or speed it. Predicted, never measured.

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
from models.knowledge.types import INDETERMINATE, Gene, Knowledge, Modulator, Modulators, Score
from models.patient import Medication, Order, PatientProfile


@dataclass(frozen=True, slots=True)
class Taken:
    """One ingredient in one medicine of the chart or of the drafts, with what stands beside it in the product."""

    drug: str  #: its key in Knowledge
    beside: frozenset[str]
    route: str
    active: bool
    ended: str
    began: str = ""  #: ISO date of its first order, "" when not known, and for drafts


def taken(profile: PatientProfile, knowledge: Knowledge) -> tuple[Taken, ...]:
    """Every ingredient that the patient takes, took, or is being ordered."""
    found: list[Taken] = []
    medicines: tuple[Medication | Order, ...] = (*profile.medications, *profile.orders)
    for medicine in medicines:
        drugs = ingredients(medicine, knowledge.drugs).drugs
        every = frozenset(drug.key for drug, _ in drugs)
        active, ended, began = (medicine.active, medicine.ended, medicine.began) if isinstance(medicine, Medication) else (True, "", "")
        found += [Taken(drug.key, every - {drug.key}, route, active, ended, began) for drug, route in drugs]
    return tuple(found)


def modulating(medicines: Sequence[Taken], modulators: Modulators, ordered: str, as_of: date) -> tuple[Modulator, ...]:
    """Modulators that count today, the strongest first; `ordered` (the drug in question) is never one of them."""
    found = {
        modulator
        for medicine in medicines
        if medicine.drug != ordered
        and (modulator := modulators.drugs.get(medicine.drug)) is not None
        and not medicine.beside & modulators.intended_with
        and medicine.route not in modulators.not_for_routes
        and _counts(medicine, modulator, as_of)
    }
    return tuple(sorted(found, key=lambda m: (modulators.strengths.index(m.strength), m.drug.name)))


def _counts(medicine: Taken, modulator: Modulator, as_of: date) -> bool:
    """Active, or stopped so lately that it is not washed out. A partial or missing end date is taken at its latest."""
    if medicine.active:
        return True
    try:
        ended = date.fromisoformat(medicine.ended[:10])
    except ValueError:
        return False
    return as_of - ended <= timedelta(days=modulator.washout_days)


def converted(gene: Gene, state: GeneState, modulators: Modulators, counted: Sequence[Modulator]) -> GeneState:
    """The state whose readings are those that are left under the strongest modulator.

    What is only told (no factor, no effect), what changes nothing, and inhibitors against inducers leave the readings
    as measured: `mentioned` then names them.
    """
    if not counted or not state.readings:
        return state
    weighed = tuple(m for m in counted if m.strength in modulators.factors or m.strength in modulators.effects)
    told = tuple(m for m in counted if m not in weighed)
    if len({m.strength.endswith("inducer") for m in weighed}) > 1:
        return replace(state, mentioned=tuple(counted))
    if not weighed:
        return replace(state, mentioned=told)
    left = tuple(dict.fromkeys(r for reading in state.readings for r in _left(gene, reading, modulators, weighed[0].strength)))
    if {(r.phenotype, r.activity_score) for r in left} == {(r.phenotype, r.activity_score) for r in state.readings}:
        return replace(state, mentioned=told) if told else state
    reported = tuple(dict.fromkeys(r for one in state.reported for r in _left(gene, one, modulators, weighed[0].strength)))
    return replace(
        state, readings=left, genetic=state.readings, reported=reported, modulators=weighed, mentioned=told, predicted=not modulators.graded
    )


def _left(gene: Gene, reading: Reading, modulators: Modulators, strength: str) -> tuple[Reading, ...]:
    if strength in modulators.effects:
        phenotype = modulators.effects[strength].get(reading.phenotype, reading.phenotype)
        return (reading if phenotype == reading.phenotype else Reading("", phenotype),)
    return _times(gene, reading, modulators.factors[strength])


def _times(gene: Gene, reading: Reading, factor: float) -> tuple[Reading, ...]:
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
