"""Who calls: a token becomes the client that it proves to be, or is refused. It knows nothing of hooks, bodies and answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from cds_service.clients import tokens
from cds_service.clients.client import ALGORITHMS, Client, local
from cds_service.clients.clients_file import Clients, on_this_machine, read_clients
from cds_service.clients.key_sets import KeySets
from cds_service.clients.skew import Skew
from cds_service.clients.used_tokens import UsedTokens
from cds_service.errors import Refused, StoreUnavailable
from cds_service.settings import Settings

#: client id, jti, until when it must be known, now → True where it is new. May raise StoreUnavailable
Remember = Callable[[str, str, datetime, datetime], bool]


class Trust:
    """One for each process: the clients, their keys, and which tokens were used."""

    def __init__(
        self,
        clients: Clients,
        key_sets: KeySets,
        base_url: str,
        remember: Remember,
        *,
        strict_jti: bool = False,
        alarm: Callable[[], None] = lambda: None,
        everybody: Client | None = None,
    ) -> None:
        """`alarm` is called each time the store cannot say whether a token was used before. `everybody`: whoever calls is this client."""
        self.clients, self.key_sets = clients, key_sets
        self._base, self._remember, self._strict, self._alarm = base_url.rstrip("/"), remember, strict_jti, alarm
        self._used, self.skew = UsedTokens(), Skew()
        self._everybody = everybody

    def admit(self, authorization: str | None, endpoint: str, now: datetime) -> Client:
        """The client that calls `endpoint` (a path, "/cds-services/precision-order-sign"). Raises Refused.

        Each token that can be read costs one check of a signature, whether its client exists or not.
        """
        if self._everybody is not None:
            return self._everybody
        token = tokens.read(authorization)
        client, refused = self._claimed(token)
        key = None
        if client is not None and refused is None:
            key, because = self.key_sets.find(client, token.kid)
            if key is None or key.algorithm != token.algorithm:
                refused = _no_key(client, key is not None, because)
                key = None
        genuine = tokens.signed(token, key)
        if client is None or refused is not None:
            raise refused or Refused("issuer")
        if not genuine:
            raise Refused("signature", client.id, "the key that it names did not sign it")
        if (made := tokens.made(token)) is not None:
            self.skew.saw(client.id, int(now.timestamp()) - made)
        audiences = client.audiences or (self._base + endpoint,)
        self._use(client, *tokens.used(token, client, audiences, now), now)
        return client

    def again(self, settings: Settings, prefetch_keys: Collection[str] = ()) -> Trust:
        """With the clients file as it is now. Tokens that were used stay used, and keys that were fetched stay fetched.

        Raises SettingsError.
        """
        new = trust_of(settings, self._remember, self._alarm, prefetch_keys)
        new._used, new.skew = self._used, self.skew
        new.key_sets.take_over(self.key_sets)
        return new

    def _claimed(self, token: tokens.Token) -> tuple[Client | None, Refused | None]:
        issuer, jku, tenant = token.named()
        client = self.clients.find(issuer, jku, tenant)
        if client is not None:
            reason, hint = tokens.doubt(token, client)
            return client, Refused(reason, client.id, hint) if reason else None
        if token.algorithm not in ALGORITHMS:
            return None, Refused("algorithm")
        of_issuer = self.clients.of_issuer(issuer)
        if not of_issuer:
            return None, Refused("issuer", hint="no client in the clients file has this iss, to the letter")
        ids = ", ".join(client.id for client in of_issuer)
        if all(client.jku != jku for client in of_issuer):
            return None, Refused("key set address", hint=f"jku is not that of the client with this iss: {ids}")
        return None, Refused("tenant", hint=f"tenant is not that of the client with this iss and jku: {ids}")

    def _use(self, client: Client, jti: str, until: datetime, now: datetime) -> None:
        """Last of all, so that a token that failed for another reason is not used up. This process's memory stands in for the store."""
        if not self._used.add(client.id, jti, (until - now).total_seconds()):
            raise _replayed(client)
        try:
            new = self._remember(client.id, jti, until, now)
        except StoreUnavailable:
            self._alarm()
            if self._strict:
                self._used.forget(client.id, jti)
                raise Refused("store down", client.id, "the store cannot say whether it was used before (strict_jti)") from None
            return
        if not new:
            raise _replayed(client)


def _replayed(client: Client) -> Refused:
    return Refused("replayed", client.id, "its jti was used before: each call needs a token of its own")


def _no_key(client: Client, found: bool, because: str) -> Refused:
    if found:
        return Refused("algorithm", client.id, "alg is not that of the key which it names")
    if because:
        return Refused("no keys", client.id, f"the key set {because}")
    return Refused("key", client.id, "the key set holds no usable key with its kid")


def trust_of(
    settings: Settings, remember: Remember, alarm: Callable[[], None] = lambda: None, prefetch_keys: Collection[str] = ()
) -> Trust:
    """As the settings say. Raises SettingsError with everything that is wrong with the clients file."""
    if not settings.clients:  # settings refuse this for a service that others can reach
        everybody = local(settings.fhir_servers, settings.cors_origins, settings.deadline_ms, settings.site)
        return Trust(Clients((everybody,)), KeySets(()), settings.base_url, remember, everybody=everybody)
    here = on_this_machine(settings)
    clients = read_clients(settings, prefetch_keys)
    tokens.prepare()
    key_sets = KeySets(clients.all, http_on_loopback=here, sandbox=here, ca_file=settings.ca_file)
    return Trust(clients, key_sets, settings.base_url, remember, strict_jti=settings.strict_jti, alarm=alarm)
