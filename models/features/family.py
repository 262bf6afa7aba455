"""What relatives had, by how near they are. A family history that names no near relative says nothing."""

from __future__ import annotations

from models.chart import FamilyHistory
from models.features.clinical import means
from models.knowledge.model_types import InputSource, Value
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

FIRST, SECOND = "first-degree", "second-degree"
NONE = "none"


def degree(relative: FamilyHistory, knowledge: Knowledge) -> str:
    """first-degree · second-degree · "" where the chart's code says neither."""
    codes = {coding.code for coding in relative.relationship.codings}
    return next((name for name, known in knowledge.relatives.degrees.items() if codes & known), "")


def affected(names: tuple[str, ...], profile: PatientProfile, knowledge: Knowledge) -> tuple[tuple[FamilyHistory, str], ...]:
    """Relatives with a condition of these clinical names, each with the degree ("" : not known)."""
    known = [knowledge.clinical[name] for name in names]
    return tuple((f, degree(f, knowledge)) for f in profile.family if any(means(f.condition, name) for name in known))


def family_value(source: InputSource, profile: PatientProfile, knowledge: Knowledge) -> tuple[Value | None, str]:
    """(the nearest degree, or whether one of `relatives` had it; origin). (None, "") where it is not known.

    "No" needs a family history that was read whole and names a first-degree relative at all.
    """
    found = affected(source.names, profile, knowledge)
    near = {name: f.origin for f, name in reversed(found) if name}
    asked_near = any(degree(f, knowledge) == FIRST for f in profile.family) and "family" not in profile.unread
    if source.kind == "flag":
        told = next((near[name] for name in source.relatives if name in near), None)
        if told is not None:
            return 1.0, told
    else:
        for name in (FIRST, SECOND):
            if name in near:
                return name, near[name]
    if not asked_near or any(name == "" for _, name in found):
        return None, ""
    return (0.0 if source.kind == "flag" else NONE), ""
