"""What holds for every address: who comes in, and how every answer goes out (methods, CORS, headers, errors, audit, the log line)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from hmac import compare_digest
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from cds_service.addresses import is_loopback
from cds_service.answer import Trace, noted
from cds_service.audited import Event
from cds_service.clients.client import Client
from cds_service.clients.degraded import HEADER, degraded, softened
from cds_service.errors import HTTP, Abandoned, Answer, Later, Refused, StoreUnavailable, TooManyFailures, Unauthorized, answer_for, outcome
from cds_service.inbound import refusal_facts
from cds_service.model_routes import add_model_routes
from cds_service.rates import address_of
from cds_service.reload import Holder
from cds_service.routes import ACCESS, BLUEPRINT, respond, routes
from cds_service.state import State
from cds_service.wire import write_json
from models.errors import PatientMismatch

_PROBES = ("/health", "/ready")  #: load balancers ask these with HEAD
_WATCHERS = frozenset({"health", "ready", "metrics"})  #: asked every few seconds, so not logged
_CALL = f"{BLUEPRINT}.call"
_EVENTS: Mapping[str, Event] = {_CALL: "call", f"{BLUEPRINT}.feedback": "feedback", f"{BLUEPRINT}.discover": "discovery"}


def attach(app: Flask, holder: Holder[State]) -> None:
    """`holder` gives the snapshot of this moment; each request keeps the one that it began with."""
    pages = routes()
    add_model_routes(pages)
    app.register_blueprint(pages)
    app.before_request(lambda: _begin(holder))
    app.after_request(_finish)
    app.teardown_request(_give_turn_back)
    app.register_error_handler(Exception, _failed)


def _begin(holder: Holder[State]) -> Response | None:
    state = holder.current()
    g.state, g.trace, g.caller, g.problem = state, Trace(), state.local, holder.problem
    if request.method == "HEAD" and request.url_rule is not None and request.path not in _PROBES:
        raise MethodNotAllowed(_allowed())
    if request.method == "OPTIONS" and request.url_rule is not None:
        preflight = Response(status=204, headers={"Allow": ", ".join(_allowed())})
        del preflight.headers["Content-Type"]  # there is no content
        return preflight
    if request.endpoint == _CALL:
        _take_turn(state)
    access = ACCESS.get(request.endpoint or "")
    if access == "client":
        g.caller = _admitted(state)
    elif access == "operator" and not _is_operator(state):
        raise Unauthorized("operator")
    return None


def _admitted(state: State) -> Client:
    """Who calls. The body of a call that is refused is read first: closing on a client that still sends would reset it."""
    try:
        return state.trust.admit(request.headers.get("Authorization"), request.path, state.now())
    except Refused:
        with suppress(HTTPException, OSError):
            request.get_data(cache=False)
        raise


def _is_operator(state: State) -> bool:
    """By the key that was set for it; without one, whoever asks from this machine itself and not through a proxy."""
    if state.settings.metrics_key:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {state.settings.metrics_key}".encode())
    return is_loopback(request.remote_addr or "") and not {"X-Forwarded-For", "Forwarded"} & set(request.headers.keys())


def _take_turn(state: State) -> None:
    """Before it is asked who calls, since that takes time too. The body is read first: a slow sender must not hold a turn."""
    try:
        request.get_data(cache=True)
    except OSError:
        raise Abandoned from None
    turn = state.load.turn()
    g.trace.level, g.turn, g.trace.away = turn.__enter__(), turn, state.load.away


def _give_turn_back(error: BaseException | None = None) -> None:
    if turn := g.pop("turn", None):
        turn.__exit__(None, None, None)


def _allowed() -> list[str]:
    methods = set(request.url_rule.methods or ()) if request.url_rule else set()
    return sorted(methods if request.path in _PROBES else methods - {"HEAD"})


def _finish(response: Response) -> Response:
    state, trace = g.state, g.trace
    _give_turn_back()  # to wait for the store is no work
    response = _audited(response, state, trace)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    _share(response, state)
    seconds, status = time.monotonic() - trace.start, trace.failed or response.status_code
    state.metrics.answered(trace.service, status, seconds)
    if trace.service not in _WATCHERS and trace.told:
        state.log.answered(
            service=trace.service,
            status=status,
            ms=seconds * 1000,
            correlation=trace.correlation,
            cards=trace.cards,
            gaps=trace.gaps,
            foreign=trace.foreign,
        )
    return response


def _audited(response: Response, state: State, trace: Trace) -> Response:
    """Nothing that a client asked goes unrecorded; where the operator wants it so, what cannot be recorded is not answered."""
    event = _EVENTS.get(request.endpoint or "")
    if event is None or request.method == "OPTIONS" or not trace.kept:
        return response
    how = {"status": trace.failed or response.status_code, "ms": round((time.monotonic() - trace.start) * 1000, 1), "level": trace.level}
    try:
        if trace.answered is not None and not trace.failed:
            state.witness.call(g.caller.id, trace.answered, trace.request, response.get_data(), how)
        else:
            what: Event = "refused" if trace.failed == 401 else event
            state.witness.other(what, g.caller.id, trace.service, trace.correlation, **how, **trace.fates, **trace.why)
    except StoreUnavailable as error:
        return _failed(error)
    return response


def _share(response: Response, state: State) -> None:
    """CORS for the origins of the client that called, for those of all clients before it is known; no other origin learns anything."""
    preflight = request.method == "OPTIONS"
    origins = state.origins if preflight else g.caller.cors_origins
    if not state.origins:
        return
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if origin not in origins:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = HEADER
    if preflight:
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"


def _failed(error: Exception) -> Response:
    """Any failure, as an OperationOutcome by the table of `errors`."""
    if isinstance(error, HTTPException):
        return _http(error)
    state, trace = g.state, g.trace
    told = answer_for(error)
    trace.failed = told.status
    trace.why = _why(error)
    if told.status == 401:
        known = error if isinstance(error, Refused) else Refused("no token")
        state.metrics.not_admitted(known.reason)
        g.caller = replace(state.local, id=known.client, cors_origins=())
        return _not_admitted(known)
    if isinstance(error, PatientMismatch):
        state.log.patient_mismatch(service=trace.service, correlation=trace.correlation)
    if told.status == 500:
        state.log.fault(error, service=trace.service, correlation=trace.correlation)
    trace.kept = trace.kept and not isinstance(error, Later)
    if request.endpoint == _CALL and softened(g.caller, told.status):
        return _hidden(told)
    response = _told(told, outcome(told, error, trace.correlation if told.status == 500 else ""))
    if isinstance(error, Later):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, StoreUnavailable):
        response.headers["Retry-After"] = "30"
    return response


def _not_admitted(error: Refused) -> Response:
    """A bare 401. From an address that fails too often it is a 429, which is counted and no longer told one by one."""
    state, trace = g.state, g.trace
    try:
        state.rates.failed(address_of(request.environ, state.settings.proxy_hops))
    except TooManyFailures as later:
        trace.told = trace.kept = False
        trace.failed = 429
        response = _told(answer_for(later), outcome(answer_for(later), later))
        response.headers["Retry-After"] = str(later.seconds)
        return response
    state.log.not_admitted(service=trace.service, reason=error.reason)
    bare = Response(status=401)
    del bare.headers["Content-Type"]  # there is no content
    return bare


def _why(error: Exception) -> dict[str, Any]:
    """For the audit: the kind of error, what of the request it is about, and what the client sent."""
    return {"error": type(error).__name__, "refusal": refusal_facts(error), "inbound": dict(noted(g.trace.sent, g.state, g.trace))}


def _hidden(told: Answer) -> Response:
    """For a client that would show an error to the clinician. The log, the metrics and the audit have the true status."""
    body, headers = degraded(told.status, told.code)
    response = respond(body)
    response.headers.update(headers)
    return response


def _http(error: HTTPException) -> Response:
    """What the framework refuses: its status and Allow header, our body."""
    told = HTTP.get(error.code or 500) or Answer(error.code or 500, "invalid", "The request could not be read.")
    response = _told(told, outcome(told))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(set(error.valid_methods or ()) - (set() if request.path in _PROBES else {"HEAD"})))
    return response


def _told(told: Answer, body: Mapping[str, Any]) -> Response:
    return Response(write_json(body), told.status, content_type="application/fhir+json")
