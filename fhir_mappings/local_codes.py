"""A site's own codes of results put in standard terms, before anything reads them. What they mean is the site's to say.

An Observation under a local code becomes what the Genomics Reporting guide would have sent; its value's local code gets the standard
words. The local codes stay beside, and everything else is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir_mappings.genotype_words import looks_like_genotype, understand
from fhir_mappings.inputs import Resource
from fhir_mappings.resource import canonical, choice, concept_codes, mapping, mappings, text
from fhir_mappings.tables import observations, phenotypes, presence
from models.codes import HGNC, LOINC
from models.knowledge.local_types import LocalCodes, LocalResult, LocalValue, ResultKind

#: role of a standard code for each kind; a score stands in a component, beside a phenotype that is not told
_ROLES: Mapping[ResultKind, str] = {"diplotype": "genotype", "phenotype": "phenotype", "activity score": "phenotype"}


def in_standard_terms(resource: Resource, local: LocalCodes) -> Resource:
    """The same Observation where no local code is in it."""
    rows = [(pair, local.results[pair]) for pair in concept_codes(resource.get("code")) if pair in local.results]
    told = _translated(resource, local, tuple(dict.fromkeys(system for (system, _), _ in rows)))
    return _under_standard_codes(told, [row for _, row in rows]) if rows else told


def _under_standard_codes(resource: Resource, rows: list[LocalResult]) -> Resource:
    code = mapping(resource.get("code"))
    codings = [*mappings(code.get("coding")), *(_coding_of(row) for row in rows)]
    parts = [*mappings(resource.get("component")), *(_gene_part(row) for row in rows if row.kind != "allele")]
    told = dict(resource) | {"code": {**code, "coding": codings}}
    if any(row.kind == "activity score" for row in rows):
        parts.append({"code": _coded(*_code_of("score")), **{name: told.pop(name) for name, _ in choice(resource, "value")}})
    return told | ({"component": parts} if parts else {})


def _coding_of(row: LocalResult) -> dict[str, str]:
    system, code = (LOINC, row.loinc) if row.kind == "allele" else _code_of(_ROLES[row.kind])
    return {"system": system, "code": code}


def _gene_part(row: LocalResult) -> dict[str, Any]:
    return {"code": _coded(*_code_of("gene")), "valueCodeableConcept": _coded(HGNC, row.hgnc)}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _code_of(role: str) -> tuple[str, str]:
    return next(pair for pair, known in observations().roles.items() if known == role)


def _translated(element: Resource, local: LocalCodes, systems: tuple[str, ...]) -> Resource:
    """Its value, and those of its components, with the standard words for local codes and texts."""
    changed: dict[str, Any] = {}
    for name, raw in choice(element, "value"):
        said = _value(name, raw, local, systems)
        if said is not None:
            changed["valueCodeableConcept"] = said
            if name != "valueCodeableConcept":
                changed[name] = None
    if "component" in element:
        parts = mappings(element["component"])
        told = [_translated(part, local, systems) for part in parts]
        if any(one is not part for one, part in zip(told, parts, strict=True)):
            changed["component"] = told
    return {name: value for name, value in {**element, **changed}.items() if value is not None} if changed else element


def _value(name: str, raw: Any, local: LocalCodes, systems: tuple[str, ...]) -> dict[str, Any] | None:
    """The value as a concept in standard words; None where nothing of it is the site's own."""
    written = raw if isinstance(raw, str) else mapping(raw).get("text")
    known = next((local.texts[system, text(written)] for system in systems if (system, text(written)) in local.texts), None)
    codings: list[Mapping[str, Any]] = []
    if name in ("valueCodeableConcept", "valueCoding"):
        codings = list(mappings(mapping(raw).get("coding")) if name == "valueCodeableConcept" else (mapping(raw),))
    meant = [local.values.get((canonical(c.get("system")), text(c.get("code")))) for c in codings]
    if known is None and not any(meant):
        return None
    told = [{**c, "display": _words(value)} if value else c for c, value in zip(codings, meant, strict=True)]
    if known is not None:  # an agreed text is as good as a code, and must not be read a second time in another way
        return {"coding": [*told, {"system": systems[0], "code": "agreed-text", "display": _words(known)}]}
    kept = {"text": written} if isinstance(written, str) else {}
    return {"coding": told, **kept}


def _words(value: LocalValue) -> str:
    if value.present is not None:
        return "Positive" if value.present else "Negative"
    return " ".join(filter(None, (value.gene, value.phenotype or value.diplotype)))


def readable(value: LocalValue) -> bool:
    """Would the words that stand for it be understood?"""
    return understand(_words(value)) is not None


def meant(system: str, written: str) -> LocalValue | None:
    """What a value's code, or (system "") a text, means here already; None where a site may say it."""
    if system and (system, written) in presence().codes:
        return LocalValue(present=presence().codes[system, written])
    if system == LOINC and (written in phenotypes().codes or written in phenotypes().no_result_codes):
        return LocalValue(phenotype=phenotypes().codes.get(written, "no result"))
    said = understand(written) if not system or looks_like_genotype(written) else None
    if said is None:
        return None
    return LocalValue(phenotype="no result" if said.nothing else said.term, diplotype=said.genotype, present=said.present)
