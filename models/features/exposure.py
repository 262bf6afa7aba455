"""For how long a medicine has been taken unharmed, as far as the chart tells. Unknown counts as never taken."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.circumstances import days_since
from models.features.clinical import conditions_of
from models.features.phenoconversion import Taken
from models.knowledge.meaning import product
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

REACTION = "severe-skin-reaction"  #: the clinical name of what makes earlier use no proof of tolerance
SIGNS = frozenset({"allergies", "conditions"})  #: inputs in which harm would stand


def unharmed_days(drug: str, medicines: Sequence[Taken], profile: PatientProfile, knowledge: Knowledge) -> int | None:
    """Days since the earliest order of `drug` (an ingredient's key) that is in force.

    None when the chart shows no such order, holds a sign of harm (in any state: a suspicion is enough), or was not read
    well enough to show one. An allergy whose substance is not understood is no sign: it may be to anything.
    """
    if SIGNS & profile.unread or _harmed(drug, profile, knowledge):
        return None
    since = [days_since(m.began, profile.as_of) for m in medicines if m.drug == drug and m.active and m.began]
    return max((days for days in since if days is not None), default=None)


def _harmed(drug: str, profile: PatientProfile, knowledge: Knowledge) -> bool:
    reaction = knowledge.clinical.get(REACTION)
    if reaction and conditions_of(profile.conditions, reaction):
        return True
    substances = (coding for allergy in profile.allergies for coding in allergy.substance.codings)
    return any(drug in found.ingredients for coding in substances if (found := product(coding, knowledge.drugs)))
