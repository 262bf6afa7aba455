"""What stands on the sheet of one service and one client, as JSON values. Each is taken from what the service itself uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from cds_service.clients.client import Client
from cds_service.clients.tokens import LEEWAY, LONGEST_LIFE
from cds_service.messages import messages
from cds_service.overrides import OVERRIDES, reasons_for
from cds_service.rollup import TOPICS
from cds_service.service import DOSES, Service
from cds_service.settings import Settings
from cds_service.sheet.scopes import scopes_of
from fhir_mappings.inputs import Input
from models.finding import Action
from models.knowledge.source_block import Source
from models.knowledge.types import Guideline, Knowledge

_TELLING: tuple[Action, ...] = ("alternative", "dose_change", "monitor", "test")  #: actions that make a card
#: what an EHR does with an answer, and what to set up for it
NOTES: Mapping[str, tuple[str, ...]] = {
    "epic": (
        "Epic does not read discovery: type each query into the LGL record.",
        "The endpoint must be registered as an Endpoint URI to the letter, or Epic calls without draftOrders.",
        "Limit the call by native criteria: a grouper of the medicines below.",
        "A suggestion holds one action, and a new order opens with Epic's own defaults: a dose stands in the card's text alone.",
        "Links are shown only if their hosts are allow-listed.",
        "Map the override reasons below to your own, by system and code.",
    ),
    "oracle": (
        "Only patient-view is known to be supported. Services and links are registered by Oracle, for each domain.",
        "The sidebar is narrow: critical cards pop up, others stand there. `appContext` is not supported.",
    ),
    "sandbox": ("For development only: the private key of the public sandbox is public.",),
}


def sheet_of(service: Service, settings: Settings, knowledge: Knowledge, client: Client) -> dict[str, Any]:
    """JSON values. `client` may be the one of a service without a clients file."""
    base = (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    addresses = _addresses(base, service, client)
    inputs = service.reads(knowledge)
    return {
        "service": {"id": service.id, "title": service.title, "hook": service.hook, "description": service.description},
        "client": client.id,
        "addresses": addresses,
        "prefetch": [_prefetch(wanted, client) for wanted in inputs],
        "scopes": scopes_of(inputs, drafts=service.reads_drafts),
        "fhir_servers": list(client.fhir_servers) or (["any https server, for development"] if settings.development else []),
        "token": _token(client, addresses),
        "topic": {"system": TOPICS, "code": "24 hexadecimal characters, the same while the facts are the same"},
        "override_reasons": [_reason(code) for code in reasons_for(service.kind)],
        "link_hosts": sorted({host for source in _cited(knowledge) if (host := urlsplit(source.url).hostname)}),
        "limits": _limits(settings, client),
        "dialect": {"name": client.dialect, "notes": list(NOTES.get(client.dialect, ()))},
        "medicines": [{"name": drug.name, "rxnorm": drug.rxnorm} for drug in _medicines(service, knowledge)],
        "also_at": _requests(service, knowledge),
        "knowledge": knowledge.digest,
    }


def _addresses(base: str, service: Service, client: Client) -> dict[str, str]:
    called = client.alias if client.alias and service.under_alias else service.id
    endpoint = f"{base}/cds-services/{called}"
    return {"endpoint": endpoint, "feedback": f"{endpoint}/feedback", "discovery": f"{base}/cds-services"}


def _prefetch(wanted: Input, client: Client) -> dict[str, Any]:
    theirs = next((name for name, ours in client.prefetch_keys.items() if ours == wanted.field), wanted.field)
    return {"key": theirs, "query": wanted.query, "type": wanted.resource_type, "required": wanted.required}


def _token(client: Client, addresses: Mapping[str, str]) -> dict[str, Any]:
    """The JWT of each call; {} where nobody is told apart."""
    if not client.issuer:
        return {}
    told = {
        "iss": client.issuer,
        "aud": list(client.audiences) or dict(addresses),  # at each address its own, unless the client's file says otherwise
        "sub": client.subject,
        "tenant": client.tenant,
        "jku": client.jku,
        "key_set": "exchanged by hand" if client.key_set else "",
        "algorithms": list(client.algorithms),
        "longest_life_seconds": LONGEST_LIFE,
        "leeway_seconds": LEEWAY,
        "claims": ["iss", "aud", "exp", "iat", "jti (another one in each token)"],
    }
    return {name: value for name, value in told.items() if value}


def _reason(code: str) -> dict[str, str]:
    return {"system": OVERRIDES, "code": code, "display": messages().text(f"override-{code}")}


def _limits(settings: Settings, client: Client) -> dict[str, Any]:
    return {
        "deadline_ms": client.deadline_ms,
        "max_body_bytes": settings.max_body_bytes,
        "calls_per_minute": client.calls_per_minute,
        "cards_of_info": settings.most_info,
        "on_errors": client.error_mode,
        "cors_origins": list(client.cors_origins or settings.cors_origins),
    }


def _cited(knowledge: Knowledge) -> Iterator[Source]:
    """Whatever a card may link to."""
    yield from (guideline.source for several in knowledge.guidelines.values() for guideline in several)
    yield from (flow.source for flow in knowledge.flows.values())
    yield from (knowledge.models[use.model].source for flow in knowledge.flows.values() for use in flow.equations)
    yield from (table.source for table in knowledge.intervals.values())


def _medicines(service: Service, knowledge: Knowledge) -> list[Any]:
    """Those for which this service may show a card: an EHR need call for no other."""
    if service.id == DOSES:
        return sorted((flow.drug for flow in knowledge.flows.values()), key=lambda drug: drug.name)
    wanted = set(service.speaks or _TELLING)
    by_key = {key: several[0].drug for key, several in knowledge.guidelines.items() if any(_tells(g, wanted) for g in several)}
    if "dose_change" in wanted:
        by_key |= {key: flow.drug for key, flow in knowledge.flows.items()}
    return sorted(by_key.values(), key=lambda drug: drug.name)


def _tells(guideline: Guideline, wanted: Iterable[Action]) -> bool:
    return (guideline.must_test and "test" in wanted) or any(set(row.actions) & set(wanted) for row in guideline.rows)


def _requests(service: Service, knowledge: Knowledge) -> list[str]:
    """Requests (an operation) at which medicines are checked that no order names."""
    if not service.reads_drafts or service.id == DOSES:
        return []
    named = {name for several in knowledge.guidelines.values() for guideline in several for name in guideline.also_at}
    return sorted(knowledge.clinical[name].label if name in knowledge.clinical else name for name in named)
