"""The input `conditions`: the problem list and diagnoses, as coded. What a code means is the core's to say.

An entry whose code says "family history of" is a relative's: it becomes a FamilyHistory, never a problem of the patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fhir_mappings.assertions import State, is_clear, said_by_code, state_of, words_doubt
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import choice, concept, extensions, kind, latest, mappings, origin, text
from models.chart import FamilyHistory
from models.codes import ICD10, ICD10_CM, ICD_O, ONCOTREE, SNOMED, Concept
from models.patient import Condition, Gap, Reason

UNCODED = "a problem of the chart has no code, so no rule can know it"
UNKNOWN_SYSTEM = "a problem of the chart is coded in systems that no rule reads, so no rule can know it"
UNCLEAR = "the status of a problem is not understood, so it counts as suspected only"
WORDS = "the words of a problem say something else than its code (a relative's, denied, suspected), so it counts as suspected only"
SYSTEMS = frozenset({SNOMED, ICD10, ICD10_CM, ICD_O, ONCOTREE})
_OF_TUMOURS = frozenset({"bodySite", "extension", "stage"})
HISTOLOGY = "mcode-histology-morphology-behavior"


def read_conditions(resources: Sequence[Resource]) -> Read:
    """One Condition for each that was not refuted or entered in error; what is wrong with several is told once."""
    found: list[Condition | FamilyHistory] = []
    told: dict[str, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Condition"]):
        state, code = state_of(resource), concept(resource.get("code"))
        if state is None:
            continue
        said = said_by_code(code)
        doubted = not said and bool(code.codings) and words_doubt(code)
        if said == "family":
            found.append(FamilyHistory(Concept(), code, origin=origin(resource)))
        elif code.codings:
            found.append(_condition(resource, code, "suspected" if doubted or said == "suspected" else _older(state, said)))
        for reason, because in _wrong(resource, code, doubted):
            told.setdefault(because, Gap("conditions", reason, because, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _older(state: State, said: str) -> State:
    """A code that says "history of" makes a problem past, however active the entry is."""
    return "past" if said == "past" and state == "active" else state


def _wrong(resource: Resource, code: Concept, doubted: bool) -> Iterator[tuple[Reason, str]]:
    if not code.codings:
        yield "not_understood", UNCODED
    elif SYSTEMS.isdisjoint(c.system for c in code.codings):
        yield "not_understood", UNKNOWN_SYSTEM
    if not is_clear(resource):
        yield "not_understood", UNCLEAR
    if doubted:
        yield "conflict", WORDS


def _condition(resource: Resource, code: Concept, state: State) -> Condition:
    category = next((text(c.get("code")) for stated in mappings(resource.get("category")) for c in mappings(stated.get("coding"))), "")
    read = Condition(code, state, _date(resource, "onset"), _date(resource, "abatement"), origin(resource), category)
    return read if _OF_TUMOURS.isdisjoint(resource) else _of_tumour(read, resource)


def _of_tumour(read: Condition, resource: Resource) -> Condition:
    """Where it grows, of which cells, and how far it has come: few problems say any of it."""
    return replace(
        read,
        sites=tuple(concept(site) for site in mappings(resource.get("bodySite"))),
        histology=tuple(concept(value) for e in extensions(resource, HISTOLOGY) for _, value in choice(e, "value")),
        stage=tuple(concept(stage["summary"]) for stage in mappings(resource.get("stage")) if stage.get("summary")),
    )


def _date(resource: Resource, stem: str) -> str:
    """The day of a dateTime or the start of a Period; ages and words tell none."""
    for name, value in choice(resource, stem):
        if name == f"{stem}DateTime":
            return text(value)[:10]
        if name == f"{stem}Period" and isinstance(value, dict):
            return text(value.get("start"))[:10]
    return ""


CONDITIONS = Input("conditions", "Condition?patient={{context.patientId}}&_count=200", "Condition", read_conditions, on_demand=True)
