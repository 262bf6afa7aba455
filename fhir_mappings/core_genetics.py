"""The genetics extensions of STU3 and R4 core: alleles and interpretation beside an Observation's value. It reads no gene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_mappings.genotype_values import Value, read_value
from fhir_mappings.inputs import Resource
from fhir_mappings.references import parse
from fhir_mappings.resource import concept, extensions, mapping, origin
from models.codes import Concept

_ALLELES = "Observation.extension (geneticsAlleleName)"
_INTERPRETATION = "Observation.extension (geneticsInterpretation).value"


def core_slots(resource: Resource) -> list[tuple[str, Value | None]]:
    """(path, value) of what the extensions say."""
    slots: list[tuple[str, Value | None]] = []
    if names := _allele_names(resource):
        slots.append((_ALLELES, _pair(names)))
    slots += [(_INTERPRETATION, _coded(extension)) for extension in extensions(resource, "observation-geneticsInterpretation")]
    return slots


def interpreted(resources: Sequence[Resource]) -> Mapping[str, tuple[str, ...]]:
    """Origin of an interpretation → the results that name it as theirs, which it then rests on."""
    found: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        for extension in extensions(resource, "observation-geneticsInterpretation") if "extension" in resource else ():
            if (target := parse(extension.get("valueReference"))) is not None and origin(resource) not in found.get(target.key, ()):
                found[target.key] = (*found.get(target.key, ()), origin(resource))
    return found


def _coded(extension: Resource) -> Value | None:
    """A phenotype in codes or words; a reference is to an Observation that is read for itself."""
    return None if "valueReference" in extension else read_value(extension, "phenotype")


def _allele_names(resource: Resource) -> list[Concept]:
    """`observation-geneticsAlleleName`, once for each copy; and R4's `observation-geneticsAllele` with its name inside."""
    named = list(extensions(resource, "observation-geneticsAlleleName"))
    named += [inner for outer in extensions(resource, "observation-geneticsAllele") for inner in extensions(outer, "Name")]
    return [said for e in named if (said := concept(mapping(e).get("valueCodeableConcept") or mapping(e).get("valueString")))]


def _pair(names: list[Concept]) -> Value:
    """Two names are the two copies, in every spelling that both have; one is one copy; more are not understood."""
    if len(names) > 2:
        return Value(not_understood=True)
    ways = zip(*(_spellings(name) for name in names), strict=True)
    genotypes = list(dict.fromkeys("/".join(way) for way in ways if all(way)))
    return Value(genotypes, coded=any(name.codings for name in names), one_copy=len(names) == 1, not_understood=not genotypes)


def _spellings(name: Concept) -> tuple[str, str, str]:
    """Code, display and text; a code that is a mere number names no allele here."""
    coding = name.codings[0] if name.codings else None
    code = coding.code if coding else ""
    return ("" if code.isdigit() or ":" in code else code, coding.display if coding else "", name.text)
