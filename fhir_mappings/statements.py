"""The input `statements`: what the patient is said to take, beside what was ordered. It is no proof of how long, or how well tolerated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.medications import chart_medicine, not_identified
from fhir_mappings.resource import concept_codes, kind, latest, mapping, origin, text
from models.patient import Gap, Medication

State = Literal["taken", "held", "past", "none", "unclear"]
_STATUS: Mapping[str, State] = {
    "active": "taken",
    "recorded": "taken",  # R5, where the adherence says more
    "on-hold": "held",
    "completed": "past",
    "stopped": "past",
    "unknown": "unclear",
}
#: R5's adherence (by how it begins: "stopped-as-directed") and STU3's `taken`; what says that it is taken leaves the status as it stands
_SAID: Mapping[str, State] = {"not-taking": "none", "stopped": "past", "on-hold": "held", "unknown": "unclear"}
_TAKEN: Mapping[str, State] = {"n": "none", "na": "none", "unk": "unclear"}
LESS: tuple[State, ...] = ("none", "unclear", "past", "held")  #: what wins where two are said
UNCLEAR = "it is not known whether a medicine of a statement is taken"


def read_statements(resources: Sequence[Resource], around: Mapping[str, Resource] | None = None, server: str = "") -> Read:
    """One Medication for each MedicationStatement of what is or was taken; plans, errors and what is not taken are none.

    Its beginning is left out: what a patient told is no ground to call a medicine tolerated.
    """
    found: list[Medication] = []
    gaps: list[Gap] = []
    known = {**(around or {}), **{origin(r): r for r in resources}}
    for resource in latest([r for r in resources if kind(r) == "MedicationStatement"]):
        state = _state(resource)
        if state == "unclear":
            gaps.append(Gap("medications", "not_understood", UNCLEAR, origin(resource)))
        if state in ("none", "unclear"):
            continue
        ended = text(mapping(resource.get("effectivePeriod")).get("end"))[:10]
        medicine = chart_medicine(resource, known, server, active=state != "past", held=state != "taken", ended=ended, began="")
        found += [medicine] if medicine else []
        gaps += [] if medicine else [not_identified(resource)]
    return Read(tuple(found), tuple(gaps))


def _state(resource: Resource) -> State:
    """By its status, unless what is said beside it is less."""
    state = _STATUS.get(text(resource.get("status")), "none")
    codes = [code for _, code in concept_codes(mapping(resource.get("adherence")).get("code"))]
    said = {meaning for code in codes for begin, meaning in _SAID.items() if code == begin or code.startswith(f"{begin}-")}
    said |= {_TAKEN[taken]} if (taken := text(resource.get("taken"))) in _TAKEN else set()
    return next((meaning for meaning in LESS if meaning in {state, *said}), state)


STATEMENTS = Input(
    "statements",
    "MedicationStatement?patient={{context.patientId}}&_include=MedicationStatement:medication&_count=200",
    "MedicationStatement",
    read_statements,
    beside=frozenset({"Medication"}),
    read_with=read_statements,
    on_demand=True,
)
