"""The addresses of the service: discovery, call, feedback, what operators watch. `ACCESS` says who may use them, `gate` asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Literal

from flask import Blueprint, Request, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from cds_service.answer import Trace, answer
from cds_service.clients.client import Client
from cds_service.errors import Abandoned, UnsupportedContent
from cds_service.fhir_answers import Deadline
from cds_service.listening import still_there
from cds_service.metrics import CONTENT_TYPE
from cds_service.overrides import reason_of
from cds_service.service import Service
from cds_service.state import State
from cds_service.store.items import MOST_PROBLEMS, read_items
from cds_service.wire import write_json
from cds_service.witness import digest
from models.knowledge.age import newest_source
from models.knowledge.types import Knowledge

SPECIFICATION = "2.0.1"  #: of CDS Hooks
_CONTENT = frozenset({"application/json", "application/fhir+json"})

#: who may use an address: a client with its token · anybody, since nothing of a client or a patient is told · the operator's own monitoring
Access = Literal["client", "anybody", "operator"]
BLUEPRINT = "precision_hooks"
ACCESS: Mapping[str, Access] = {
    f"{BLUEPRINT}.discover": "client",
    f"{BLUEPRINT}.call": "client",
    f"{BLUEPRINT}.feedback": "client",
    f"{BLUEPRINT}.health": "anybody",
    f"{BLUEPRINT}.ready": "anybody",
    f"{BLUEPRINT}.openapi": "anybody",
    f"{BLUEPRINT}.models": "anybody",
    f"{BLUEPRINT}.model": "anybody",
    f"{BLUEPRINT}.model_source_attributes": "anybody",
    f"{BLUEPRINT}.metrics": "operator",
}


def discovery(state: State, caller: Client) -> dict[str, Any]:
    """The same whatever is switched off or out of order: clients keep it."""
    return {"services": [_described(service, state.sites[caller.site].knowledge, caller) for service in state.offered.values()]}


def _described(service: Service, knowledge: Knowledge, caller: Client) -> dict[str, Any]:
    prefetch = {wanted.field: wanted.query for wanted in service.reads(knowledge)}
    name = caller.alias if caller.alias and service.under_alias else service.id
    members = {"hook": service.hook, "id": name, "title": service.title, "description": service.description}
    return {name: value for name, value in {**members, "prefetch": prefetch, "version": SPECIFICATION}.items() if value}


def routes() -> Blueprint:
    """Every address. The state that a request goes by is pinned in `g.state` before it gets here."""
    pages = Blueprint(BLUEPRINT, __name__)
    pages.add_url_rule("/cds-services", view_func=discover)
    pages.add_url_rule("/cds-services/<service_id>", view_func=call, methods=["POST"])
    pages.add_url_rule("/cds-services/<service_id>/feedback", view_func=feedback, methods=["POST"])
    for path, view in (("/health", health), ("/ready", ready), ("/openapi.json", openapi), ("/metrics", metrics)):
        pages.add_url_rule(path, view_func=view)
    return pages


def discover() -> Response:
    watch("discovery")
    return respond(discovery(state_at_hand(), g.caller))


def call(service_id: str) -> Response:
    state, trace = state_at_hand(), _trace()
    deadline = Deadline.after(g.caller.deadline_ms)
    services = state.services_at(service_id, g.caller)
    watch(services[0].id)
    body = body_of(request, state.settings.max_body_bytes)
    trace.request, trace.there = digest(body), partial(still_there, request.environ)
    state.rates.call(g.caller)
    return respond(answer(body, services, g.caller, state, deadline, trace))


def feedback(service_id: str) -> Response:
    state = state_at_hand()
    services = state.services_at(service_id, g.caller)
    watch(services[0].id + "/feedback")
    body = body_of(request, state.settings.max_body_bytes)
    state.rates.feedback(g.caller)
    return respond(_take_feedback(state, services, g.caller, body))


def health() -> Response:
    """The process answers. It says nothing of anything behind it."""
    watch("health")
    return respond({"status": "ok"})


def ready() -> Response:
    """200 also without the store: orders are answered without it, and must not lose their service over feedback."""
    watch("ready")
    state, problem = state_at_hand(), str(g.problem)
    if state.load.draining:
        return respond({"status": "draining"}, 503)
    store, old, clock = state.feedback.reachable(), state.knowledge_is_old, state.trust.skew.doubt()
    told = {
        "status": "ready" if store and not (problem or old or clock) else "degraded",
        "knowledge": state.knowledge.digest,
        "services": len(state.offered),
        "store": "reachable" if store else "unreachable",
    }
    told |= {name: why for name, why in (("notLoaded", problem), ("clock", clock)) if why}
    return respond(told | ({"knowledgeFrom": newest_source(state.knowledge)} if old else {}))


def openapi() -> Response:
    watch("openapi")
    return Response(files("cds_service").joinpath("openapi.json").read_bytes(), content_type="application/json")


def metrics() -> Response:
    watch("metrics")
    _tell_ends(state_at_hand())
    return Response(state_at_hand().metrics.text(), content_type=CONTENT_TYPE)


def _tell_ends(state: State) -> None:
    """Looked at when somebody asks, since keys are fetched beside the calls."""
    ends = {told.source: told.certificate_end for told in state.trust.key_sets.states()}
    for client in state.trust.clients.all:
        if end := ends.get(client.jku or client.key_set):
            state.metrics.certificate_ends(client.id, end)


def _take_feedback(state: State, services: Sequence[Service], caller: Client, body: bytes) -> dict[str, Any]:
    """Keep what can be kept of a batch, and report its fate. `services`: several where their cards came under one alias."""
    now, service = state.now(), services[0]
    items, problems = read_items(body, now)
    kept = state.feedback.take(caller.id, service.id, items, now)
    new = kept.new
    state.metrics.overridden(service.id, [reason_of(i.reason_code, i.reason_display) for i in new if i.outcome == "overridden"])
    for one in services:
        state.recall.settle(one, items, caller.id, now)  # repeated ones too: the first time this step may have failed
    rejected = len({p.path.partition("]")[0] for p in problems})  # an item may have several problems
    fates = {"stored": len(new), "repeated": len(items) - len(new), "rejected": rejected}
    for fate, count in fates.items():
        state.metrics.feedback(service.id, fate, count)
    _trace().fates = fates
    told = [{"path": p.path, "why": p.why} for p in problems[:MOST_PROBLEMS]]
    waits = {"spooled": True} if kept.spooled else {}
    return {"stored": fates["stored"], "repeated": fates["repeated"]} | waits | ({"rejected": told} if told else {})


def respond(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(write_json(body), status, content_type="application/json")


def state_at_hand() -> State:
    """The snapshot by which the request at hand is answered, whatever is loaded meanwhile."""
    state: State = g.state
    return state


def _trace() -> Trace:
    trace: Trace = g.trace
    return trace


def watch(service: str) -> None:
    _trace().service = service


def body_of(asked: Request, limit: int) -> bytes:
    """The body, if its type and encoding are read; refused before it is taken in."""
    if asked.mimetype not in _CONTENT or asked.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedContent("The body must be sent as application/json or application/fhir+json, in UTF-8.")
    if asked.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedContent("A compressed body is not read. Send it without Content-Encoding.")
    try:
        body = asked.get_data(cache=False)
    except OSError:  # it fell silent, or hung up
        raise Abandoned from None
    if len(body) > limit:  # of a chunked body, the framework cuts off what is too long
        raise RequestEntityTooLarge
    return body
