"""Every way in which a token can be wrong, one at a time: each is refused for its own reason, and nothing else of it is believed."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cds_service.admit import Trust
from cds_service.clients import tokens
from cds_service.clients.client import Client, local
from cds_service.clients.clients_file import Clients
from cds_service.clients.key_sets import KeySets
from cds_service.clients.keys import Key
from cds_service.errors import Refused, StoreUnavailable
from tests.support.tokens import Ehr, compact, encoded, jwk_of, private_key

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
BASE = "https://cds.example.org"
PATH = "/cds-services/precision-order-sign"
AUD = BASE + PATH


class World:
    """Clients whose keys were exchanged by hand, and the trust that admits them."""

    def __init__(self, folder: Path, *ehrs: Ehr, base: str = BASE, strict: bool = False, **members: Any) -> None:
        self.ehrs, self.now, self.down, self.alarms = ehrs, NOW, False, 0
        self.seen: set[tuple[str, str]] = set()
        self.lock = threading.Lock()
        clients = []
        for ehr in ehrs:
            ehr.now = lambda: self.now
            (folder / f"{ehr.id}.json").write_text(json.dumps(ehr.jwks()))
            clients.append(ehr.client(jku="", key_set=str(folder / f"{ehr.id}.json"), **members))
            ehr.jku = ""
        self.clients = tuple(clients)
        self.trust = Trust(Clients(self.clients), KeySets(self.clients), base, self.remember, strict_jti=strict, alarm=self.alarm)

    def remember(self, client: str, jti: str, until: datetime, now: datetime) -> bool:
        if self.down:
            raise StoreUnavailable("down")
        with self.lock:
            new = (client, jti) not in self.seen
            self.seen.add((client, jti))
            return new

    def alarm(self) -> None:
        self.alarms += 1

    def admit(self, token: str, path: str = PATH) -> Client:
        return self.trust.admit(f"Bearer {token}", path, self.now)

    def refused(self, token: str, path: str = PATH) -> str:
        with pytest.raises(Refused) as told:
            self.admit(token, path)
        return told.value.reason


@pytest.fixture
def ehr() -> Ehr:
    return Ehr("epic-test")


@pytest.fixture
def world(tmp_path: Path, ehr: Ehr) -> World:
    return World(tmp_path, ehr)


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_good_token_is_its_client(tmp_path: Path, algorithm: str) -> None:
    one = Ehr("epic-test", algorithm=algorithm)
    assert World(tmp_path, one).admit(one.token(AUD)).id == "epic-test"


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_security_S01_no_token(world: World, given: str | None) -> None:
    with pytest.raises(Refused) as told:
        world.trust.admit(given, PATH, NOW)
    assert told.value.reason == "no token"


@pytest.mark.parametrize("name", ["none", "None", "nOnE", "NONE", ""])
def test_security_S02_none_is_no_algorithm(world: World, ehr: Ehr, name: str) -> None:
    header, claims = ehr.header(alg=name), ehr.claims(AUD)
    assert world.refused(f"{encoded(header)}.{encoded(claims)}.") in ("not a token", "algorithm")
    assert world.refused(f"{encoded(header)}.{encoded(claims)}.AAAA") in ("not a token", "algorithm")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_security_S03_symmetric_algorithms_with_the_public_key(world: World, ehr: Ehr, algorithm: str) -> None:
    import hashlib
    import hmac

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = ehr.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, pem.strip(), json.dumps(ehr.jwk()).encode()):
        signed = f"{encoded(ehr.header(alg=algorithm))}.{encoded(ehr.claims(AUD))}"
        hashed = hmac.new(secret, signed.encode(), getattr(hashlib, f"sha{algorithm[2:]}")).digest()
        assert world.refused(f"{signed}.{encoded(hashed)}") == "algorithm"


PAIRS = [("RS384", "PS512"), ("RS384", "PS384"), ("RS384", "RS256"), ("ES384", "ES256"), ("ES384", "RS384"), ("RS384", "ES384")]


@pytest.mark.parametrize("pair", PAIRS)
def test_security_S04_the_headers_algorithm_is_the_keys(tmp_path: Path, pair: tuple[str, str]) -> None:
    """The shape of CVE-2026-48523: the key must not bring its own algorithm, and the header must not choose one."""
    owned, stated = pair
    one = Ehr("epic-test", algorithm=owned)
    world = World(tmp_path, one)
    signed_as = stated if stated[:2] in ("RS", "PS") and owned[:2] == "RS" else owned
    assert world.refused(one.token(AUD, alg=stated, signed_as=signed_as)) in ("algorithm", "signature")
    assert world.refused(one.token(AUD, alg=owned, signed_as=signed_as)) == "signature" if signed_as != owned else True


@pytest.mark.parametrize("stated", ["PS512", "ES256", "HS384", "none"])
def test_security_S04_a_jwk_that_names_another_algorithm_is_no_key(tmp_path: Path, stated: str) -> None:
    one = Ehr("epic-test", algorithm="RS384")
    folder = tmp_path / "keys"
    folder.mkdir()
    world = World(folder, one)
    (folder / "epic-test.json").write_text(json.dumps({"keys": [one.jwk(alg=stated)]}))
    world.trust.key_sets = KeySets(world.clients)
    assert world.refused(one.token(AUD)) == "key"


JKUS = (
    "https://evil.example/jwks.json",
    "https://ehr.example.org.evil.example/jwks.json",
    "https://ehr.example.org@evil.example/jwks.json",
    "https://EHR.example.org/jwks.json",
    "https://ehr.example.org./jwks.json",
    "https://ehr.example.org:443/jwks.json",
    "https://ehr.example.org:8443/jwks.json",
    "https://ehr.example.org/../jwks.json",
    "https://ehr.example.org/jwks.json?x",
    "https://ehr.example.org/jwks.json#x",
    "https://ehr.example.org/redirect?to=https://evil.example",
    "https://ehr.exаmple.org/jwks.json",
    "http://ehr.example.org/jwks.json",
    "file:///etc/passwd",
    "data:application/json,{}",
    "ftp://ehr.example.org/jwks.json",
    "gopher://ehr.example.org/",
)


@pytest.mark.parametrize("jku", JKUS)
def test_security_S05_S06_a_jku_that_is_not_the_clients_is_never_fetched(ehr: Ehr, jku: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("a name was looked up"))
    client = ehr.client(jku="https://ehr.example.org/jwks.json")
    trust = Trust(Clients((client,)), KeySets((client,)), BASE, lambda *_: True)
    with pytest.raises(Refused) as told:
        trust.admit(f"Bearer {ehr.token(AUD, jku=jku)}", PATH, ehr.now())
    assert told.value.reason == "key set address"


def test_security_S05_a_client_whose_keys_were_exchanged_by_hand_names_no_jku(world: World, ehr: Ehr) -> None:
    assert world.refused(ehr.token(AUD, jku="https://ehr.example.org/jwks.json")) == "key set address"


def test_security_S07_keys_in_the_header_are_not_looked_at(world: World, ehr: Ehr) -> None:
    thief = private_key("thief")
    for member in ({"jwk": jwk_of(thief, ehr.kid)}, {"x5u": "https://evil.example/cert.pem"}, {"x5c": ["AAAA"]}):
        assert world.refused(ehr.token(AUD, signed_by=thief, **member)) == "signature"
        assert world.admit(ehr.token(AUD, **member)).id == ehr.id


@pytest.mark.parametrize("kid", ["other", "../../etc/passwd", "x' OR '1'='1", "k" * 500, "\u0000"])
def test_security_S08_a_kid_that_is_not_there(world: World, ehr: Ehr, kid: str) -> None:
    assert world.refused(ehr.token(AUD, kid=kid)) == "key"


@pytest.mark.parametrize(("kid", "reason"), [("k" * 10_000, "not a token"), (5, "not a token"), ("", "not a token")])
def test_security_S08_a_kid_that_is_none(world: World, ehr: Ehr, kid: Any, reason: str) -> None:
    assert world.refused(ehr.token(AUD, kid=kid)) == reason


def test_security_S11_issuer_key_and_tenant_belong_together(tmp_path: Path) -> None:
    one, two = Ehr("one"), Ehr("two")
    world = World(tmp_path, one, two)
    assert world.refused(one.token(AUD, iss=two.issuer)) == "signature", "another client's issuer with our own key"
    assert world.refused(one.token(AUD, iss="https://nobody.example")) == "issuer"
    assert world.refused(one.token(AUD, iss=one.issuer + "/")) == "issuer"
    assert world.refused(one.token(AUD, tenant="x")) == "tenant"
    by_tenant = tmp_path / "tenant"
    by_tenant.mkdir()
    three = Ehr("three")
    named = World(by_tenant, three, tenant="north")
    assert named.admit(three.token(AUD, tenant="north")).id == "three"
    assert named.refused(three.token(AUD, tenant="south")) == "tenant"
    assert named.refused(three.token(AUD)) == "tenant"


@pytest.mark.parametrize(
    "aud",
    [
        None,
        "",
        [],
        "https://cds.example.org",
        "https://cds.example.org/cds-services",
        AUD + "/",
        AUD + "/feedback",
        AUD + "?x",
        AUD.replace("https", "http"),
        AUD.replace("cds.example", "CDS.example"),
        "https://cds.example.org:443" + PATH,
        "https://cds.example.org/cds-services/precision-order-select",
        {"x": AUD},
        5,
        [5, AUD],
        [[AUD]],
        ["x"] * 30 + [AUD],
    ],
)
def test_security_S12_the_audience_is_this_very_address(world: World, ehr: Ehr, aud: Any) -> None:
    assert world.refused(ehr.token(aud)) == "audience"


def test_security_S12_one_of_several_audiences_is_enough(world: World, ehr: Ehr) -> None:
    assert world.admit(ehr.token(["https://other.example", AUD])).id == ehr.id


def test_security_S12_a_client_may_have_one_audience_for_every_address(tmp_path: Path, ehr: Ehr) -> None:
    world = World(tmp_path, ehr, audiences=("https://cds.example.org/epic",))
    assert world.admit(ehr.token("https://cds.example.org/epic"), "/cds-services").id == ehr.id
    assert world.refused(ehr.token(AUD)) == "audience"


def test_fault_G21_a_proxy_that_changes_the_address_is_told_in_the_hint(world: World, ehr: Ehr) -> None:
    with pytest.raises(Refused) as told:
        world.admit(ehr.token("http://10.0.0.5:8080" + PATH))
    assert "scheme, host" in told.value.hint and "http://10.0.0.5:8080" in told.value.hint and BASE in told.value.hint


AT = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": AT - 61, "iat": AT - 300}, "expired"),
        ({"exp": None}, "times"),
        ({"exp": AT + 10 * 365 * 86_400}, "lifetime"),
        ({"exp": AT + 3602}, "lifetime"),
        ({"exp": str(AT + 300)}, "times"),
        ({"exp": AT + 300.5}, "times"),
        ({"exp": -1}, "times"),
        ({"exp": 0}, "lifetime"),
        ({"exp": True}, "times"),
        ({"exp": AT - 1, "iat": AT}, "lifetime"),
        ({"exp": 10**30}, "times"),
        ({"iat": None}, "times"),
        ({"iat": "now"}, "times"),
        ({"iat": AT + 61, "exp": AT + 300}, "not yet valid"),
        ({"nbf": AT + 61}, "not yet valid"),
        ({"nbf": "x"}, "times"),
    ],
)
def test_security_S13_S14_times(world: World, ehr: Ehr, claims: dict[str, Any], reason: str) -> None:
    assert world.refused(ehr.token(AUD, **claims)) == reason


WITHIN = [{"exp": AT - 59, "iat": AT - 300}, {"iat": AT + 59}, {"nbf": AT + 59}, {"exp": float(AT + 300)}, {"exp": AT + 3600}]


@pytest.mark.parametrize("claims", WITHIN)
def test_fault_G08_clocks_may_differ_by_a_minute(world: World, ehr: Ehr, claims: dict[str, Any]) -> None:
    assert world.admit(ehr.token(AUD, **claims)).id == ehr.id


def test_fault_G08_a_clock_that_is_set_back_brings_no_used_token_back(world: World, ehr: Ehr) -> None:
    token = ehr.token(AUD)
    world.admit(token)
    world.now -= timedelta(seconds=45)
    assert world.refused(token) == "replayed"


def test_security_S15_a_token_is_good_once(world: World, ehr: Ehr) -> None:
    token = ehr.token(AUD)
    world.admit(token)
    assert world.refused(token) == "replayed"
    assert world.refused(ehr.token(AUD, jti=json.loads(tokens._decoded(token.split(".")[1]))["jti"])) == "replayed"


def test_security_S15_of_many_at_once_exactly_one_passes(world: World, ehr: Ehr) -> None:
    token, fates = ehr.token(AUD), []
    gate = threading.Barrier(16)

    def call() -> None:
        gate.wait()
        try:
            fates.append(world.admit(token).id)
        except Refused as error:
            fates.append(error.reason)

    threads = [threading.Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fates) == [ehr.id] + ["replayed"] * 15


def test_security_S15_the_same_id_of_two_clients_is_two_tokens(tmp_path: Path) -> None:
    one, two = Ehr("one"), Ehr("two")
    world = World(tmp_path, one, two)
    assert [world.admit(ehr.token(AUD, jti="same")).id for ehr in (one, two)] == ["one", "two"]


@pytest.mark.parametrize("jti", [None, "", "x" * 257, "a\nb", 5, ["x"]])
def test_security_S16_an_id_that_is_none(world: World, ehr: Ehr, jti: Any) -> None:
    assert world.refused(ehr.token(AUD, jti=jti)) == "token id"


def test_security_S15_a_token_that_failed_otherwise_is_not_used_up(world: World, ehr: Ehr) -> None:
    jti = str(uuid4())
    assert world.refused(ehr.token(AUD + "/", jti=jti)) == "audience"
    assert world.admit(ehr.token(AUD, jti=jti)).id == ehr.id


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "logout+jwt", 5, ""])
def test_security_S17_another_kind_of_token(world: World, ehr: Ehr, typ: Any) -> None:
    assert world.refused(ehr.token(AUD, typ=typ)) == "type"


def test_security_S17_an_opaque_access_token_is_no_jwt(world: World) -> None:
    assert world.refused("eyJhbGciOiJSUzI1NiJ9-access-token") == "not a token"


def test_security_S17_a_token_without_a_type_is_read_as_one(world: World, ehr: Ehr) -> None:
    assert world.admit(ehr.token(AUD, typ=None)).id == ehr.id


@pytest.mark.parametrize("member", [{"crit": ["b64"]}, {"crit": []}, {"crit": ["exp"]}, {"b64": False}])
def test_security_S18_extensions_that_must_be_understood(world: World, ehr: Ehr, member: dict[str, Any]) -> None:
    assert world.refused(ehr.token(AUD, **member)) == "critical header"


def _stripped(token: str) -> str:
    return token.rpartition(".")[0] + "."


def _another_spelling(token: str) -> str:
    """The last character of the signature holds spare bits: another one decodes to the same bytes."""
    head, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        other = signature[:-1] + last
        try:
            if other != signature and base64.urlsafe_b64decode(other + "=" * (-len(other) % 4)) == raw:
                return f"{head}.{other}"
        except ValueError:
            continue
    return f"{head}.{signature}="


@pytest.mark.parametrize(
    "change",
    [
        _stripped,
        _another_spelling,
        lambda t: t[:-4],
        lambda t: t + "A",
        lambda t: t + "=",
        lambda t: t + ".",
        lambda t: "." + t,
        lambda t: t.replace(".", ".."),
        lambda t: t + "\n",
        lambda t: t.replace(".", "\n.", 1),
        lambda t: t.rpartition(".")[0] + "." + "A" * len(t.rpartition(".")[2]),
        lambda t: t.partition(".")[2],
        lambda t: t + "A" * 9000,
    ],
)
def test_security_S19_a_signature_that_was_touched(world: World, ehr: Ehr, change: Callable[[str], str]) -> None:
    with pytest.raises(Refused) as told:
        world.trust.admit(f"Bearer {change(ehr.token(AUD))}", PATH, NOW)
    assert told.value.reason in ("not a token", "signature")
    assert world.seen == set()


def test_security_S19_claims_that_were_changed_afterwards(world: World, ehr: Ehr) -> None:
    header, claims, signature = ehr.token(AUD).split(".")
    changed = json.loads(tokens._decoded(claims)) | {"exp": AT + 3000}
    assert world.refused(f"{header}.{encoded(changed)}.{signature}") == "signature"


def test_security_S19_a_member_that_is_named_twice(world: World, ehr: Ehr) -> None:
    for header, claims in (
        (b'{"alg":"ES384","alg":"none","kid":"a+b/c="}', json.dumps(ehr.claims(AUD)).encode()),
        (json.dumps(ehr.header()).encode(), json.dumps(ehr.claims(AUD)).encode()[:-1] + b',"aud":"x"}'),
        (b"[]", b"{}"),
        (b"\xff", b"{}"),
    ):
        assert world.refused(compact(header, claims, ehr.key, "ES384")) == "not a token"


def test_security_S20_no_error_shows_the_token(world: World, ehr: Ehr) -> None:
    token = ehr.token(AUD, name="canary", sub="canary", iss="https://canary.example")
    with pytest.raises(Refused) as told:
        world.admit(token)
    assert "canary" not in f"{told.value!r} {told.value} {told.value.hint} {tokens.read(f'Bearer {token}')!r}"


def test_fault_G05_without_the_store_this_processs_memory_stands_in_and_an_alarm_is_raised(world: World, ehr: Ehr) -> None:
    world.down = True
    token = ehr.token(AUD)
    assert world.admit(token).id == ehr.id
    assert world.refused(token) == "replayed"
    assert world.alarms == 1


def test_fault_G05_strict_refuses_while_the_store_is_down(tmp_path: Path, ehr: Ehr) -> None:
    world = World(tmp_path, ehr, strict=True)
    world.down = True
    token = ehr.token(AUD)
    assert world.refused(token) == "store down"
    world.down = False
    assert world.admit(token).id == ehr.id, "it was not used up"


def test_security_S68_an_unknown_issuer_costs_what_a_known_one_costs(world: World, ehr: Ehr, monkeypatch: pytest.MonkeyPatch) -> None:
    """One check of a signature each: counted, since time would tell more of this machine."""
    checks: list[str] = []
    verify = tokens.signed

    def counted(token: tokens.Token, key: Key | None) -> bool:
        checks.append("known" if key else "nobody's")
        return verify(token, key)

    monkeypatch.setattr(tokens, "signed", counted)
    wrong: list[dict[str, Any]] = [{"iss": "https://nobody.example"}, {"kid": "other"}, {"aud": "x"}, {"typ": "at+jwt"}]
    for members in wrong:
        before = len(checks)
        world.refused(ehr.token(members.get("aud", AUD), **{name: value for name, value in members.items() if name != "aud"}))
        assert len(checks) == before + 1
    assert set(checks) == {"known", "nobody's"}


def test_security_S01_without_a_clients_file_everybody_is_the_local_client() -> None:
    everybody = local((), (), 800)
    trust = Trust(Clients((everybody,)), KeySets(()), "", lambda *_: True, everybody=everybody)
    assert trust.admit(None, PATH, NOW) is everybody


def test_a_client_may_be_held_to_its_subject_and_to_one_algorithm(tmp_path: Path, ehr: Ehr) -> None:
    world = World(tmp_path, ehr, subject="client-1", algorithms=("RS384",))
    assert world.refused(ehr.token(AUD, sub="client-1")) == "algorithm"
    folder = tmp_path / "two"
    folder.mkdir()
    named = World(folder, ehr, subject="client-1")
    assert named.refused(ehr.token(AUD)) == "subject"
    assert named.admit(ehr.token(AUD, sub="client-1")).id == ehr.id
