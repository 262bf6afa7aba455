"""The input `markers`: results of tumour markers (receptors, instability, burden), as reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.measurements import FINAL, loinc_codes, number_of, observations_query, unit_of
from fhir_mappings.provenance import effective, interpretation
from fhir_mappings.resource import choice, concept, kind, latest, mapping, mappings, origin, text
from fhir_mappings.tables import presence, spellings
from models.chart import Marker
from models.codes import LOINC, SNOMED, Concept
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
    """The input whose search asks for every LOINC code of a marker."""
    codes = loinc_codes(knowledge, MARKERS)
    pairs = frozenset((name, code) for code in codes for name in spellings(LOINC))
    return Input("markers", observations_query(codes), "Observation", read_markers, codes=pairs, on_demand=True)


def read_markers(resources: Sequence[Resource]) -> Read:
    """One Marker for each final result; what has no value that can be read becomes a Gap, once for each code."""
    found: list[Marker] = []
    told: dict[tuple[Concept, str], Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Observation"]):
        if text(resource.get("status")) not in FINAL or resource.get("dataAbsentReason"):
            continue
        read = _marker(resource)
        if isinstance(read, Marker):
            found.append(read)
        else:
            reason: Reason = "conflict" if read == CONFLICT else "not_understood"
            told.setdefault((concept(resource.get("code")), read), Gap("markers", reason, read, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _marker(resource: Resource) -> Marker | str:
    """The result, or why there is none."""
    stated = choice(resource, "value")
    by_interpretation = interpretation(resource)
    if len(stated) > 1 or (not stated and by_interpretation is None):
        return IN_NOTE if not stated and mappings(resource.get("note")) else NO_VALUE
    base = Marker(
        concept(resource.get("code")),
        by_interpretation,
        effective=effective(resource),
        origin=origin(resource),
        element="Observation.value",
    )
    if not stated:
        return replace(base, element="Observation.interpretation")
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
