"""The addresses of the service: discovery, call, feedback, and what operators watch. What an answer is made of is in `answer`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from flask import Blueprint, Flask, Request, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from cds_service.answer import State, Trace, answer
from cds_service.clients.client import Client
from cds_service.errors import HTTP, Answer, StoreUnavailable, UnsupportedContent, answer_for, outcome
from cds_service.fhir_answers import Deadline
from cds_service.metrics import CONTENT_TYPE
from cds_service.overrides import reason_of
from cds_service.service import Service
from cds_service.store.items import MOST_PROBLEMS, read_items
from cds_service.wire import write_json
from cds_service.witness import digest
from models.errors import PatientMismatch
from models.knowledge.types import Knowledge

SPECIFICATION = "2.0.1"  #: of CDS Hooks
_CONTENT = frozenset({"application/json", "application/fhir+json"})
_PROBES = ("/health", "/ready")  #: load balancers ask these with HEAD
_WATCHERS = frozenset({"health", "ready", "metrics"})  #: asked every few seconds, so not logged


def discovery(state: State) -> dict[str, Any]:
    return {"services": [_described(service, state.knowledge) for service in state.services.values()]}


def _described(service: Service, knowledge: Knowledge) -> dict[str, Any]:
    prefetch = {wanted.field: wanted.query for wanted in service.reads(knowledge)}
    members = {"hook": service.hook, "id": service.id, "title": service.title, "description": service.description}
    return {name: value for name, value in {**members, "prefetch": prefetch, "version": SPECIFICATION}.items() if value}


def routes(state: State) -> Blueprint:
    """Every address, bound to one state."""
    pages = Blueprint("precision_hooks", __name__)

    @pages.get("/cds-services")
    def discover() -> Response:
        _watch("discovery")
        return respond(discovery(state))

    @pages.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        deadline = Deadline.after(state.settings.deadline_ms)
        services = state.services_at(service_id, g.caller)
        _watch(services[0].id)
        body = _body(request, state.settings.max_body_bytes)
        _trace().request = digest(body)
        return respond(answer(body, services, g.caller, state, deadline, _trace()))

    @pages.post("/cds-services/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        services = state.services_at(service_id, g.caller)
        _watch(services[0].id + "/feedback")
        return respond(_take_feedback(state, services, g.caller, _body(request, state.settings.max_body_bytes)))

    @pages.get("/health")
    def health() -> Response:
        """The process answers. It says nothing of anything behind it."""
        _watch("health")
        return respond({"status": "ok"})

    @pages.get("/ready")
    def ready() -> Response:
        """200 also without the store: orders are answered without it, and must not lose their service over feedback."""
        _watch("ready")
        store = state.feedback.reachable()
        return respond(
            {
                "status": "ready" if store else "degraded",
                "knowledge": state.knowledge.digest,
                "services": len(state.services),
                "store": "reachable" if store else "unreachable",
            }
        )

    @pages.get("/openapi.json")
    def openapi() -> Response:
        _watch("openapi")
        return Response(files("cds_service").joinpath("openapi.json").read_bytes(), content_type="application/json")

    @pages.get("/metrics")
    def metrics() -> Response:
        _watch("metrics")
        return Response(state.metrics.text(), content_type=CONTENT_TYPE)

    return pages


def _take_feedback(state: State, services: Sequence[Service], caller: Client, body: bytes) -> dict[str, Any]:
    """Keep what can be kept of a batch, and report its fate."""
    now = state.now()
    items, problems = read_items(body, now)
    service = services[0]
    new = state.feedback.keep(caller.id, service.id, items, now)
    state.metrics.overridden(service.id, [reason_of(i.reason_code, i.reason_display) for i in new if i.outcome == "overridden"])
    for one in services:
        state.recall.settle(one, items, caller.id, now)  # repeated ones too: the first time this step may have failed
    rejected = len({p.path.partition("]")[0] for p in problems})  # an item may have several problems
    fates = {"stored": len(new), "repeated": len(items) - len(new), "rejected": rejected}
    for fate, count in fates.items():
        state.metrics.feedback(service.id, fate, count)
    told = [{"path": p.path, "why": p.why} for p in problems[:MOST_PROBLEMS]]
    return {"stored": fates["stored"], "repeated": fates["repeated"]} | ({"rejected": told} if told else {})


def respond(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(write_json(body), status, content_type="application/json")


def _trace() -> Trace:
    """The trace of the request at hand."""
    trace: Trace = g.trace
    return trace


def _watch(service: str) -> None:
    _trace().service = service


def _body(asked: Request, limit: int) -> bytes:
    """The body, if its type and encoding are read; refused before it is taken in."""
    if asked.mimetype not in _CONTENT or asked.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedContent("The body must be sent as application/json or application/fhir+json, in UTF-8.")
    if asked.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedContent("A compressed body is not read. Send it without Content-Encoding.")
    body = asked.get_data(cache=False)
    if len(body) > limit:  # of a chunked body, the framework cuts off what is too long
        raise RequestEntityTooLarge
    return body


def attach(app: Flask, state: State) -> None:
    """What holds for every address: methods, CORS, headers, errors, the log line."""
    app.register_blueprint(routes(state))
    app.before_request(lambda: _begin(state))
    app.after_request(lambda response: _finish(response, state))
    app.register_error_handler(Exception, lambda error: _failed(error, state))


def _begin(state: State) -> Response | None:
    g.trace, g.caller = Trace(), state.local
    if request.method == "HEAD" and request.url_rule is not None and request.path not in _PROBES:
        raise MethodNotAllowed(_allowed())
    if request.method == "OPTIONS" and request.url_rule is not None:
        preflight = Response(status=204, headers={"Allow": ", ".join(_allowed())})
        del preflight.headers["Content-Type"]  # there is no content
        return preflight
    return None


def _allowed() -> list[str]:
    methods = set(request.url_rule.methods or ()) if request.url_rule else set()
    return sorted(methods if request.path in _PROBES else methods - {"HEAD"})


def _finish(response: Response, state: State) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    _share(response, state.settings.cors_origins)
    trace = _trace()
    seconds = time.monotonic() - trace.start
    state.metrics.answered(trace.service, response.status_code, seconds)
    if trace.service not in _WATCHERS:
        state.log.answered(
            service=trace.service,
            status=response.status_code,
            ms=seconds * 1000,
            correlation=trace.correlation,
            cards=trace.cards,
            gaps=trace.gaps,
            foreign=trace.foreign,
        )
    return response


def _share(response: Response, origins: tuple[str, ...]) -> None:
    """CORS for configured origins, preflight included; no other origin learns anything."""
    if not origins:
        return
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if origin not in origins:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"


def _failed(error: Exception, state: State) -> Response:
    """Any failure, as an OperationOutcome by the table of `errors`."""
    if isinstance(error, HTTPException):
        return _http(error)
    told = answer_for(error)
    trace = _trace()
    if told.status == 401:
        return Response(status=401)
    if isinstance(error, PatientMismatch):
        state.log.patient_mismatch(service=trace.service, correlation=trace.correlation)
    if told.status == 500:
        state.log.fault(error, service=trace.service, correlation=trace.correlation)
    response = _told(told, outcome(told, error, trace.correlation if told.status == 500 else ""))
    if isinstance(error, StoreUnavailable):
        response.headers["Retry-After"] = "30"
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
