"""Patients for whom nothing is said, whatever is ordered (decisions.md, "Repeats, tolerance, recipients")."""

from __future__ import annotations

from models.features.clinical import conditions_of
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

HOSPICE = "hospice"  #: clinical name


def passed_over(profile: PatientProfile, knowledge: Knowledge) -> str:
    """Why no advice is given for this patient; "" for everybody else. What the chart does not say is no reason."""
    if profile.deceased:
        return "the patient is recorded as deceased"
    name = knowledge.clinical.get(HOSPICE)
    in_care = name is not None and conditions_of(profile.conditions, name, "active")
    return "the patient is recorded as in hospice care" if in_care else ""
