"""What EHRs send, from the audit of their last calls: each trouble with how often it was seen and what mends it. It reads no request."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from cds_service.audited import Entry
from cds_service.clients.client import Client
from cds_service.doctor.call_rules import SEEN, Facts
from cds_service.doctor.result import Level, Result
from fhir_mappings.inputs import Input

_PART = re.compile(r"\{(it|query|type|endpoint|client|ours|theirs)\}")  # {{context.patientId}} is left as it stands
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Words:
    """What is told of one trouble; `remedies` by dialect, "any" for all others. `always`: only where every call shows it."""

    level: Level
    what: str
    why: str
    remedies: Mapping[str, str]
    always: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    """What the words need to name: our inputs, addresses and clients."""

    inputs: Mapping[str, Input]  #: by prefetch key
    base_url: str
    clients: Mapping[str, Client]  #: by id


@cache
def words() -> Mapping[str, Words]:
    told = tomli.loads(files("cds_service.doctor").joinpath("call_words.toml").read_text("utf-8"))
    return {name: Words(w["level"], w["what"], w["why"], w["remedy"], w.get("always", False)) for name, w in told.items()}


def seen_in(entries: Iterable[Entry], setup: Setup) -> list[Result]:
    """One result for each client and trouble, the most frequent first."""
    facts = [(entry, told) for entry in entries if (told := facts_of(entry))]
    if not facts:
        return [Result("inbound", "unchecked", "no call is in the audit yet", remedy="send one from the EHR, then look again")]
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)  # client, trouble, it → calls by service
    chances: Counter[tuple[str, str, str]] = Counter()  # client, service, input or "" → calls that could show it
    calls = Counter((entry.tenant, entry.service) for entry, _ in facts)
    for entry, told in facts:
        chances.update((entry.tenant, entry.service, it) for it in _chances(told))
        for trouble, seen in SEEN.items():
            for it in dict.fromkeys(seen(told)):
                found[entry.tenant, trouble, it][entry.service] += 1
    results = [r for key, services in found.items() if (r := _result(key, _kept(key, services, chances), calls, setup))]
    results.sort(key=lambda r: -r.count)
    return results or [Result("inbound", "ok", f"{len(facts)} calls were looked at, and there is nothing to mend")]


def facts_of(entry: Entry) -> Facts:
    """Of one call: what was sent with it, and where it was refused, why."""
    return {**entry.details.get("inbound", {}), **entry.details.get("refusal", {})}


def _chances(told: Facts) -> Sequence[str]:
    """The inputs of which something was expected, and "" for the call itself."""
    if told.get("kind"):
        return [""] if told.get("inputs") else []
    return ["", *(name for name, state in told.get("inputs", {}).items() if state != "idle")]


def _kept(key: tuple[str, str, str], services: Counter[str], chances: Counter[tuple[str, str, str]]) -> Counter[str]:
    """Of what is a fault only where it is always so, the services where it is."""
    tenant, trouble, it = key
    if not words()[trouble].always:
        return services
    return Counter({s: n for s, n in services.items() if n >= chances[tenant, s, it]})


def _result(key: tuple[str, str, str], services: Counter[str], calls: Counter[tuple[str, str]], setup: Setup) -> Result | None:
    if not services:
        return None
    tenant, trouble, it = key
    told = words()[trouble]
    client = setup.clients.get(tenant)
    parts = _parts(tenant, it, services.most_common(1)[0][0], setup)
    remedy = told.remedies.get(client.dialect if client else _ANY) or told.remedies[_ANY]
    who = ", ".join(part for part in (tenant, *sorted(s for s in services if s)) if part)
    return Result(
        f"inbound {trouble}" + (f" [{who}]" if who else ""),
        told.level,
        _filled(told.what, parts),
        _filled(told.why, parts),
        _filled(remedy, parts),
        services.total(),
        sum(calls[tenant, service] for service in services),
    )


def _parts(tenant: str, it: str, service: str, setup: Setup) -> dict[str, Any]:
    wanted = setup.inputs.get(it)
    theirs, _, ours = it.partition(" → ")
    address = f"{setup.base_url.rstrip('/')}/cds-services"
    return {
        "it": it,
        "client": tenant or "client",
        "theirs": theirs,
        "ours": ours,
        "type": wanted.resource_type if wanted else "the resource",
        "query": wanted.query if wanted else "see the integration sheet",
        "endpoint": address if service in ("", "unknown") else f"{address}/{service}",
    }


def _filled(text: str, parts: Mapping[str, Any]) -> str:
    return _PART.sub(lambda part: str(parts[part[1]]), text)
