"""Checks that ask other machines: the clock against theirs, key sets, the end of certificates. Without a network each says so."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from cds_service.addresses import is_loopback, origin_of
from cds_service.clients.client import Client
from cds_service.doctor.result import Level, Result
from cds_service.doctor.surroundings import Surroundings
from models.errors import PrecisionError

SKEW_WARNING, SKEW_ERROR = 60, 300  #: seconds; tokens are refused where clocks differ by more than the leeway of 60
EXPIRY_WARNING = timedelta(days=30)
_OFFLINE = "no other machine was asked (--offline)"


def check_clock(here: Surroundings) -> Iterator[Result]:
    """Fault G09: the time service failed, and nobody noticed before every token was refused."""
    addresses = [c.jku for c in _clients(here) if c.jku] + [f"{s}/metadata" for c in _clients(here) for s in c.fhir_servers]
    by_origin = {origin_of(url): url for url in addresses if origin_of(url)}
    if here.network is None or not by_origin:
        because = _OFFLINE if here.network is None else "there is no key set or FHIR server whose clock could be asked"
        yield Result("clock", "unchecked", because, remedy="compare this machine's clock with its time service (NTP)")
        return
    for origin, url in by_origin.items():
        try:
            theirs = here.network.date_of(url)
        except OSError:
            yield Result("clock", "unchecked", f"{origin} cannot be reached, so its clock was not asked")
            continue
        if theirs is None:
            yield Result("clock", "unchecked", f"{origin} does not tell the time")
            continue
        off = (here.now - theirs).total_seconds()
        level: Level = "error" if abs(off) > SKEW_ERROR else "warning" if abs(off) > SKEW_WARNING else "ok"
        what = f"this machine is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} {origin}"
        if level == "ok":
            yield Result("clock", level, what)
        else:
            yield Result(
                "clock",
                level,
                what,
                "tokens are refused as expired or not yet valid, and cards carry a wrong time",
                "start the time service (NTP) on this machine; if its clock is right, tell whoever runs the other one",
            )


def check_key_sets(here: Surroundings) -> Iterator[Result]:
    for client in _clients(here):
        if client.key_set:
            yield Result("key sets", "ok", f"client {client.id}: its keys are in a file on this machine")
        elif client.jku and here.network is None:
            yield Result("key sets", "unchecked", f"client {client.id}: {_OFFLINE}")
        elif client.jku and here.network is not None:
            count, because = here.network.keys_at(client.jku)
            if count:
                yield Result("key sets", "ok", f"client {client.id}: {client.jku} gives {count} usable key{'s' if count > 1 else ''}")
            else:
                yield Result(
                    "key sets",
                    "error",
                    f"client {client.id}: {client.jku} {because or 'holds no key that can be used'}",
                    "no token of this EHR can be checked once the keys at hand are too old: every call is then a 401",
                    "allow this machine to reach the address (firewall, DNS), or ask the EHR's team for keys of RS384 or ES384",
                )


def check_certificates(here: Surroundings) -> Iterator[Result]:
    """Fault G19: what ends on a day that nobody has in mind."""
    named = [here.settings.base_url, *(client.jku for client in _clients(here))]
    for origin in dict.fromkeys(origin_of(url) for url in named if url):
        if not origin.startswith("https:") or is_loopback(urlsplit(origin).hostname or ""):
            continue
        if here.network is None:
            yield Result("certificates", "unchecked", f"{origin}: {_OFFLINE}")
            continue
        yield _certificate(origin, here)


def _certificate(origin: str, here: Surroundings) -> Result:
    why = "once a certificate is not valid every call, or every fetch of keys, fails"
    renew = "renew it; if the address is not yours, tell whoever runs it"
    try:
        end = here.network.certificate_end(origin) if here.network else here.now
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or "the TLS handshake failed"
        return Result("certificates", "error", f"{origin}: its certificate is not trusted ({reason})", why, renew)
    except OSError:
        return Result("certificates", "unchecked", f"{origin} cannot be reached from this machine")
    day = end.date().isoformat()
    if end <= here.now:
        return Result("certificates", "error", f"{origin}: its certificate ended on {day}", why, renew)
    if end - here.now <= EXPIRY_WARNING:
        return Result("certificates", "warning", f"{origin}: its certificate ends on {day}", why, renew)
    return Result("certificates", "ok", f"{origin}: its certificate is good until {day}")


def _clients(here: Surroundings) -> Sequence[Client]:
    """None where the clients file is wrong, which `check_clients` tells."""
    try:
        return here.clients()
    except PrecisionError:
        return ()
