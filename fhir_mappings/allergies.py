"""The input `allergies`: allergies and intolerances, as coded. Which medicines they concern is the core's to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fhir_mappings.assertions import is_clear, state_of
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import concept, kind, latest, mappings, origin, text
from models.codes import Concept
from models.patient import Allergy, Gap

UNCODED = "an allergy has no code, so no rule can know it"
UNCLEAR = "the status of an allergy is not understood, so it counts as suspected"
ELSEWHERE = frozenset({"food", "environment"})


def read_allergies(resources: Sequence[Resource]) -> Read:
    """One Allergy for each substance of each entry that was not refuted or entered in error; what is wrong with several is told once."""
    found: dict[Allergy, None] = {}
    told: dict[str, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "AllergyIntolerance"]):
        state = state_of(resource)
        if state is None:
            continue
        coded = {c: where for where, c in reversed([*_stated(resource)]) if c.codings}  # each once, by the first place
        found |= {Allergy(c, state, origin(resource), _to_medicine(resource), where): None for c, where in reversed(coded.items())}
        for because in (*(() if coded else (UNCODED,)), *(() if is_clear(resource) else (UNCLEAR,))):
            told.setdefault(because, Gap("allergies", "not_understood", because, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _stated(resource: Resource) -> Iterator[tuple[str, Concept]]:
    """Every substance, with the element that names it."""
    yield "AllergyIntolerance.code", concept(resource.get("code"))
    for index, reaction in enumerate(mappings(resource.get("reaction"))):
        yield f"AllergyIntolerance.reaction[{index}].substance", concept(reaction.get("substance"))


def _to_medicine(resource: Resource) -> bool:
    """Unless its categories say food or surroundings and nothing else: an allergy without a category may be to anything."""
    stated = resource.get("category")
    categories = set(map(text, stated)) if isinstance(stated, list | tuple) else set()
    return not categories or not categories <= ELSEWHERE


ALLERGIES = Input(
    "allergies", "AllergyIntolerance?patient={{context.patientId}}&_count=200", "AllergyIntolerance", read_allergies, on_demand=True
)
