"""The inputs of molecular sequences: R4 MolecularSequence and STU3 Sequence. R5's shape, another one, is refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.measurements import number_of
from fhir_mappings.resource import concept, kind, latest, mapping, mappings, origin, text
from models.patient import Gap
from models.variant import Counting, Place, State, Variant

_LITERAL = "a MolecularSequence of R5 (relative, literal) is not read: send the variant as an Observation of the Genomics Reporting guide"
_UNPLACED = "its variant has no start, no bases or no reference sequence, so it names none"


def read_sequences(resources: Sequence[Resource], of: str = "MolecularSequence") -> Read:
    """One Variant for each entry of `variant`; its bases differ from the reference, so it is present."""
    found: list[Variant] = []
    gaps: list[Gap] = []
    for resource in latest([r for r in resources if kind(r) == of]):
        if "relative" in resource or "literal" in resource:
            gaps.append(Gap("genetic variant", "not_understood", _LITERAL, origin(resource)))
        for index, stated in enumerate(mappings(resource.get("variant"))):
            if (place := _place(resource, stated)) is None:
                gaps.append(Gap("genetic variant", "not_understood", f"{of}.variant[{index}]: {_UNPLACED}", origin(resource)))
            else:
                state: State = "reference" if place.ref == place.alt else "present"
                found.append(Variant(origin(resource), state, place=place, element=f"{of}.variant[{index}]"))
    return Read(tuple(found), tuple(dict.fromkeys(gaps)))


def _place(resource: Resource, stated: Resource) -> Place | None:
    reference = mapping(resource.get("referenceSeq"))
    sequence = next(_names(reference), "")
    start, end = (number_of(stated.get(name)) for name in ("start", "end"))
    ref, alt = (text(stated.get(name)).upper() for name in ("referenceAllele", "observedAllele"))
    if start is None or start != int(start) or not (ref or alt) or not sequence:
        return None
    counted = _counting(resource.get("coordinateSystem"))
    whole_end = int(end) if end is not None and end == int(end) else None
    return Place(sequence, text(reference.get("genomeBuild")), "", int(start), whole_end, counted, ref, alt)


def _counting(stated: Any) -> Counting | None:
    if isinstance(stated, bool):
        return None
    return 0 if stated == 0 else 1 if stated == 1 else None


def _names(reference: Resource) -> Iterator[str]:
    """Accessions of the reference sequence."""
    yield from (c.code for c in concept(reference.get("referenceSeqId")).codings if c.code)


SEQUENCES = Input(
    "sequences", "MolecularSequence?patient={{context.patientId}}&_count=200", "MolecularSequence", read_sequences, on_demand=True
)
#: STU3's name for it
OLD_SEQUENCES = Input(
    "old_sequences",
    "Sequence?patient={{context.patientId}}&_count=200",
    "Sequence",
    partial(read_sequences, of="Sequence"),
    on_demand=True,
)
