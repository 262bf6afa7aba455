"""What holds for every address: who comes in, and how every answer goes out (methods, CORS, headers, errors, audit, the log line)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from cds_service.answer import State, Trace
from cds_service.errors import HTTP, Abandoned, Answer, Later, StoreUnavailable, answer_for, outcome
from cds_service.inbound import refusal_facts
from cds_service.routes import BLUEPRINT, respond, routes
from cds_service.wire import write_json
from models.errors import PatientMismatch

_PROBES = ("/health", "/ready")  #: load balancers ask these with HEAD
_WATCHERS = frozenset({"health", "ready", "metrics"})  #: asked every few seconds, so not logged
_CALL = f"{BLUEPRINT}.call"
_EVENTS: Mapping[str, Any] = {_CALL: "call", f"{BLUEPRINT}.feedback": "feedback", f"{BLUEPRINT}.discover": "discovery"}


def attach(app: Flask, current: Callable[[], State]) -> None:
    """`current` gives the snapshot of this moment; each request keeps the one that it began with."""
    app.register_blueprint(routes())
    app.before_request(lambda: _begin(current()))
    app.after_request(_finish)
    app.teardown_request(_give_turn_back)
    app.register_error_handler(Exception, _failed)


def _begin(state: State) -> Response | None:
    g.state, g.trace, g.caller = state, Trace(), state.local
    if request.method == "HEAD" and request.url_rule is not None and request.path not in _PROBES:
        raise MethodNotAllowed(_allowed())
    if request.method == "OPTIONS" and request.url_rule is not None:
        preflight = Response(status=204, headers={"Allow": ", ".join(_allowed())})
        del preflight.headers["Content-Type"]  # there is no content
        return preflight
    if request.endpoint == _CALL:
        _take_turn(state)
    return None


def _take_turn(state: State) -> None:
    """Before it is asked who calls, since that takes time too. The body is read first: a slow sender must not hold a turn."""
    try:
        request.get_data(cache=True)
    except OSError:
        raise Abandoned from None
    turn = state.load.turn()
    g.trace.level, g.turn = turn.__enter__(), turn


def _give_turn_back(error: BaseException | None) -> None:
    if turn := g.pop("turn", None):
        turn.__exit__(None, None, None)


def _allowed() -> list[str]:
    methods = set(request.url_rule.methods or ()) if request.url_rule else set()
    return sorted(methods if request.path in _PROBES else methods - {"HEAD"})


def _finish(response: Response) -> Response:
    state, trace = g.state, g.trace
    response = _audited(response, state, trace)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    _share(response, state)
    seconds, status = time.monotonic() - trace.start, trace.failed or response.status_code
    state.metrics.answered(trace.service, status, seconds)
    if trace.service not in _WATCHERS:
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
    if event is None or request.method == "OPTIONS":
        return response
    how = {"status": trace.failed or response.status_code, "ms": round((time.monotonic() - trace.start) * 1000, 1), "level": trace.level}
    try:
        if trace.answered is not None and not trace.failed:
            state.witness.call(g.caller.id, trace.answered, trace.request, response.get_data(), how)
        else:
            state.witness.other(event, g.caller.id, trace.service, trace.correlation, **how, **trace.fates, **trace.why)
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
        return Response(status=401)
    if isinstance(error, PatientMismatch):
        state.log.patient_mismatch(service=trace.service, correlation=trace.correlation)
    if told.status == 500:
        state.log.fault(error, service=trace.service, correlation=trace.correlation)
    if request.endpoint == _CALL and g.caller.error_mode == "empty-200":
        return _hidden(told)
    response = _told(told, outcome(told, error, trace.correlation if told.status == 500 else ""))
    if isinstance(error, Later):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, StoreUnavailable):
        response.headers["Retry-After"] = "30"
    return response


def _why(error: Exception) -> dict[str, Any]:
    """For the audit: the kind of error, what of the request it is about, and what the client sent."""
    return {"error": type(error).__name__, "refusal": refusal_facts(error), "inbound": dict(g.trace.sent())}


def _hidden(told: Answer) -> Response:
    """For a client that would show an error to the clinician. The log, the metrics and the audit have the true status."""
    response = respond({"cards": []})
    response.headers["X-CDS-Degraded"] = f"{told.status} {told.code}"
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
