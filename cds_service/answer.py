"""From the bytes of a request to the answer, without HTTP: `answer` is the whole system, top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import uuid4

from cds_service.clients.client import Client
from cds_service.clients.dialect import shaped
from cds_service.clients.dialects import dialect
from cds_service.coverage import COVERAGE, WITHHELD, coverage_extension
from cds_service.errors import Abandoned
from cds_service.fhir_answers import Deadline
from cds_service.gather import Away, gather
from cds_service.inbound import inbound, request_facts
from cds_service.messages import messages
from cds_service.policy import applied
from cds_service.present import SOFTWARE
from cds_service.recipients import addressed
from cds_service.record import Answered
from cds_service.request import HookRequest
from cds_service.service import Service
from cds_service.sites import Site
from cds_service.state import State
from cds_service.switches import OFF, switched_off
from cds_service.test_patients import marked
from cds_service.triggers import orders_unseen
from cds_service.withhold import withhold
from fhir_mappings.profile import read_profile
from models.finding import Assessment
from models.knowledge.site import without_doses_by
from models.knowledge.types import Knowledge
from models.patient import Gap

ORDERS_UNSEEN = Gap(
    "draft order",
    "unavailable",
    "called while ordering, but patient-view brings no draft orders, so none was checked; register order-select and order-sign",
)


@dataclass(slots=True)
class Trace:
    """What is noted of one request as it goes. Only its counts, our own ids and the UUID are logged."""

    service: str = "unknown"
    correlation: str = field(default_factory=lambda: str(uuid4()))  #: hookInstance, once it is known to be a UUID
    start: float = field(default_factory=time.monotonic)
    cards: int = 0
    gaps: int = 0
    foreign: int = 0  #: resources of another patient that were dropped
    level: str = "full"  #: of service: full, or reduced (nothing optional is fetched) while there is much to do
    away: Away = nullcontext  #: entered while another server is waited for
    there: Callable[[], bool] = lambda: True  #: does the client still wait for the answer?
    failed: int = 0  #: status of what went wrong, also where the client is told otherwise
    told: bool = True  #: False: too many like this came, so it is counted and not logged
    kept: bool = True  #: False: nothing was looked at, since there was too much to do, so there is nothing to audit
    why: Mapping[str, Any] = field(default_factory=dict)  #: what went wrong, in our own words
    fates: Mapping[str, int] = field(default_factory=dict)  #: of items of feedback
    sent: Callable[[], Mapping[str, Any]] = dict  #: facts on what the client sent, for a call that is refused
    request: str = ""  #: digest of the body
    answered: Answered | None = None  #: for the audit and the command line's --explain; never logged


def answer(body: bytes, services: Sequence[Service], caller: Client, state: State, deadline: Deadline, trace: Trace) -> Mapping[str, Any]:
    """Read it top to bottom: this is the system."""
    site = state.sites[caller.site]
    if all(state.switches.mode(caller.id, service.id, "") == OFF for service in services):
        return _off(site, trace)  # whatever was sent: an EHR must see no error of what is switched off
    sent = HookRequest.parse(body, *services)
    asked, service = sent.renamed(caller.prefetch_keys), next(s for s in services if s.hook == sent.hook)
    trace.correlation, trace.service = asked.instance.lower(), service.id
    if state.switches.mode(caller.id, service.id, asked.user) == OFF:
        return _off(site, trace)
    inputs = service.reads(site.knowledge)
    trace.sent = partial(request_facts, sent, inputs, body=body, keys=caller.prefetch_keys)
    record = gather(asked, inputs, state.fhir, deadline, caller, sparing=trace.level != "full", away=trace.away)
    if not trace.there():
        raise Abandoned
    profile = read_profile(
        record,
        inputs,
        patient=asked.patient,
        server=asked.fhir_server,
        drafts=asked.draft_orders,
        selected=asked.selections,
        as_of=state.today(),
        strict=state.settings.strict,
    )
    unknown = state.unmapped.count(profile, site.knowledge, caller.id, state.now())
    known = _dosed_for(site.knowledge, state, caller, asked)
    found = marked(addressed(service.assess(profile, known), asked.user), profile.test)
    found = _unseen(applied(found, site.policy), asked)
    found, shadowed = state.switches.applied(found, caller.id, service.id, asked.user)
    memory = state.recall.of(found, asked, profile.orders, service, caller.id, state.now())
    shown = withhold(found, service, memory)
    facts = noted(partial(inbound, sent, inputs, record, profile, body=body, keys=caller.prefetch_keys, unmapped=unknown), state, trace)
    trace.answered = Answered(asked, service, profile, shown, memory, known, shadowed, facts, site.policy.digest)
    _count(trace.answered, {*profile.gaps, *found.gaps}, state, trace)
    spoken = dialect(caller.dialect)
    told = state.present(shown, asked, service, known, site.policy, width=spoken.summary_width)
    state.recall.keep(shown, asked, service, caller.id, memory)
    return shaped(dict(told), spoken, messages().text)


def _dosed_for(known: Knowledge, state: State, caller: Client, asked: HookRequest) -> Knowledge:
    """Where the service that owns a medicine's number does not speak of it to this user, the other services tell it as before."""
    silent = [
        drug
        for drug, owner in known.dosed_by.items()
        if not state.switches.speaks_of(known.drugs.ingredients[drug].name, caller.id, owner, asked.user)
    ]
    return without_doses_by(known, silent) if silent else known


def _off(site: Site, trace: Trace) -> Mapping[str, Any]:
    trace.why = {"mode": OFF}
    return {"cards": [], "extension": {COVERAGE: coverage_extension(switched_off(), site.knowledge.digest, SOFTWARE, site.policy.digest)}}


def _unseen(found: Assessment, asked: HookRequest) -> Assessment:
    """An EHR may ask at an order by a hook that brings no order: its silence must not look like "the order is fine"."""
    return replace(found, gaps=(*found.gaps, ORDERS_UNSEEN)) if orders_unseen(asked.hook, asked.extension) else found


def noted(facts: Callable[[], Mapping[str, Any]], state: State, trace: Trace) -> Mapping[str, Any]:
    """Facts for the audit. They are for the operator alone: a fault in them must not cost the clinician the answer."""
    try:
        return facts()
    except Exception as fault:  # noqa: BLE001 - logged as the bug it is
        state.log.fault(fault, service=trace.service, correlation=trace.correlation)
        return {}


def _count(of: Answered, gaps: set[Gap], state: State, trace: Trace) -> None:
    """What is made up for tests is in no count of cards."""
    trace.cards, trace.gaps, trace.foreign = len(of.shown.findings), len(gaps), of.profile.foreign
    if not of.profile.test:
        state.metrics.assessed(of.service.id, of.shown.findings, gaps, of.profile.foreign)
        state.metrics.withheld(of.service.id, (c.outcome for c in of.shown.checked if c.outcome in WITHHELD))
