"""The US Core race and ethnicity extensions of a Patient, as reported. Codes alone are read; words and detailed codes are not."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import choice, extensions, mapping, mappings, text

RACE = "us-core-race"
ETHNICITY = "us-core-ethnicity"
ETHNICITIES: Mapping[str, bool] = {"2135-2": True, "2186-5": False}
SYSTEM = "2.16.840.1.113883.6.238"  #: CDC race and ethnicity, written with and without "urn:oid:"
#: The categories of the US Office of Management and Budget. "Unknown" and "asked but unknown" say nothing.
CATEGORIES: Mapping[str, str] = {
    "1002-5": "american-indian",
    "2028-9": "asian",
    "2054-5": "black",
    "2076-8": "pacific-islander",
    "2106-3": "white",
    "2131-1": "other",
}


def read_ancestry(patient: Resource) -> tuple[str, ...]:
    """Every category that is reported, sorted; () when none is."""
    found = set()
    for race in extensions(patient, RACE):
        for part in mappings(race.get("extension")):
            if text(part.get("url")) == "ombCategory":
                found |= {_category(mapping(value)) for name, value in choice(part, "value") if name == "valueCoding"}
    return tuple(sorted(found - {""}))


def read_hispanic(patient: Resource) -> bool | None:
    """Whether the reported ethnicity is Hispanic or Latino; None when it is not reported, or reported as both."""
    said = set()
    for ethnicity in extensions(patient, ETHNICITY):
        for part in mappings(ethnicity.get("extension")):
            if text(part.get("url")) == "ombCategory":
                codings = [mapping(value) for name, value in choice(part, "value") if name == "valueCoding"]
                said |= {ETHNICITIES.get(text(c.get("code"))) for c in codings if text(c.get("system")).removeprefix("urn:oid:") == SYSTEM}
    said.discard(None)
    return said.pop() if len(said) == 1 else None


def _category(coding: Mapping[str, object]) -> str:
    system = text(coding.get("system")).removeprefix("urn:oid:")
    return CATEGORIES.get(text(coding.get("code")), "") if system == SYSTEM else ""
