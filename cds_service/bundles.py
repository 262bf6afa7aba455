"""What one prefetch value or FHIR answer holds for an input: matching resources, and whether that is all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cds_service.wire import whole_number
from fhir_mappings.inputs import Found, Input, Resource
from fhir_mappings.parameters import PARTIAL, as_bundle
from fhir_mappings.resource import entries, kind, latest, mapping, mappings, matches, origin, text

_READ_TYPES = frozenset({"", "searchset", "collection", "history"})
_SEVERE = frozenset({"error", "fatal"})
_UNCOUNTED = ("include", "outcome")  #: search modes that Bundle.total leaves out
_NO_RESULTS = "4101"  #: Epic: "Resource request returns no results."


@dataclass(frozen=True, slots=True)
class Page:
    """One body, taken apart. `trouble`: why the page is not all; with `useless`, why it is nothing."""

    resources: tuple[Resource, ...] = ()
    trouble: str = ""
    useless: bool = False
    matched: int = 0  #: entries that count towards Bundle.total
    total: int | None = None


def page_of(body: Mapping[str, Any], wanted: Input) -> Page:
    """Any resource may come where a Bundle is expected, and the reverse."""
    if kind(body) == "OperationOutcome":
        return Page() if _is_empty(body) else Page(trouble="the client or server answered with an OperationOutcome", useless=True)
    if kind(body) == "Parameters":
        page = _bundle(as_bundle(body), wanted)
        return replace(page, trouble=page.trouble or PARTIAL)
    if kind(body) == "Bundle":
        return _bundle(body, wanted)
    if kind(body) == wanted.resource_type:
        return Page((body,), matched=1)
    return Page(trouble=f"it holds no {wanted.resource_type}", useless=True)


def found_of(pages: Sequence[Page], wanted: Input, trouble: str = "") -> Found:
    """All pages of one input as one result, filtered again by type and code. `trouble`: why further pages are missing."""
    if pages and pages[0].useless:
        return Found(failed=True, complete=False, because=pages[0].trouble)
    total = pages[0].total if pages else None
    short = total is not None and sum(p.matched for p in pages) < total
    because = (
        next((p.trouble for p in pages if p.trouble), "") or trouble or ("fewer resources came than the search found" if short else "")
    )
    kept = latest([r for p in pages for r in p.resources if not wanted.codes or kind(r) in wanted.beside or matches(r, wanted.codes)])
    return Found(kept, complete=not because, because=because)


def resources_in(value: Any) -> tuple[tuple[str, Resource], ...]:
    """(fullUrl or '', resource) of whatever a prefetch key holds."""
    if kind(value) == "Bundle":
        return tuple(entries(value))
    if kind(value) == "Parameters":
        return tuple(entries(as_bundle(value)))
    return (("", mapping(value)),) if kind(value) else ()


def medications_in(value: Any) -> tuple[tuple[str, Resource], ...]:
    """The same for Medications alone, which few of many entries are."""
    if not isinstance(value, dict) or kind(value) != "Bundle":
        return resources_in(value) if kind(value) == "Medication" else ()
    listed = ((entry, entry.get("resource")) for entry in mappings(value.get("entry")))
    return tuple((text(e.get("fullUrl")), r) for e, r in listed if isinstance(r, dict) and r.get("resourceType") == "Medication")


def _bundle(bundle: Mapping[str, Any], wanted: Input) -> Page:
    if text(bundle.get("type")) not in _READ_TYPES:
        return Page(trouble="it is a Bundle of a type that is no list of results", useless=True)
    history = text(bundle.get("type")) == "history"
    listed = mappings(bundle.get("entry"))
    own, outcomes, counted = _taken_apart(listed, wanted)
    trouble = ""
    if any(_is_severe(o) for o in outcomes):
        trouble = "the search reported an error"
        if not own:
            return Page(trouble=trouble, useless=True)
    elif counted and not own:
        trouble = f"it holds no {wanted.resource_type}"
    total = None if history else whole_number(bundle.get("total"))
    return Page(_undeleted(listed, own) if history else tuple(own), trouble, matched=counted, total=total)


def _taken_apart(listed: Sequence[Mapping[str, Any]], wanted: Input) -> tuple[list[Resource], list[Resource], int]:
    """The resources that were asked for, OperationOutcomes, and how many entries count towards Bundle.total."""
    own: list[Resource] = []
    outcomes: list[Resource] = []
    counted = 0
    for entry in listed:
        resource = entry.get("resource")
        of = kind(resource)
        if of == "OperationOutcome":
            outcomes.append(mapping(resource))
        elif of:
            counted += mapping(entry.get("search")).get("mode") not in _UNCOUNTED
            if of == wanted.resource_type or of in wanted.beside:
                own.append(mapping(resource))
    return own, outcomes, counted


def _undeleted(listed: Sequence[Mapping[str, Any]], own: Sequence[Resource]) -> tuple[Resource, ...]:
    """A history lists the newest first: what was deleted before any version came is gone."""
    seen: set[str] = set()
    gone: set[str] = set()
    for entry in listed:
        request = mapping(entry.get("request"))
        name = origin(mapping(entry["resource"])) if kind(entry.get("resource")) else text(request.get("url"))
        if request.get("method") == "DELETE" and name not in seen:
            gone.add(name)
        seen.add(name)
    return tuple(r for r in own if origin(r) not in gone)


def _is_severe(outcome: Resource) -> bool:
    return any(text(issue.get("severity")) in _SEVERE for issue in mappings(outcome.get("issue")))


def _is_empty(outcome: Resource) -> bool:
    """Epic's way to say that a search found nothing."""
    codes = {text(c.get("code")) for issue in mappings(outcome.get("issue")) for c in mappings(mapping(issue.get("details")).get("coding"))}
    return _NO_RESULTS in codes and not _is_severe(outcome)
