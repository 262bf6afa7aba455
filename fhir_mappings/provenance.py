"""Status, dates, laboratory, source and origins of an Observation: what a result rests on, not what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from fhir_mappings.inputs import Resource
from fhir_mappings.references import parse
from fhir_mappings.resource import choice, concept, concept_codes, extensions, mapping, mappings, text
from fhir_mappings.tables import observations, presence

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T.*)?)?)?$")


def status(resource: Resource) -> str:
    """A status that is known here, else 'unknown': such a result must not drive advice."""
    stated = text(resource.get("status"))
    known = observations()
    return stated if stated in known.kept or stated in known.dropped else "unknown"


def effective(resource: Resource) -> str:
    """When it was true, else when it was issued; '' if neither is said by a date. What is no date is not told as one."""
    if _is_date(plain := text(resource.get("effectiveDateTime"))):
        return plain
    period = mapping(resource.get("effectivePeriod"))
    dates = (
        resource.get("effectiveInstant"),
        period.get("end"),
        period.get("start"),
        resource.get("issued"),
    )
    return next((text(d) for d in dates if _is_date(text(d))), "")


def _is_date(stated: str) -> bool:
    """A FHIR date or dateTime, partial or whole, of a day that there is."""
    parts = _DATE.match(stated)
    try:
        return parts is not None and bool(date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)))
    except ValueError:
        return False


def laboratory(resource: Resource) -> str:
    """The first performer with a name."""
    for performer in mappings(resource.get("performer")):
        if name := text(performer.get("display")):
            return name
    return ""


def derived_from(resource: Resource) -> tuple[str, ...]:
    """'Observation/1' of every result it was derived from: R4 `derivedFrom`, STU3 `related` of type derived-from."""
    if "related" not in resource and "derivedFrom" not in resource:
        return ()
    related = [r.get("target") for r in mappings(resource.get("related")) if text(r.get("type")) == "derived-from"]
    found = [parse(r) for r in (*mappings(resource.get("derivedFrom")), *related)]
    return tuple(dict.fromkeys(f"{r.type}/{r.id}" if r.type else r.key for r in found if r is not None))


def members_of(resource: Resource) -> tuple[str, ...]:
    """Origins of the results that an Observation without a value groups: R4 `hasMember`, STU3 `related`; () for any other."""
    if ("hasMember" not in resource and "related" not in resource) or choice(resource, "value"):
        return ()
    related = [r.get("target") for r in mappings(resource.get("related")) if text(r.get("type")) == "has-member"]
    found = [parse(r) for r in (*mappings(resource.get("hasMember")), *related)]
    return tuple(dict.fromkeys(f"{r.type}/{r.id}" if r.type else r.key for r in found if r is not None))


def by_role(resource: Resource) -> Mapping[str, list[Resource]]:
    """The components by what their code stands for (gene, source_class, genotype, phenotype …); others are left out."""
    found: dict[str, list[Resource]] = {}
    roles = observations().roles
    for component in mappings(resource.get("component")):
        for role in {roles[pair] for pair in concept_codes(component.get("code")) if pair in roles}:
            found.setdefault(role, []).append(component)
    return found


def source_class(resource: Resource, components: Sequence[Resource]) -> str | None:
    """'germline', 'somatic', 'donor', '' when it is not said, None when it is said and means none of them."""
    stated = [value for c in components for _, value in choice(c, "value")]
    stated += [v for e in extensions(resource, "observation-geneticsGenomicSourceClass") for _, v in choice(e, "value")]
    if not stated:
        return ""
    table = observations().source_class
    names = {table[word] for s in stated for word in _words(s) if word in table}
    return next(iter(names)) if len(names) == 1 else None


def _words(stated: object) -> tuple[str, ...]:
    said = concept(stated)
    return (said.text.lower(), *(c.code for c in said.codings), *(c.display.lower() for c in said.codings))


def interpretation(resource: Resource) -> bool | None:
    """Positive or negative by interpretation code; None when it says neither, or both."""
    if "interpretation" not in resource:
        return None
    codes = [c.code for i in mappings(resource.get("interpretation")) for c in concept(i).codings]
    said = {presence().interpretation[code] for code in codes if presence().interpretation.get(code) is not None}
    return next(iter(said)) if len(said) == 1 else None
