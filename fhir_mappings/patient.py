"""The input `patient`: birth date, sex, reported ancestry and death. Who the patient is was settled by the firewall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fhir_mappings.ancestry import read_ancestry, read_hispanic
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import choice, is_true, kind, mappings, origin, text
from models.patient import Gap

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_SEXES = ("male", "female", "other", "unknown")


@dataclass(frozen=True, slots=True)
class Demographics:
    """What `PatientProfile` takes from a Patient resource; '' where it is not said or cannot be read."""

    birth_date: str = ""  #: ISO, may be partial
    sex: str = ""
    deceased: bool = False
    ancestry: tuple[str, ...] = ()
    hispanic: bool | None = None
    merged: bool = False  #: into another record, which may hold what this one lacks


def read_patient(resources: Sequence[Resource]) -> Read:
    """One Demographics of all Patient resources: versions of the same one, and those that draft orders carry.

    What they disagree on is left out, so that nothing is calculated from it.
    """
    patients = [r for r in resources if kind(r) == "Patient"]
    gaps: list[Gap] = []
    births = _most_precise({b for r in patients if (b := _birth_date(r, gaps))})
    sexes = {s for r in patients if (s := _sex(r, gaps))}
    ancestries = {a for r in patients if (a := read_ancestry(r))}
    hispanic = {h for r in patients if (h := read_hispanic(r)) is not None}
    for name, versions in (("birthDate", len(births)), ("gender", len(sexes)), ("race", len(ancestries))):
        if versions > 1:
            gaps.append(
                Gap("patient", "conflict", f"two versions of the Patient differ in {name}, so neither is used", origin(patients[0]))
            )
    merged = [p for p in patients if any(text(link.get("type")) == "replaced-by" for link in mappings(p.get("link")))]
    for patient in (p for p in patients if p.get("active") is False and p not in merged):
        gaps.append(Gap("patient", "unavailable", "the record is marked as not in use, so another may hold more", origin(patient)))
    for patient in merged:
        gaps.append(Gap("patient", "unavailable", "the record was merged into another one, which was not read", origin(patient)))
    if not patients:
        return Read((), tuple(gaps))
    birth, sex = (next(iter(v)) if len(v) == 1 else "" for v in (births, sexes))
    ancestry = next(iter(ancestries)) if len(ancestries) == 1 else ()
    ethnicity = hispanic.pop() if len(hispanic) == 1 else None  # only models ask for it, and say themselves that it is missing
    person = Demographics(birth, sex, any(_deceased(r) for r in patients), ancestry, ethnicity, bool(merged))
    return Read((person,), tuple(gaps))


def _most_precise(births: set[str]) -> set[str]:
    """A year or month that a fuller date agrees with says nothing else than that one."""
    return {b for b in births if not any(other != b and other.startswith(b) for other in births)}


def _birth_date(patient: Resource, gaps: list[Gap]) -> str:
    stated = patient.get("birthDate")
    if stated is None:
        return ""
    parts = _DATE.fullmatch(text(stated))
    try:
        if parts is None:
            raise ValueError
        date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
    except ValueError:
        gaps.append(Gap("patient", "not_understood", "Patient.birthDate is not a FHIR date, so the age is not known", origin(patient)))
        return ""
    return parts[0]


def _sex(patient: Resource, gaps: list[Gap]) -> str:
    stated = patient.get("gender")
    if stated is None or text(stated) in _SEXES:
        return text(stated)
    gaps.append(Gap("patient", "not_understood", "Patient.gender is not a FHIR administrative gender", origin(patient)))
    return ""


def _deceased(patient: Resource) -> bool:
    """deceasedBoolean true, or any deceasedDateTime. Not `active`: that is about the record."""
    return any(is_true(value) if name == "deceasedBoolean" else bool(text(value)) for name, value in choice(patient, "deceased"))


PATIENT = Input("patient", "Patient/{{context.patientId}}", "Patient", read_patient)
