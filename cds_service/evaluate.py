"""One request answered without HTTP, for the command line: the same road as a call, and what was looked at on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.answer import Trace, answer
from cds_service.app import create_state
from cds_service.clients.client import Client
from cds_service.errors import HookRequestError, Problem, UnknownClient, UnknownService, answer_for, outcome
from cds_service.fhir_answers import Deadline
from cds_service.logs import Log
from cds_service.service import Service
from cds_service.settings import Settings
from cds_service.state import State
from cds_service.wire import NotJson, read_json, write_json
from models.finding import Assessment


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What HTTP would have answered, and the assessment behind it (None where it came to none)."""

    status: int
    response: Mapping[str, Any]
    assessment: Assessment | None

    def json(self) -> str:
        return write_json(self.response, indent=True).decode()


def evaluate_body(body: bytes, service_id: str | None, settings: Settings, *, fetch: bool, client: str = "") -> Evaluated:
    """Answer `body`. `fetch` False: the FHIR server that the request names is never called. `client`: as this one would be answered."""
    state = create_state(settings, log=Log(None), offline=not fetch, remember=False)
    trace = Trace()
    try:
        caller = _caller(client, state)
        services = state.services_at(service_id, caller) if service_id else (_by_hook(body, state.offered),)
        response = answer(body, services, caller, state, Deadline.after(caller.deadline_ms), trace)
    except Exception as error:  # noqa: BLE001 - as over HTTP: a bug is a 500, with its place in the log
        told = answer_for(error)
        if told.status == 500:
            state.log.fault(error, service=trace.service, correlation=trace.correlation)
        return Evaluated(told.status, outcome(told, error, trace.correlation if told.status == 500 else ""), None)
    return Evaluated(200, response, trace.answered.shown if trace.answered else None)


def _caller(client: str, state: State) -> Client:
    """Of the clients file; whoever calls on this machine where none is named."""
    known = state.trust.clients
    if client and known.of(client) is None:
        raise UnknownClient(f"No client has the id {client[:40]!r}. There are {', '.join(one.id for one in known.all)}.")
    return known.of(client) or state.local


def _by_hook(body: bytes, services: Mapping[str, Service]) -> Service:
    """The one service that answers the request's hook."""
    try:
        document = read_json(body)
    except NotJson as error:
        raise HookRequestError(Problem("$", f"the body cannot be read: {error}")) from None
    hook = document.get("hook") if isinstance(document, dict) else None
    if not isinstance(hook, str):
        raise HookRequestError(Problem("hook", "is missing; it must be a string"))
    found = [service for service in services.values() if service.hook == hook]
    if len(found) != 1:
        known = ", ".join(sorted(services))
        raise UnknownService(f"{len(found)} services answer this hook. Name one with --service: {known}.")
    return found[0]


def explanation(found: Assessment) -> str:
    """Every rule that was looked at, fired or not, then every gap: one line each."""
    lines = [f"{c.subject}: {c.outcome}" + (f", {c.because}" if c.because else "") for c in found.checked]
    lines += [f"not checked: {g.subject} ({g.reason}): {g.because}" + (f" [{g.origin}]" if g.origin else "") for g in found.gaps]
    return "\n".join(lines or ["No rule concerns these orders."])
