"""The composition root: puts settings, knowledge, services and stores together as a Flask app, and does nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from flask import Flask

from cds_service.admit import Remember
from cds_service.fhir_client import FhirClient
from cds_service.gate import attach
from cds_service.logs import Log
from cds_service.metrics import Metrics
from cds_service.overload import Load
from cds_service.present import present as cards
from cds_service.rates import Rates
from cds_service.rebuild import DIGEST, load_cards, load_knowledge, load_sites, load_switches, load_trust, rebuilt, watched
from cds_service.recall import Recall
from cds_service.reload import Holder, stamp
from cds_service.service import Service
from cds_service.services import load_services
from cds_service.settings import Settings, settings_or_exit
from cds_service.state import Present, State
from cds_service.store.audit import AuditLog
from cds_service.store.feedback import FeedbackStore
from cds_service.store.journal import Journal
from cds_service.store.jti import JtiStore
from cds_service.store.memory import MemoryStore
from cds_service.store.sealing import Sealing
from cds_service.store.unmapped import UnmappedStore
from cds_service.unmapped import Unmapped
from cds_service.witness import Witness
from models.knowledge.age import newest_source
from models.knowledge.types import Knowledge


def create_state(
    settings: Settings,
    knowledge: Knowledge | None = None,
    services: Mapping[str, Service] | None = None,
    *,
    present: Present | None = None,
    log: Log | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    offline: bool = False,
    remember: bool = True,
) -> State:
    """What answers need; a test gives its own parts.

    `offline`: no FHIR server is called, whoever names one. `remember` False: no store is asked or written, whatever the settings.
    """
    stamps = {what: stamp(path) for what, path in watched(settings).items()}
    metrics = Metrics()
    log = log or Log(lost=metrics.log_line_dropped)
    known = load_knowledge(settings, knowledge)
    offered = load_services() if services is None else services
    trust = load_trust(settings, known, offered, _remember(settings), metrics)
    metrics.in_force(known.digest, newest_source(known))
    journal = _journal(settings, metrics) if remember else None
    memory = _memory(settings, journal) if remember and settings.memory else None

    def next_refused(correlation: str) -> None:
        metrics.next_refused()
        log.next_refused(correlation=correlation)

    return State(
        settings=settings,
        knowledge=known,
        stamps=stamps,
        sites=load_sites(settings, known, trust),
        services=offered,
        fhir=FhirClient(settings, offline=offline, next_refused=next_refused),
        trust=trust,
        switches=load_switches(settings, known, offered, trust),
        cards=load_cards(settings, known, offered),
        feedback=FeedbackStore(settings.store_url, settings.comment_key, journal=journal),
        recall=Recall(memory, settings.most_info, metrics, log),
        unmapped=Unmapped(UnmappedStore(settings.store_url) if remember and settings.unmapped else None, metrics),
        journal=journal,
        witness=Witness(journal, memory.known_keys if memory else lambda: None, now, _sealing(settings)),
        metrics=metrics,
        log=log,
        load=Load(settings.at_once, turned_away=metrics.shed),
        rates=Rates(settings.processes, metrics.limited),
        present=present or partial(cards, most_info=settings.most_info),
        now=now,
    )


def _remember(settings: Settings) -> Remember:
    used = JtiStore(settings.tokens_url)

    def remember(client: str, jti: str, until: datetime, now: datetime) -> bool:
        return used.remember(client, jti, int(until.timestamp()), int(now.timestamp()))

    return remember


def _journal(settings: Settings, metrics: Metrics) -> Journal:
    journal = Journal(
        settings.store_url, settings.spool_folder, settings.spool_bytes, refuse=settings.unaudited == "refuse", told=metrics.journalled
    )
    AuditLog(settings.store_url, settings.audit_key, journal=journal)
    return journal


def _memory(settings: Settings, journal: Journal | None) -> MemoryStore:
    return MemoryStore(settings.store_url, settings.memory_key, settings.memory_months, journal=journal)


def _sealing(settings: Settings) -> Sealing | None:
    return Sealing(settings.profile_key) if settings.audit_keep_profile else None


def holder_of(state: State) -> Holder[State]:
    """Keeps the snapshot in step with its files. What it loads or refuses is logged, counted and audited."""

    def changed(old: State, new: State, what: frozenset[str]) -> None:
        new.metrics.in_force(new.knowledge.digest, newest_source(new.knowledge))
        new.metrics.reloaded("loaded")
        new.log.reloaded(what=sorted(what), knowledge=new.knowledge.digest)
        new.witness.other("reloaded", "", what=sorted(what), knowledge=new.knowledge.digest, before=old.knowledge.digest)

    def refused(problem: str) -> None:
        state.metrics.reloaded("refused")
        state.log.reload_refused(problem=problem)
        state.witness.other("security" if DIGEST in problem else "reloaded", "", refused=problem)

    every = float(state.settings.reload_seconds)
    return Holder(state, watched(state.settings), rebuilt, stamps=state.stamps, every=every, changed=changed, refused=refused)


def create_app(settings: Settings | None = None, state: State | None = None, holder: Holder[State] | None = None) -> Flask:
    """The WSGI app. Raises KnowledgeError or SettingsError where a file is wrong: then nothing starts."""
    settings = state.settings if state else settings or settings_or_exit()
    state = state or create_state(settings)
    app = Flask("precision-hooks", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1  # one more, so that a cut body can be told from a whole one
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings and debug lines hold URLs, and those hold ids
    attach(app, holder or holder_of(state))
    state.log.started(services=len(state.offered), knowledge=state.knowledge.digest)
    return app
