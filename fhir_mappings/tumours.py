"""The input `markers`: results of tumour markers (receptors, scores, instability, burden), each component by itself, as reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fhir_mappings.inputs import SPECIMENS, Input, Read, Resource
from fhir_mappings.measurements import FINAL, number_of, unit_of
from fhir_mappings.provenance import effective, interpretation, laboratory
from fhir_mappings.resource import choice, concept, kind, latest, mapping, mappings, origin, text
from fhir_mappings.tables import presence, spellings
from models.chart import Marker
from models.codes import LOINC, NCIT, SNOMED, Concept
from models.knowledge.clinical_types import Use
from models.knowledge.types import Knowledge
from models.patient import Gap, Reason

MARKERS: tuple[Use, ...] = ("markers",)
IN_NOTE = "the value of a tumour marker stands in a note only, and notes are not read"
NO_VALUE = "a tumour marker has no single value that can be read"
CONFLICT = "the value and the interpretation of a tumour marker contradict each other"
#: equivocal, indeterminate
UNDECIDED = frozenset({(SNOMED, "42425007"), (SNOMED, "82334004"), (LOINC, "LA11885-3")})
UNDECIDED_WORDS = frozenset({"equivocal", "indeterminate", "borderline", "inconclusive"})


def markers_input(knowledge: Knowledge) -> Input:
    """The input whose search asks for every code of a marker: LOINC, and NCIt where LOINC has none (homologous recombination)."""
    known = {pair for name in knowledge.clinical.values() if name.use in MARKERS for pair in name.codes if pair[0] in (LOINC, NCIT)}
    wanted = ",".join(f"{system}|{code}" for system, code in sorted(known))
    query = f"Observation?patient={{{{context.patientId}}}}&code={wanted}&_count=200"
    pairs = frozenset((name, code) for system, code in known for name in spellings(system))
    return Input("markers", query, "Observation", read_markers, codes=pairs, beside=SPECIMENS, on_demand=True)


def read_markers(resources: Sequence[Resource]) -> Read:
    """One Marker for each final result; what has no value that can be read becomes a Gap, once for each code."""
    found: list[Marker] = []
    told: dict[tuple[Concept, str], Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Observation"]):
        if text(resource.get("status")) not in FINAL:
            continue
        for holder in _holders(resource):
            read = _marker(resource, holder)
            if isinstance(read, Marker):
                found.append(read)
            else:
                reason: Reason = "conflict" if read == CONFLICT else "not_understood"
                told.setdefault((concept(resource.get("code")), read), Gap("markers", reason, read, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _holders(resource: Resource) -> list[Mapping[str, Any]]:
    """What may tell a result: the observation, and each of its components (a score, a stain). A panel has them in its parts alone."""
    parts = [c for c in mappings(resource.get("component")) if not c.get("dataAbsentReason")]
    if resource.get("dataAbsentReason"):
        return parts
    silent = not choice(resource, "value") and interpretation(resource) is None
    return parts if silent and (parts or resource.get("hasMember")) else [resource, *parts]


def _marker(resource: Resource, holder: Mapping[str, Any]) -> Marker | str:
    """The result of an observation or of one of its components, or why there is none."""
    stated = choice(holder, "value")
    by_interpretation = interpretation(holder)
    if len(stated) > 1 or (not stated and by_interpretation is None):
        return IN_NOTE if not stated and mappings(resource.get("note")) else NO_VALUE
    base = _base(resource, holder, by_interpretation)
    if not stated:
        return replace(base, element=base.element.replace("value", "interpretation"))
    name, raw = stated[0]
    if name in ("valueQuantity", "valueInteger"):
        return _number(base, mapping(raw) if name == "valueQuantity" else {"value": raw})
    if name == "valueBoolean" and isinstance(raw, bool):
        return _signed(base, raw, Concept())
    if name in ("valueCodeableConcept", "valueString"):
        answer = concept(raw)
        if _undecided(answer):
            return CONFLICT if by_interpretation is not None else replace(base, equivocal=True, answer=answer)
        return _signed(base, _sign(answer), answer)
    return NO_VALUE


def _base(resource: Resource, holder: Mapping[str, Any], positive: bool | None) -> Marker:
    own = holder is resource
    method = concept(holder.get("method") or resource.get("method"))
    said = next((c for i in mappings(holder.get("interpretation")) if (c := concept(i))), Concept())
    return Marker(
        concept(resource.get("code")),
        positive,
        answer=said,
        effective=effective(resource),
        origin=origin(resource),
        element="Observation.value" if own else "Observation.component.value",
        part=Concept() if own else concept(holder.get("code")),
        method=method,
        specimen=text(mapping(resource.get("specimen")).get("reference")),
        laboratory=laboratory(resource),
    )


def _number(base: Marker, quantity: Mapping[str, Any]) -> Marker | str:
    number = number_of(quantity.get("value"))
    if number is None:
        return NO_VALUE
    return replace(base, value=number, unit=unit_of(quantity), comparator=text(quantity.get("comparator")))


def _signed(base: Marker, positive: bool | None, answer: Concept) -> Marker | str:
    """The value's sign and the interpretation's must not differ; either alone will do."""
    if positive is not None and base.positive is not None and positive != base.positive:
        return CONFLICT
    return replace(base, positive=base.positive if positive is None else positive, answer=answer)


def _sign(answer: Concept) -> bool | None:
    """Positive or negative by code; by the words where there is no code. Codes that differ say neither."""
    table = presence()
    said = {table.codes.get((c.system, c.code)) for c in answer.codings}
    if not answer.codings:
        said = {table.words.get(" ".join(answer.text.lower().split()))}
    known = [sign for sign in said if sign is not None]
    return known[0] if len(known) == 1 else None


def _undecided(answer: Concept) -> bool:
    if answer.codings:
        return any((c.system, c.code) in UNDECIDED for c in answer.codings)
    return " ".join(answer.text.lower().split()) in UNDECIDED_WORDS
