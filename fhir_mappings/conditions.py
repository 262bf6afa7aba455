"""The input `conditions`: the problem list and diagnoses, as coded. What a code means is the core's to say."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.assertions import state_of
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import choice, concept, kind, latest, origin, text
from models.patient import Condition, Gap


def read_conditions(resources: Sequence[Resource]) -> Read:
    """One Condition for each that was not refuted or entered in error; problems without any code are told once."""
    found: list[Condition] = []
    uncoded = ""
    for resource in latest([r for r in resources if kind(r) == "Condition"]):
        state, code = state_of(resource), concept(resource.get("code"))
        if state is None:
            continue
        if code.codings:
            found.append(Condition(code, state, _date(resource, "onset"), _date(resource, "abatement"), origin(resource)))
        else:
            uncoded = uncoded or origin(resource)
    gap = Gap("conditions", "not_understood", "a problem of the chart has no code, so no rule can know it", uncoded)
    return Read(tuple(found), (gap,) if uncoded else ())


def _date(resource: Resource, stem: str) -> str:
    """The day of a dateTime or the start of a Period; ages and words tell none."""
    for name, value in choice(resource, stem):
        if name == f"{stem}DateTime":
            return text(value)[:10]
        if name == f"{stem}Period" and isinstance(value, dict):
            return text(value.get("start"))[:10]
    return ""


CONDITIONS = Input("conditions", "Condition?patient={{context.patientId}}&_count=200", "Condition", read_conditions, on_demand=True)
