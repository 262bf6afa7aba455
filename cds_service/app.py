"""The composition root: puts settings, knowledge, services and stores together as a Flask app, and does nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from flask import Flask

from cds_service.answer import Present, State
from cds_service.clients.client import local
from cds_service.fhir_client import FhirClient
from cds_service.gate import attach
from cds_service.logs import Log
from cds_service.metrics import Metrics
from cds_service.overload import Load
from cds_service.present import present as cards
from cds_service.rates import Rates
from cds_service.recall import Recall
from cds_service.service import Service
from cds_service.services import load_services
from cds_service.settings import Settings, settings_or_exit
from cds_service.site_files import with_site_files
from cds_service.store.feedback import FeedbackStore
from cds_service.store.memory import MemoryStore
from cds_service.store.unmapped import UnmappedStore
from cds_service.unmapped import Unmapped
from cds_service.witness import Witness
from models.knowledge.load import load
from models.knowledge.site import asking_first
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

    `offline`: no FHIR server is called, whoever names one. `remember` False: no store is asked for earlier cards, whatever the settings.
    """
    metrics = Metrics()
    log = log or Log(lost=metrics.log_line_dropped)
    memory = MemoryStore(settings.store_url, settings.memory_key, settings.memory_months) if remember and settings.memory else None

    def next_refused(correlation: str) -> None:
        metrics.next_refused()
        log.next_refused(correlation=correlation)

    return State(
        settings=settings,
        knowledge=with_site_files(asking_first(load() if knowledge is None else knowledge, settings.ask_first), settings),
        services=load_services() if services is None else services,
        fhir=FhirClient(settings, offline=offline, next_refused=next_refused),
        feedback=FeedbackStore(settings.store_url, settings.comment_key),
        recall=Recall(memory, settings.most_info, metrics, log),
        unmapped=Unmapped(UnmappedStore(settings.store_url) if remember and settings.unmapped else None, metrics),
        witness=Witness(None, memory.known_keys if memory else lambda: None, now),
        metrics=metrics,
        log=log,
        load=Load(settings.at_once, turned_away=metrics.shed),
        rates=Rates(settings.processes, metrics.limited),
        local=local(settings.fhir_servers, settings.cors_origins, settings.deadline_ms),
        present=present or partial(cards, most_info=settings.most_info),
        now=now,
    )


def create_app(settings: Settings | None = None, state: State | None = None) -> Flask:
    """The WSGI app. Raises KnowledgeError where the knowledge is wrong: then nothing starts."""
    settings = state.settings if state else settings or settings_or_exit()
    state = state or create_state(settings)
    app = Flask("precision-hooks", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1  # one more, so that a cut body can be told from a whole one
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings and debug lines hold URLs, and those hold ids
    attach(app, lambda: state)
    state.log.started(services=len(state.services), knowledge=state.knowledge.digest)
    return app
