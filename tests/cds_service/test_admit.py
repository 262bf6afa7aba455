"""Who is admitted: each way in which a token may be wrong, and that each refusal says so to the operator alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWS

from cds_service.admit import Trust, trust_of
from cds_service.clients.clients_file import Clients
from cds_service.clients.key_sets import KeySets
from cds_service.errors import Refused, StoreUnavailable, answer_for
from cds_service.settings import Settings
from tests.support.tokens import Ehr, compact, encoded, jwk_of, private_key

BASE = "https://cds.example.org"
SIGN = "/cds-services/precision-order-sign"
AUD = BASE + SIGN
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AT = int(NOW.timestamp())


class Store:
    """Remembers as the store does; `down` as while it cannot be reached."""

    def __init__(self) -> None:
        self.known: set[tuple[str, str]] = set()
        self.until: list[datetime] = []
        self.down = False

    def __call__(self, client: str, jti: str, until: datetime, now: datetime) -> bool:
        if self.down:
            raise StoreUnavailable("down")
        self.until.append(until)
        new = (client, jti) not in self.known
        self.known.add((client, jti))
        return new


class Gate:
    """A service with two EHRs, whose keys were exchanged by hand, and a third one like Epic."""

    def __init__(self, folder: Path, **how: Any) -> None:
        self.store, self.alarms = Store(), 0
        self.ehr, self.other = Ehr("epic-test", now=lambda: NOW), Ehr("other", kid="other", now=lambda: NOW)
        self.rsa = Ehr("rsa", algorithm="RS384", kid="rsa", now=lambda: NOW)
        self.clients, self.folder = [], folder
        for ehr in (self.ehr, self.other, self.rsa):
            (folder / ehr.id).write_text(json.dumps(ehr.jwks()))
            self.clients.append(ehr.client(key_set=str(folder / ehr.id), jku=f"https://{ehr.id}.example.org/jwks"))
            ehr.jku = f"https://{ehr.id}.example.org/jwks"
        self.trust = self.of(*self.clients, **how)

    def of(self, *clients: Any, **how: Any) -> Trust:
        return Trust(Clients(clients), KeySets(clients), BASE, self.store, alarm=self.alarm, **how)

    def alarm(self) -> None:
        self.alarms += 1

    def admit(self, authorization: str | None, endpoint: str = SIGN, now: datetime = NOW) -> str:
        return self.trust.admit(authorization, endpoint, now).id

    def refused(self, authorization: str | None, endpoint: str = SIGN, now: datetime = NOW) -> Refused:
        with pytest.raises(Refused) as raised:
            self.admit(authorization, endpoint, now)
        assert len(raised.value.hint) <= 200 and raised.value.hint.isprintable()
        return raised.value

    def why(self, aud: Any = AUD, **members: Any) -> str:
        return self.refused(self.ehr.bearer(aud, **members)).reason


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_a_good_token_leads_to_its_client(gate: Gate) -> None:
    for ehr in (gate.ehr, gate.other, gate.rsa):
        assert gate.admit(ehr.bearer(AUD)) == ehr.id
    epic = gate.rsa.bearer([AUD], nbf=AT - 300, exp=AT + 900, sub="a client id")
    assert gate.admit(epic.replace("Bearer", "bearer")) == "rsa"


def test_security_S01_S20_refusals_have_one_shape_outside(gate: Gate) -> None:
    refused = [gate.refused(None), gate.refused(gate.ehr.bearer("x")), gate.refused(gate.ehr.bearer(AUD, iss="x"))]
    assert {(told.status, told.sentence) for told in map(answer_for, refused)} == {(401, "")}
    assert [one.reason for one in refused] == ["no token", "audience", "issuer"]
    assert [one.client for one in refused] == ["", "epic-test", ""]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "a.b.c"])
def test_security_S01_no_token(gate: Gate, authorization: str | None) -> None:
    assert gate.refused(authorization).reason == "no token"


def test_security_S42_nothing_of_a_token_is_in_its_refusal(gate: Gate) -> None:
    marked = gate.ehr.token(AUD, iss="MARK", sub="MARK", kid="MARK", jku="https://MARK", tenant="MARK", jti="MARK")
    wrong = gate.refused("Bearer " + marked)
    assert "MARK" not in f"{wrong!r} {wrong} {wrong.hint} {wrong.client}"
    assert marked[-20:] not in wrong.hint


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "", None, 1])
def test_security_S02_unsigned_tokens(gate: Gate, alg: Any) -> None:
    header = gate.ehr.header(alg=alg)
    assert gate.refused("Bearer " + compact(header, gate.ehr.claims(AUD), None, "none")).reason == "not a token"
    assert gate.refused("Bearer " + compact(header, gate.ehr.claims(AUD), gate.ehr.key, "ES384")).reason == "algorithm"


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_security_S03_the_public_key_as_a_secret(gate: Gate, alg: str) -> None:
    public = gate.ehr.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (public, json.dumps(gate.ehr.jwk()).encode()):
        for stated in (alg, "ES384"):
            token = compact(gate.ehr.header(alg=stated), gate.ehr.claims(AUD), secret, alg)
            assert gate.refused("Bearer " + token).reason in ("algorithm", "signature")


@pytest.mark.parametrize(
    ("stated", "real"),
    [("RS384", "PS384"), ("RS384", "RS256"), ("RS384", "RS512"), ("PS384", "PS384"), ("ES384", "RS384"), ("RS256", "RS256")],
)
def test_security_S04_the_header_does_not_choose_the_algorithm(gate: Gate, stated: str, real: str) -> None:
    wrong = gate.refused(gate.rsa.bearer(AUD, alg=stated, signed_as=real))
    assert wrong.reason in ("algorithm", "signature")


@pytest.mark.parametrize("alg", ["PS512", "ES256", "RS256", "PS384"])
def test_security_S04_a_key_for_another_algorithm_verifies_nothing(gate: Gate, alg: str) -> None:
    (gate.folder / "rsa").write_text(json.dumps({"keys": [gate.rsa.jwk(alg=alg)]}))
    gate.trust = gate.of(*gate.clients)
    assert gate.refused(gate.rsa.bearer(AUD)).reason == "key"


def test_security_S04_a_client_may_be_held_to_one_algorithm(gate: Gate) -> None:
    gate.trust = gate.of(gate.rsa.client(jku=gate.rsa.jku, key_set=str(gate.folder / "rsa"), algorithms=("ES384",)))
    assert gate.refused(gate.rsa.bearer(AUD)).reason == "algorithm"


@pytest.mark.parametrize(
    "jku",
    [
        "https://evil.example.org/jwks",
        "https://epic-test.example.org.evil.org/jwks",
        "https://epic-test.example.org@evil.org/jwks",
        "https://epic-test.example.org./jwks",
        "https://epic-test.ex\u0430mple.org/jwks",
        "https://EPIC-TEST.example.org/jwks",
        "https://epic-test.example.org:443/jwks",
        "https://epic-test.example.org/a/../jwks",
        "https://epic-test.example.org/jwks?next=https://evil.org",
        "https://epic-test.example.org/jwks#",
        "https://epic-test.example.org/jwks/",
        "http://epic-test.example.org/jwks",
        "file:///etc/jwks",
        "data:application/json,{}",
        None,
    ],
)
def test_security_S05_S06_only_the_listed_address_to_the_letter(gate: Gate, jku: str | None) -> None:
    assert gate.why(jku=jku) == "key set address"


def test_security_S07_keys_that_a_token_brings_along_are_not_looked_at(gate: Gate) -> None:
    mine = private_key("attacker")
    brought = {"jwk": jwk_of(mine, gate.ehr.kid), "x5u": "https://evil.example.org", "x5c": ["MIIB"]}
    assert gate.why(signed_by=mine, **brought) == "signature"
    assert gate.admit(gate.ehr.bearer(AUD, **brought)) == "epic-test"


@pytest.mark.parametrize("kid", ["unknown", "../../etc/passwd", "' OR 1=1 --", "other", "a" * 600])
def test_security_S08_key_ids_that_lead_nowhere(gate: Gate, kid: str) -> None:
    assert gate.why(kid=kid) == "key"


@pytest.mark.parametrize(
    ("kid", "reason"), [("a" * 10_240, "not a token"), ("", "not a token"), (1, "not a token"), (["a"], "not a token")]
)
def test_security_S08_key_ids_that_are_none(gate: Gate, kid: Any, reason: str) -> None:
    assert gate.why(kid=kid) == reason


def test_security_S08_a_token_without_kid_where_there_are_two_keys(gate: Gate) -> None:
    assert gate.admit(gate.ehr.bearer(AUD, kid=None)) == "epic-test"
    (gate.folder / "epic-test").write_text(json.dumps(gate.ehr.jwks(jwk_of(private_key("second"), "second"))))
    gate.trust = gate.of(*gate.clients)
    assert gate.why(kid=None) == "key"


def test_security_S11_issuer_and_key_set_of_two_clients(gate: Gate) -> None:
    assert gate.why(jku=gate.other.jku) == "key set address"
    assert gate.why(jku=gate.other.jku, kid="other", signed_by=gate.other.key) == "key set address"
    assert gate.why(signed_by=gate.other.key) == "signature"
    assert gate.why(tenant="other") == "tenant"


def test_security_S11_tenants_of_one_issuer(gate: Gate) -> None:
    keys = str(gate.folder / "epic-test")
    a, b = (gate.ehr.client(id=name, tenant=name, key_set=keys, jku=gate.ehr.jku, subject=f"s-{name}") for name in "ab")
    gate.trust = gate.of(a, b)
    assert gate.admit(gate.ehr.bearer(AUD, tenant="a", sub="s-a")) == "a"
    assert gate.why(tenant="a", sub="s-b") == "subject"
    assert [gate.why(tenant=tenant, sub="s-a") for tenant in ("c", None, "")] == ["tenant"] * 3
    assert gate.why(tenant=1) == gate.why(tenant=["a"]) == "not a token"


@pytest.mark.parametrize(
    "aud",
    [
        None,
        "",
        BASE,
        AUD[:-1],
        AUD + "/",
        AUD + "/feedback",
        AUD.replace("https", "http"),
        AUD.upper(),
        AUD.replace("order-sign", "order-select"),
        AUD.replace(".org", ".org:443"),
        [],
        [AUD, 1],
        [AUD] * 21,
        {"a": AUD},
        1,
    ],
)
def test_security_S12_other_audiences(gate: Gate, aud: Any) -> None:
    assert gate.why(aud) == "audience"


def test_security_S12_a_list_that_holds_the_right_one(gate: Gate) -> None:
    assert gate.admit(gate.ehr.bearer(["https://elsewhere.example.org", AUD])) == "epic-test"


def test_security_S12_each_endpoint_is_an_audience_of_its_own_unless_the_client_says_otherwise(gate: Gate) -> None:
    for endpoint in ("/cds-services", SIGN + "/feedback"):
        assert gate.admit(gate.ehr.bearer(BASE + endpoint), endpoint) == "epic-test"
        assert gate.refused(gate.ehr.bearer(AUD), endpoint).reason == "audience"
    gate.trust = gate.of(gate.ehr.client(jku=gate.ehr.jku, key_set=str(gate.folder / "epic-test"), audiences=("urn:one",)))
    assert gate.admit(gate.ehr.bearer("urn:one"), "/cds-services") == "epic-test"
    assert gate.why(AUD) == "audience"


@pytest.mark.parametrize(
    ("aud", "says"),
    [
        (AUD.replace("https", "http"), "differs in scheme"),
        (AUD.replace("cds.", "inside."), "differs in host"),
        (AUD + "/", "differs in path"),
        ("https://[", "differs in everything"),
        ("é\n" * 200, "?"),
    ],
)
def test_fault_G21_the_hint_says_what_differs_and_what_is_expected(gate: Gate, aud: str, says: str) -> None:
    hint = gate.refused(gate.ehr.bearer(aud)).hint
    assert says in hint and f"expected {AUD}" in hint


@pytest.mark.parametrize(
    ("exp", "reason"),
    [
        (AT - 61, "lifetime"),
        (None, "times"),
        (AT + 10 * 365 * 86_400, "lifetime"),
        (AT + 3601, "lifetime"),
        (AT, "lifetime"),
        (str(AT + 300), "times"),
        (AT + 300.5, "times"),
        (-1, "times"),
        (True, "times"),
        (1e300, "times"),
        (10**30, "times"),
    ],
)
def test_security_S13_ends_that_do_not_hold(gate: Gate, exp: Any, reason: str) -> None:
    assert gate.why(exp=exp) == reason


def test_security_S13_a_whole_number_may_be_written_as_a_float(gate: Gate) -> None:
    assert gate.admit(gate.ehr.bearer(AUD, exp=AT + 300.0, iat=float(AT))) == "epic-test"
    assert gate.admit(gate.ehr.bearer(AUD, exp=AT + 3600)) == "epic-test"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nbf": AT + 61}, "not yet valid"),
        ({"iat": AT + 61, "exp": AT + 300}, "not yet valid"),
        ({"nbf": "0"}, "times"),
        ({"nbf": -5}, "times"),
        ({"iat": None}, "times"),
        ({"iat": str(AT)}, "times"),
    ],
)
def test_security_S14_begins_that_do_not_hold(gate: Gate, claims: dict[str, Any], reason: str) -> None:
    assert gate.why(**claims) == reason


def test_fault_G08_clocks_may_differ_by_a_minute(gate: Gate) -> None:
    def moved(seconds: float) -> Callable[[], str]:
        token = gate.ehr.bearer(AUD)  # from AT to AT + 300
        return lambda: gate.admit(token, now=NOW + timedelta(seconds=seconds))

    assert moved(-60)() == moved(359)() == "epic-test"
    for seconds, reason in ((-61, "not yet valid"), (360, "expired")):
        with pytest.raises(Refused) as raised:
            moved(seconds)()
        assert raised.value.reason == reason and "NTP" in raised.value.hint


def test_fault_G08_a_clock_that_is_set_back_brings_no_used_token_to_life(gate: Gate) -> None:
    token = gate.ehr.bearer(AUD)
    gate.admit(token, now=NOW + timedelta(seconds=300))
    assert gate.refused(token, now=NOW).reason == "replayed"
    assert gate.store.until == [NOW + timedelta(seconds=300 + 60 + 600)]


def test_security_S15_a_token_is_used_once(gate: Gate) -> None:
    token = gate.ehr.bearer(AUD)
    gate.admit(token)
    assert gate.refused(token).reason == "replayed"
    again = gate.of(*gate.clients)  # another process, one store
    with pytest.raises(Refused, match="replayed"):
        again.admit(token, SIGN, NOW)


def test_security_S15_of_many_at_once_one_passes(gate: Gate) -> None:
    def passes(token: str) -> bool:
        try:
            return bool(gate.admit(token))
        except Refused:
            return False

    for gate.store.down in (False, True):
        token = gate.ehr.bearer(AUD)
        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(passes, [token] * 64)) == 1


def test_security_S15_a_token_that_failed_otherwise_is_not_used_up(gate: Gate) -> None:
    token = gate.ehr.bearer(AUD)
    gate.refused(token, "/cds-services")
    assert not gate.store.known
    assert gate.admit(token) == "epic-test"


def test_security_S15_two_clients_may_use_the_same_id(gate: Gate) -> None:
    assert gate.admit(gate.ehr.bearer(AUD, jti="1")) == "epic-test"
    assert gate.admit(gate.other.bearer(AUD, jti="1")) == "other"


@pytest.mark.parametrize("jti", [None, "", "a" * 257, 1, ["a"], "a\n"])
def test_security_S16_token_ids_that_are_none(gate: Gate, jti: Any) -> None:
    assert gate.why(jti=jti) == "token id"
    assert not gate.store.known


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "JWE", "jose", "", 1])
def test_security_S17_another_kind_of_token(gate: Gate, typ: Any) -> None:
    assert gate.why(typ=typ) == "type"
    assert gate.admit(gate.ehr.bearer(AUD, typ=None)) == "epic-test"


def test_security_S17_an_access_token_for_fhir(gate: Gate) -> None:
    assert gate.why(gate.ehr.issuer, scope="patient/*.rs", sub="app") == "audience"


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "exp", ["http://example.org/x"]])
def test_security_S18_extensions_are_refused(gate: Gate, crit: Any) -> None:
    assert gate.why(crit=crit) == "critical header"
    assert gate.why(b64=False) == gate.why(b64=True) == "critical header"


def test_security_S19_signatures_that_were_touched(gate: Gate) -> None:
    token = gate.ehr.bearer(AUD)
    head, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature)
    for other in (encoded(raw[:-1]), encoded(raw + b"\0"), encoded(bytes(96)), encoded(bytes([raw[0] ^ 1]) + raw[1:]), encoded(b"x")):
        assert gate.refused(f"{head}.{other}").reason == "signature"
    for other in ("", signature + "=", signature + "==", signature[:-1] + "!", signature + "\n", signature + " ", signature + "AA"[:1]):
        assert gate.refused(f"{head}.{other}").reason == "not a token"
    assert gate.refused(head).reason == gate.refused(token + ".x").reason == "not a token"
    assert gate.refused(head[:-2] + "AA" + "." + signature).reason in ("signature", "not a token")


def test_security_S19_spare_bits_of_base64_cannot_be_changed(gate: Gate) -> None:
    token = gate.rsa.bearer(AUD)  # 256 bytes: the last character has four spare bits
    assert gate.refused(token[:-1] + chr(ord(token[-1]) + 1)).reason == "not a token"
    assert gate.admit(token) == "rsa"


def test_security_S19_members_that_are_named_twice(gate: Gate) -> None:
    header, claims = json.dumps(gate.ehr.header()).encode(), json.dumps(gate.ehr.claims(AUD)).encode()
    twice = [(b'{"alg":"none",' + header[1:], claims), (header, b'{"iss":"x",' + claims[1:]), (b"[]", claims), (header, b'"x"')]
    for bad in twice:
        assert gate.refused("Bearer " + compact(*bad, gate.ehr.key, "ES384")).reason == "not a token"
    assert gate.admit("Bearer " + compact(header, claims, gate.ehr.key, "ES384")) == "epic-test"


def test_security_S68_every_refusal_costs_one_check_of_a_signature(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[str] = []
    real = PyJWS._verify_signature

    def counted(self: PyJWS, *given: Any, **named: Any) -> None:
        checks.append("one")
        real(self, *given, **named)

    monkeypatch.setattr(PyJWS, "_verify_signature", counted)
    for ehr in (gate.ehr, gate.rsa):
        for aud, members in (
            (AUD, {}),
            (AUD, {"iss": "https://nobody.example.org"}),
            (AUD, {"jku": "https://nobody.example.org"}),
            (AUD, {"tenant": "x"}),
            (AUD, {"kid": "unknown"}),
            (AUD, {"signed_by": private_key("attacker", ehr.algorithm)}),
            (AUD, {"typ": "at+jwt"}),
            (AUD, {"exp": 1}),
            ("x", {}),
        ):
            checks.clear()
            try:
                gate.admit(ehr.bearer(aud, **members))
            except Refused:
                assert aud == "x" or members
            assert checks == ["one"], members


def test_fault_G05_while_the_store_is_down_this_process_remembers(gate: Gate) -> None:
    before = gate.ehr.bearer(AUD)
    gate.admit(before)
    gate.store.down = True
    token = gate.ehr.bearer(AUD)
    assert gate.admit(token) == "epic-test" and gate.alarms == 1
    assert gate.refused(token).reason == gate.refused(before).reason == "replayed"
    gate.store.down = False
    assert gate.refused(token).reason == "replayed"


def test_fault_G05_strict_mode_refuses_and_does_not_use_the_token_up(tmp_path: Path) -> None:
    gate = Gate(tmp_path, strict_jti=True)
    gate.store.down = True
    token = gate.ehr.bearer(AUD)
    assert gate.refused(token).reason == gate.refused(token).reason == "store down"
    assert gate.alarms == 2
    gate.store.down = False
    assert gate.admit(token) == "epic-test"


def test_fault_G06_without_keys_nobody_is_admitted() -> None:
    ehr = Ehr(jku="http://127.0.0.1:9/jwks", now=lambda: NOW)
    trust = Trust(Clients((ehr.client(),)), KeySets([ehr.client()], http_on_loopback=True), BASE, Store())
    with pytest.raises(Refused) as raised:
        trust.admit(ehr.bearer(AUD), SIGN, NOW)
    assert (raised.value.reason, raised.value.hint) == ("no keys", "the key set cannot be reached")


def test_without_a_clients_file_whoever_is_on_this_machine_is_the_one_client(tmp_path: Path) -> None:
    trust = trust_of(Settings(store_url="sqlite://", deadline_ms=500), Store())
    assert trust.admit(None, SIGN, NOW) == trust.admit("Bearer x", SIGN, NOW)
    assert (trust.admit(None, SIGN, NOW).id, trust.admit(None, SIGN, NOW).deadline_ms) == ("default", 500)


def test_with_a_clients_file_nobody_is_admitted_without_a_token(tmp_path: Path) -> None:
    ehr = Ehr(jku="", now=lambda: NOW)
    (tmp_path / "keys.json").write_text(json.dumps(ehr.jwks()))
    (tmp_path / "clients.toml").write_text(ehr.table(key_set="keys.json"))
    trust = trust_of(Settings(store_url="sqlite://", clients=str(tmp_path / "clients.toml"), base_url=BASE + "/"), Store())
    assert trust.admit(ehr.bearer(AUD), SIGN, NOW).id == "epic-test"
    for authorization in (None, ehr.bearer(AUD, jku="https://ehr.example.org/jwks")):
        with pytest.raises(Refused):
            trust.admit(authorization, SIGN, NOW)
