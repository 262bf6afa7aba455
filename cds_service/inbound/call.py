"""What an EHR sent with one call that was read: which key came how, and what was missing. It answers nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from cds_service.inbound.words import capped, said, why
from cds_service.request import HookRequest
from cds_service.triggers import trigger_action
from fhir_mappings.inputs import Found, Input, Record
from fhir_mappings.releases import old_order
from fhir_mappings.resource import entries, kind, mappings
from models.codes import RXNORM
from models.patient import Gap, Order, PatientProfile

State = Literal["prefetch", "null", "failed", "fetched", "missing", "unavailable", "idle"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TYPE = re.compile(r"[A-Z][A-Za-z]+")
_UNFILLED = re.compile(rb"\{\{\s*(?:context\.[A-Za-z]|user[A-Z]|today\(|%[A-Za-z])")
_ORDERED = frozenset({"MedicationRequest", "ServiceRequest", "Medication"})


def inbound(
    asked: HookRequest,
    inputs: Sequence[Input],
    record: Record,
    profile: PatientProfile,
    *,
    body: bytes = b"",
    keys: Mapping[str, str] | None = None,
    unmapped: int = 0,
) -> dict[str, Any]:
    """The facts of a call that was answered; those that say nothing are left out.

    `asked`: as it was sent, before keys are renamed; `body` the same as bytes, in which unfilled tokens are looked for. `keys`: the
    client's name of a key → ours. `unmapped`: codes of medicines that no table knows.
    """
    names = _names(asked.prefetch, keys or {})
    states = {i.field: _state(i, record.found.get(i.field, Found(failed=True)), asked, names) for i in inputs}
    troubled = {i.field: found for i in inputs if (found := record.found.get(i.field)) and states[i.field] != "idle"}
    facts = request_facts(asked, inputs, body=body, keys=keys) | {
        "inputs": states,
        "why": {name: why(found.because) for name, found in troubled.items() if found.because},
        "partial": [name for name, found in troubled.items() if not found.failed and not found.complete],
        "gaps": _gaps(profile.gaps, {i.field for i in inputs}),
        "foreign": profile.foreign,
        "unmapped": unmapped,
        "releases": _releases(asked, record),
    }
    facts["drafts"] = {**facts.get("drafts", {}), **_orders(profile)}
    return said(facts)


def request_facts(
    asked: HookRequest, inputs: Sequence[Input], *, body: bytes = b"", keys: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What can be said of the request alone: all there is of a call that was refused before its data was read."""
    names = _names(asked.prefetch, keys or {})
    ours = {i.field for i in inputs}
    strange = [key for key in asked.prefetch if key not in ours and key not in (keys or {})]
    authorization = asked.authorization
    return said(
        {
            "inputs": {i.field: _sent(i, asked, names) for i in inputs},
            "paged": [i.field for i in inputs if _has_next(_given(i, asked, names))],
            "renamed": {ours: theirs for ours, theirs in names.items() if _NAME.fullmatch(theirs)},
            "unknown_keys": capped(key for key in strange if _NAME.fullmatch(key)),
            "unknown_count": len(strange),
            "server": bool(asked.fhir_server),
            "authorization": authorization is not None,
            "scopes": _scopes(authorization.scope, inputs) if authorization else [],
            "unsigned_scope": bool(authorization) and "unsigned" in authorization.scope.lower() if authorization else False,
            "drafts": _drafts(asked.draft_orders),
            "tokens": has_tokens(body),
            "trigger": trigger_action(asked.extension),
        }
    )


def has_tokens(body: bytes) -> bool:
    """Did the client send a prefetch token as it stands in the template, where a value should be?"""
    return b"{{" in body and _UNFILLED.search(body) is not None


def _names(prefetch: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, str]:
    """Our key → the client's name of it, where it came under that."""
    return {ours: theirs for theirs, ours in keys.items() if theirs in prefetch and theirs != ours}


def _given(wanted: Input, asked: HookRequest, names: Mapping[str, str]) -> Any:
    value = asked.prefetch.get(wanted.field)
    return asked.prefetch.get(names[wanted.field]) if value is None and wanted.field in names else value


def _has_next(given: Any) -> bool:
    return isinstance(given, dict) and any(link.get("relation") == "next" for link in mappings(given.get("link")))


def _sent(wanted: Input, asked: HookRequest, names: Mapping[str, str]) -> State:
    given = _given(wanted, asked, names)
    if isinstance(given, dict) and kind(given):
        return "failed" if kind(given) == "OperationOutcome" else "prefetch"
    there = wanted.field in asked.prefetch or wanted.field in names
    return "null" if there and given is None else "missing"


def _state(wanted: Input, found: Found, asked: HookRequest, names: Mapping[str, str]) -> State:
    sent = _sent(wanted, asked, names)
    if sent in ("prefetch", "failed"):
        return "failed" if found.failed else "prefetch"
    if sent == "null":
        return "null"
    if not found.failed:
        return "fetched"
    if wanted.on_demand and _names_nothing(asked.draft_orders):
        return "idle"
    return "unavailable" if asked.fhir_server and asked.authorization else "missing"


def _names_nothing(drafts: Mapping[str, Any]) -> bool:
    """Such a call asks for nothing yet; what was not read of it is no fault of the EHR."""
    told = _drafts(drafts)
    return bool(drafts) and not told["services"] and told["orders"] == told["no_medicine"]


def _drafts(drafts: Mapping[str, Any]) -> dict[str, int]:
    if not drafts:
        return {}
    listed = [resource for _, resource in entries(drafts)]
    orders = [r for r in listed if kind(r) == "MedicationRequest"]
    named = [r for r in orders if any(value and name.startswith("medication") for name, value in r.items())]
    services = sum(kind(r) == "ServiceRequest" for r in listed)
    return {"entries": len(listed), "orders": len(orders), "services": services, "no_medicine": len(orders) - len(named)}


def _orders(profile: PatientProfile) -> dict[str, int]:
    lost = {gap.origin for gap in profile.gaps if gap.subject == "draft order" and gap.reason == "unavailable"}
    counted = Counter(_coded(order, lost) for order in profile.orders)
    return {word: number for word, number in counted.items() if word}


def _coded(order: Order, lost: Collection[str]) -> str:
    """What is wrong with the order's medicine, '' where it has an RxNorm code."""
    if not order.medication and not order.ingredients and order.origin in lost:
        return "not_found"
    systems = {code.system for one in (order.medication, *order.ingredients) for code in one.codings}
    return "no_code" if not systems else "" if RXNORM in systems else "no_rxnorm"


def _gaps(gaps: Iterable[Gap], fields: Collection[str]) -> dict[str, dict[str, int]]:
    """By reason, then by input; what is about a gene, a drug or a resource is counted without its name."""
    told: dict[str, Counter[str]] = {}
    for gap in gaps:
        told.setdefault(gap.reason, Counter())[gap.subject if gap.subject in fields else "other"] += 1
    return {reason: dict(counted) for reason, counted in told.items()}


def _releases(asked: HookRequest, record: Record) -> list[str]:
    """FHIR releases other than R4 whose shapes were met."""
    seen = {"R5" for _, r in entries(asked.draft_orders) if "medication" in r and kind(r) == "MedicationRequest"}
    for resource in (r for found in record.found.values() for r in found.resources):
        of = kind(resource)
        if of == "MedicationRequest":
            older = old_order(resource) or ("R5" if "medication" in resource else "")
            seen |= {older} if older else set()
        elif of == "AllergyIntolerance" and "substance" in resource:
            seen.add("DSTU2")
    return sorted(seen)


def _scopes(scope: str, inputs: Sequence[Input]) -> list[str]:
    """FHIR types named in it, whatever its grammar: SMART's scopes and Epic's API names both hold them. '*' is every type."""
    known = _ORDERED | {i.resource_type for i in inputs} | {of for i in inputs for of in i.beside}
    return sorted(known & set(_TYPE.findall(scope))) + (["*"] if "/*." in scope else [])
