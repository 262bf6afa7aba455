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


def affected_count(source: InputSource, profile: PatientProfile, knowledge: Knowledge) -> tuple[float | None, str]:
    """(how many relatives of the source's degree had it, origin of the first). (None, "") where that is not known.

    None is counted as 0 only where the family history was read whole and names a first-degree relative; an affected
    relative of unknown degree leaves every count open.
    """
    found = affected(source.names, profile, knowledge)
    near = sorted({f.origin for f, name in found if name in source.relatives})
    whole = any(degree(f, knowledge) == FIRST for f in profile.family) and "family" not in profile.unread
    if any(name == "" for _, name in found) or not whole:
        return None, ""
    return float(len(near)), near[0] if near else ""


def youngest_onset(source: InputSource, profile: PatientProfile, knowledge: Knowledge) -> tuple[float | None, str]:
    """(youngest age in years at which a relative of the source's degree had it, origin). (None, "") where one's age is not told."""
    found = [f for f, name in affected(source.names, profile, knowledge) if name in source.relatives]
    ages = [(f.onset[0], f.origin) for f in found if f.onset is not None]
    return min(ages) if ages and len(ages) == len(found) else (None, "")
