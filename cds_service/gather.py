"""What a service reads: from prefetch, else from the FHIR server, else it says what could not be had. It reads no value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from cds_service.bundles import Page, found_of, medications_in, page_of, resources_in
from cds_service.clients.client import Client
from cds_service.errors import DataUnavailable
from cds_service.fhir_answers import LATE, Deadline, next_link
from cds_service.fhir_client import Access, FhirClient
from cds_service.request import HookRequest
from fhir_mappings.inputs import Found, Input, Record, Resource
from fhir_mappings.references import needed
from fhir_mappings.resource import entries, kind, latest, matches, origin, text
from models.patient import Gap

Away = Callable[[], AbstractContextManager[None]]
BUSY = "the service had too much to do to read it from the FHIR server"
_TOKEN = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_MEDICATION = re.compile(r"Medication/[A-Za-z0-9\-.]{1,64}")


def gather(
    asked: HookRequest,
    inputs: Sequence[Input],
    client: FhirClient,
    deadline: Deadline,
    caller: Client,
    *,
    sparing: bool = False,
    away: Away = nullcontext,
) -> Record:
    """The inputs and the medicines that draft orders point at, side by side. Raises DataUnavailable for a required input.

    `sparing`: there is too much to do, so optional inputs are taken from prefetch alone.
    `away`: entered while another server is waited for.
    """
    access, closed = _access(asked, client, deadline, caller)
    known = _medications(asked)
    missing = [name for name in needed(asked.draft_orders, known, asked.fhir_server) if _MEDICATION.fullmatch(name)]
    found, jobs = _first_looks(asked, inputs, client, access, closed, sparing)
    reads: dict[Hashable, Callable[[], Any]] = {}
    if access is not None:
        reads = {name: partial(client.read, name, access) for name in missing}
    done: dict[Hashable, Any] = {}
    if access is not None and (reads or jobs):
        with away():
            done = client.together({**jobs, **reads}, access)
    for field in jobs:
        # a prefetched first page stays in use where the pages behind it came too late
        found[str(field)] = done.get(field) or replace(found.get(str(field), Found(failed=True)), complete=False, because=LATE)
    found = {wanted.field: found[wanted.field] for wanted in inputs}
    for wanted in inputs if _is_there_something_to_check(asked) else ():
        if wanted.required and found[wanted.field].failed:
            raise DataUnavailable(_missing(wanted, found[wanted.field].because), missing=wanted.field)
    found |= {key: _unasked(value) for key, value in asked.prefetch.items() if key not in found and isinstance(value, dict)}
    fetched, gaps = _products(missing, done, closed if access is None else "")
    return Record(_newest(found, inputs), _refreshed(known, found) | fetched, gaps)


def _access(asked: HookRequest, client: FhirClient, deadline: Deadline, caller: Client) -> tuple[Access | None, str]:
    """Leave to read the caller's server, or why there is none."""
    if not asked.fhir_server or asked.authorization is None:
        return None, "no FHIR server with an access token was given"
    if refused := client.refusal(asked.fhir_server, caller):
        return None, refused
    if asked.authorization.patient not in ("", asked.patient):
        return None, "fhirAuthorization is for another patient than context.patientId, so its token is not used"
    token, expires = asked.authorization.access_token, asked.authorization.expires_in
    return Access.of(asked.fhir_server, token, expires, deadline, caller, asked.instance.lower()), ""


def _is_there_something_to_check(asked: HookRequest) -> bool:
    """Not while no draft names a medicine yet: then nothing is required, and what is missing stays a gap."""
    named = (name for _, r in entries(asked.draft_orders) for name, value in r.items() if value and name.startswith("medication"))
    return not asked.draft_orders or any(named)


def _is_a_service_drafted(asked: HookRequest) -> bool:
    """Operations have rules of their own."""
    return any(kind(r) == "ServiceRequest" for _, r in entries(asked.draft_orders))


def _missing(wanted: Input, because: str) -> str:
    return (
        f"The input '{wanted.field}' could not be had, so nothing can be said: {because}. Send it as prefetch key '{wanted.field}' "
        "with the template that discovery gives, or send fhirServer and fhirAuthorization of a server that this service may call."
    )


def _first_looks(
    asked: HookRequest, inputs: Sequence[Input], client: FhirClient, access: Access | None, closed: str, sparing: bool
) -> tuple[dict[str, Found], dict[Hashable, Callable[[], Found]]]:
    """What prefetch gave, and the reads that bring the rest. What is read on demand waits until there is something to check."""
    idle = not _is_there_something_to_check(asked) and not _is_a_service_drafted(asked)
    found: dict[str, Found] = {}
    jobs: dict[Hashable, Callable[[], Found]] = {}
    for wanted in inputs:
        given = asked.prefetch.get(wanted.field)
        if isinstance(given, dict) and kind(given):
            _take(given, wanted, client, access, closed, found, jobs)
        elif given is None and wanted.field in asked.prefetch:
            found[wanted.field] = Found()
        elif access is None:
            found[wanted.field] = Found(complete=False, failed=True, because=f"the prefetch has no usable '{wanted.field}' and {closed}")
        elif sparing and not wanted.required:
            found[wanted.field] = Found(complete=False, failed=True, because=BUSY)
        elif idle and wanted.on_demand:
            found[wanted.field] = Found(complete=False, failed=True, because="no draft order names anything yet")
        elif path := _filled(wanted.query, asked.tokens()):
            jobs[wanted.field] = partial(_fetch, path, wanted, client, access)
        else:
            found[wanted.field] = Found(
                complete=False, failed=True, because="its search needs something that the request's context does not hold"
            )
    return found, jobs


def _take(
    given: Resource,
    wanted: Input,
    client: FhirClient,
    access: Access | None,
    closed: str,
    found: dict[str, Found],
    jobs: dict[Hashable, Callable[[], Found]],
) -> None:
    """Use what prefetch gave. A failed one is not fetched again (CDS Hooks); a paged one is read to its end."""
    page = page_of(given, wanted)
    more = bool(next_link(given)) and not page.useless
    found[wanted.field] = found_of([page], wanted, f"the prefetch holds one page of several and {closed or LATE}" if more else "")
    if more and access is not None:
        jobs[wanted.field] = partial(_follow, given, page, wanted, client, access)


def _fetch(path: str, wanted: Input, client: FhirClient, access: Access) -> Found:
    answer = client.read(path, access)
    if answer.absent:
        # a read of something that is not there is an answer; a search address that is not there is a fault
        return Found() if "?" not in path else Found(complete=False, failed=True, because="the FHIR server does not offer this search")
    if answer.body is None:
        return Found(complete=False, failed=True, because=answer.because)
    return _follow(answer.body, page_of(answer.body, wanted), wanted, client, access, answer.size)


def _follow(first: Resource, page: Page, wanted: Input, client: FhirClient, access: Access, spent: int = 0) -> Found:
    pages, trouble = [page], ""
    for answer in client.pages(first, access, spent) if not page.useless else ():
        trouble = answer.because
        if answer.body is not None:
            pages.append(page_of(answer.body, wanted))
    return found_of(pages, wanted, trouble)


def _filled(query: str, tokens: Mapping[str, str]) -> str:
    """The query with every token replaced, '' if one cannot be: a literal token would ask for other patients' data."""
    if any(name not in tokens for name in _TOKEN.findall(query)):
        return ""
    return _TOKEN.sub(lambda token: _encoded(token[1], tokens[token[1]]), query)


def _encoded(name: str, value: str) -> str:
    return quote(value, safe="/" if name == "context.userId" else "")


def _unasked(value: Resource) -> Found:
    """A key that no input asks for: it satisfies none, but whose data it holds still matters to the firewall."""
    return Found(tuple(resource for _, resource in resources_in(value)))


def _medications(asked: HookRequest) -> dict[str, Resource]:
    """Every Medication that came along, by 'Medication/id' and fullUrl; the newest version where there are several."""
    sources: list[Any] = [{**asked.draft_orders, "resourceType": "Bundle"}, *asked.prefetch.values()]
    named = [(url, resource) for value in sources for url, resource in medications_in(value)]
    newest = {origin(r): r for r in latest([r for _, r in named]) if text(r.get("id"))}
    by_url = {url: newest.get(origin(resource), resource) for url, resource in named if url}
    return by_url | newest


def _refreshed(known: Mapping[str, Resource], found: Mapping[str, Found]) -> dict[str, Resource]:
    """Medicines that came along, each in the newer version where a search brought one: prefetch may be a stale copy."""
    searched: dict[str, list[Resource]] = {}
    for resource in (r for f in found.values() for r in f.resources if r.get("resourceType") == "Medication"):
        searched.setdefault(origin(resource), []).append(resource)
    return {name: latest([held, *searched.get(origin(held), ())])[0] for name, held in known.items()}


def _products(missing: Sequence[str], done: Mapping[Hashable, Any], closed: str) -> tuple[dict[str, Resource], tuple[Gap, ...]]:
    """The medicines that were read, by 'Medication/id', and a Gap for each that could not be. `closed`: why none was read."""
    fetched: dict[str, Resource] = {}
    gaps: list[Gap] = []
    for name in missing:
        answer = done.get(name)
        if answer is not None and answer.body is not None and origin(answer.body) == name:
            fetched[name] = answer.body
        else:
            gaps.append(_unread(name, closed or ((answer.because or "the FHIR server does not have it") if answer else LATE)))
    return fetched, tuple(gaps)


def _unread(name: str, because: str) -> Gap:
    return Gap(name, "unavailable", f"a draft order names this medicine by reference and {because}", name)


def _newest(found: Mapping[str, Found], inputs: Sequence[Input]) -> dict[str, Found]:
    """Where two keys hold the same resource, each gets its newest version, or all of them where they cannot be ordered.

    The newer version is this input's too, whichever key it came under: dropping ours for it would leave "nothing on file".
    """
    held = [name for f in found.values() for name in {_name(r) for r in f.resources}]
    shared = {name for name, keys in Counter(held).items() if keys > 1}
    if not shared:
        return dict(found)
    kept: dict[str, list[Resource]] = {}
    for resource in latest([r for f in found.values() for r in f.resources if _name(r) in shared]):
        kept.setdefault(_name(resource), []).append(resource)
    codes = {wanted.field: wanted.codes for wanted in inputs}
    return {key: replace(f, resources=_versions(f.resources, kept, codes.get(key, frozenset()))) for key, f in found.items()}


def _versions(
    resources: Sequence[Resource], kept: Mapping[str, Sequence[Resource]], codes: frozenset[tuple[str, str]]
) -> tuple[Resource, ...]:
    """Each resource, or once in its place the versions of it that count; one that was coded anew must be what the input asks for."""
    ours: list[Resource] = []
    seen: set[str] = set()
    for resource in resources:
        name = _name(resource)
        if name not in kept:
            ours.append(resource)
        elif name not in seen:
            seen.add(name)
            ours += [r for r in kept[name] if not codes or matches(r, codes)]
    return tuple(ours)


def _name(resource: Resource) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"
