"""The input `conditions`: the problem list and diagnoses, as coded. What a code means is the core's to say."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.assertions import is_clear, state_of
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import choice, concept, kind, latest, origin, text
from models.patient import Condition, Gap

UNCODED = "a problem of the chart has no code, so no rule can know it"
UNCLEAR = "the status of a problem is not understood, so it counts as suspected only"


def read_conditions(resources: Sequence[Resource]) -> Read:
    """One Condition for each that was not refuted or entered in error; what is wrong with several is told once."""
    found: list[Condition] = []
    told: dict[str, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Condition"]):
        state, code = state_of(resource), concept(resource.get("code"))
        if state is None:
            continue
        if code.codings:
            found.append(Condition(code, state, _date(resource, "onset"), _date(resource, "abatement"), origin(resource)))
        for because in (*(() if code.codings else (UNCODED,)), *(() if is_clear(resource) else (UNCLEAR,))):
            told.setdefault(because, Gap("conditions", "not_understood", because, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _date(resource: Resource, stem: str) -> str:
    """The day of a dateTime or the start of a Period; ages and words tell none."""
    for name, value in choice(resource, stem):
        if name == f"{stem}DateTime":
            return text(value)[:10]
        if name == f"{stem}Period" and isinstance(value, dict):
            return text(value.get("start"))[:10]
    return ""


CONDITIONS = Input("conditions", "Condition?patient={{context.patientId}}&_count=200", "Condition", read_conditions, on_demand=True)
