"""Other medicines that dose equations ask about, and whether the patient knows the drug already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from models.features.phenoconversion import Taken, taken
from models.knowledge.dosing_types import DosingFlow, MedicineInput
from models.knowledge.types import Knowledge
from models.patient import PatientProfile


def chart(profile: PatientProfile, knowledge: Knowledge) -> tuple[Taken, ...]:
    """Every ingredient that the chart says the patient takes or took; the drafts of this session left out."""
    return taken(replace(profile, orders=()), knowledge)


def drafts(profile: PatientProfile, knowledge: Knowledge) -> tuple[Taken, ...]:
    """Every ingredient that is being ordered in this session."""
    return taken(replace(profile, medications=()), knowledge)


def counted(flow: DosingFlow, profile: PatientProfile, knowledge: Knowledge) -> tuple[MedicineInput, ...]:
    """The flow's medicines that count as taken by this patient today."""
    known, new = chart(profile, knowledge), drafts(profile, knowledge)
    return tuple(one for one in flow.medicines if _counts(one, known, profile.as_of) or (one.drafts and _any(one.drugs, new)))


def _any(drugs: Collection[str], medicines: Collection[Taken]) -> bool:
    return any(medicine.drug in drugs for medicine in medicines)


def _counts(term: MedicineInput, medicines: Collection[Taken], as_of: date) -> bool:
    """Active, or ended so lately that it is not washed out; an end that cannot be read is none."""
    return any(m.drug in term.drugs and (m.active or _lately(m.ended, term.washout_days, as_of)) for m in medicines)


def _lately(ended: str, days: int, as_of: date) -> bool:
    try:
        return days > 0 and as_of - date.fromisoformat(ended[:10]) <= timedelta(days=days)
    except ValueError:
        return False
