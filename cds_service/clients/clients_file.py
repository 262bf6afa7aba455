"""The clients file: which EHRs may call, one table each. Read strictly, refused with all that is wrong at once. It calls nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import tomli

from cds_service.addresses import is_loopback
from cds_service.clients.client import LOCAL_ID, Client
from cds_service.clients.keys import NotAKeySet, read_keys
from cds_service.clients.member_checks import MEMBERS, NAME
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings

_SANDBOX_HOST = "sandbox.cds-hooks.org"  #: of the public sandbox, whose private key everybody can read


@dataclass(frozen=True, slots=True)
class Clients:
    """Every EHR that may call. What a token names leads to one of them, or to none."""

    all: tuple[Client, ...] = ()
    _named: Mapping[tuple[str, str, str], Client] = field(init=False, repr=False)
    _ids: Mapping[str, Client] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", MappingProxyType({_names(client): client for client in self.all}))
        object.__setattr__(self, "_ids", MappingProxyType({client.id: client for client in self.all}))

    def find(self, issuer: str, jku: str, tenant: str) -> Client | None:
        """By what a token names, to the letter; "" for what it does not name."""
        return self._named.get((issuer, jku, tenant))

    def of(self, client_id: str) -> Client | None:
        return self._ids.get(client_id)

    def of_issuer(self, issuer: str) -> tuple[Client, ...]:
        return tuple(client for client in self.all if client.issuer == issuer)


def _names(client: Client) -> tuple[str, str, str]:
    return client.issuer, client.jku, client.tenant


def on_this_machine(settings: Settings) -> bool:
    """Whether nobody else can call: then, for development, a key set may be http on loopback, and the public sandbox a client."""
    return is_loopback(settings.host) and is_loopback(urlsplit(settings.base_url).hostname or "")


def read_clients(settings: Settings, prefetch_keys: Collection[str] = ()) -> Clients:
    """Of the file that the settings name. `prefetch_keys` are those that services read; without them their names are not checked.

    Raises SettingsError: file, table, member, what is wrong and what to do, one line each.
    """
    path = Path(settings.clients)
    try:
        tables = tomli.loads(path.read_text("utf-8"))
    except OSError:
        raise SettingsError(f"{path.name}: cannot be read; correct PRECISION_HOOKS_CLIENTS or the file's permissions") from None
    except ValueError as error:  # also text that is no UTF-8
        raise SettingsError(f"{path.name}: is not TOML ({error}); correct it, nobody is admitted by half a file") from None
    if not tables:
        raise SettingsError(f"{path.name}: names no client, so nobody could call; write one table for each EHR (docs/integrate.md)")
    wrong = [f"{path.name}: {why}" for name, table in tables.items() for why in _wrong(name, table, settings, prefetch_keys)]
    if wrong:
        raise SettingsError("\n".join(wrong))
    clients = tuple(_client(name, table, settings) for name, table in tables.items())
    wrong = [f"{path.name}: {why}" for why in _not_told_apart(clients)]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Clients(clients)


def _wrong(name: str, table: Any, settings: Settings, prefetch_keys: Collection[str]) -> Iterator[str]:
    where = f"[{name}]" if NAME.fullmatch(name) else f"[{ascii(name)[1:41]}]"
    if not isinstance(table, dict):
        yield f"{where} stands outside of a table; each client is a table: [epic-prod]"
        return
    if not NAME.fullmatch(name) or name == LOCAL_ID:
        yield f"{where} is no id of a client; it must be 1 to 40 of a–z, 0–9 and '-', and not '{LOCAL_ID}'"
    for member in table:
        if member not in MEMBERS:
            yield f"{where} {ascii(member)[1:-1]} is no member of a client; known are {', '.join(MEMBERS)}"
    for member, check in MEMBERS.items():
        if member in table and (why := check(table[member])):
            yield f"{where} {member} {why}"
    yield from (f"{where} {why}" for why in _incomplete(table))
    yield from (f"{where} {why}" for why in _out_of_place(table, settings, prefetch_keys))


def _incomplete(table: Mapping[str, Any]) -> Iterator[str]:
    if "issuer" not in table:
        yield "issuer is missing; write the `iss` of its tokens, to the letter"
    if ("jku" in table) == ("key_set" in table):
        yield "needs either jku (where its keys are fetched) or key_set (a file with its keys), and not both"


def _out_of_place(table: Mapping[str, Any], settings: Settings, prefetch_keys: Collection[str]) -> Iterator[str]:
    """What is well formed and does not fit the rest of this service."""
    here = on_this_machine(settings)
    jku, site, keys = table.get("jku", ""), table.get("site", ""), table.get("prefetch_keys", {})
    if not here:
        yield from _for_development_only(table)
        if isinstance(jku, str) and jku.startswith("http:"):
            yield "jku must be https, since this service can be called from elsewhere"
    if "key_set" in table and isinstance(table["key_set"], str):
        yield from _key_set(_beside(settings, table["key_set"]), sandbox=here)
    if site and isinstance(site, str) and (not settings.sites or not (Path(settings.sites) / site).is_dir()):
        yield "site names no folder in PRECISION_HOOKS_SITES; make it, or leave the member out"
    unknown = sorted(str(ours) for ours in keys.values() if ours not in prefetch_keys) if prefetch_keys and isinstance(keys, dict) else []
    if unknown:
        yield f"prefetch_keys leads to a key that no service reads; known are {', '.join(sorted(prefetch_keys))}"


def _for_development_only(table: Mapping[str, Any]) -> Iterator[str]:
    remedy = "remove it; it is for development, with PRECISION_HOOKS_HOST and PRECISION_HOOKS_BASE_URL on 127.0.0.1"
    for member in ("issuer", "jku"):
        if _SANDBOX_HOST in str(table.get(member, "")).lower():
            yield f"{member} is the public CDS Hooks sandbox's, whose private key everybody can read; {remedy}"
    if table.get("dialect") == "sandbox":
        yield f"dialect 'sandbox' is of the public CDS Hooks sandbox; {remedy}"


def _key_set(path: Path, *, sandbox: bool) -> Iterator[str]:
    try:
        keys = read_keys(path.read_bytes(), sandbox=sandbox)
    except OSError:
        yield "key_set names a file that cannot be read; the path counts from the clients file's folder"
    except NotAKeySet as why:
        yield f"key_set names a file that {why}; ask the EHR's team for its public keys as JWKS"
    else:
        if not keys.keys:
            yield f"key_set names a file without a usable key ({'; '.join(keys.refused) or 'it lists none'}); use EC P-384 or RSA"


def _beside(settings: Settings, path: str) -> Path:
    return Path(settings.clients).parent / path


def _client(name: str, table: Mapping[str, Any], settings: Settings) -> Client:
    values: dict[str, Any] = {"deadline_ms": settings.deadline_ms}
    values |= {member: tuple(value) if isinstance(value, list) else value for member, value in table.items()}
    if "key_set" in values:
        values["key_set"] = str(_beside(settings, values["key_set"]))
    if "prefetch_keys" in values:
        values["prefetch_keys"] = MappingProxyType(dict(values["prefetch_keys"]))
    return Client(id=name, **values)


def _not_told_apart(clients: tuple[Client, ...]) -> Iterator[str]:
    counts = Counter(_names(client) for client in clients)
    for names, count in counts.items():
        if count > 1:
            ids = ", ".join(f"[{client.id}]" for client in clients if _names(client) == names)
            yield f"{ids} have the same issuer, jku and tenant, so a token would lead to several; give each a tenant, or keep one"
