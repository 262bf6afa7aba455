"""The input `procedures`: what was done to the patient, as coded, read as problems of the past. No order service reads it yet.

A transplantation stands here where nobody put it on the problem list; the core finds it by the same clinical names.
"""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import choice, concept, kind, latest, mapping, origin, text
from models.patient import Condition, Gap

UNCODED = "a procedure of the chart has no code, so no rule can know it"
UNCLEAR = "the status of a procedure is not understood, so it counts as suspected only"
#: what was not done, or not yet
NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation", "on-hold", "aborted", "suspended"})
DONE = frozenset({"completed", "in-progress", "stopped"})


def read_procedures(resources: Sequence[Resource]) -> Read:
    """One Condition of the past for each procedure that was done; `began` is the day on which it was."""
    found: list[Condition] = []
    told: dict[str, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Procedure"]):
        status, code = text(resource.get("status")), concept(resource.get("code"))
        if status in NOT_DONE or resource.get("notDone") is True:
            continue
        if code.codings:
            found.append(Condition(code, "past" if status in DONE else "suspected", _day(resource), "", origin(resource), "procedure"))
        for because in (*(() if code.codings else (UNCODED,)), *(() if status in DONE else (UNCLEAR,))):
            told.setdefault(because, Gap("procedures", "not_understood", because, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _day(resource: Resource) -> str:
    """R4 `performed`, R5 `occurrence`: a day, or the first one of a period; "" for ages and words."""
    for stem in ("performed", "occurrence"):
        for name, value in choice(resource, stem):
            if name == f"{stem}DateTime":
                return text(value)[:10]
            if name == f"{stem}Period":
                return text(mapping(value).get("start"))[:10]
    return ""


PROCEDURES = Input("procedures", "Procedure?patient={{context.patientId}}&_count=200", "Procedure", read_procedures, on_demand=True)
