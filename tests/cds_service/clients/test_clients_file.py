"""The clients file: what is read of it, and the sentence for each thing that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.clients.clients_file import Clients, read_clients
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings
from tests.support.tokens import Ehr, bad_keys

JKU = "https://ehr.example.org/jwks.json"
GOOD = f'[a]\nissuer = "https://ehr.example.org/fhir"\njku = "{JKU}"\n'


def read(folder: Path, text: str, *, base_url: str = "https://cds.example.org", **more: Any) -> Clients:
    (folder / "clients.toml").write_text(text)
    made = {"store_url": "sqlite://", "clients": str(folder / "clients.toml"), "base_url": base_url} | more
    prefetch_keys = made.pop("prefetch_keys", ())
    return read_clients(Settings(**made), prefetch_keys)


def wrong(folder: Path, text: str, **more: Any) -> str:
    with pytest.raises(SettingsError) as raised:
        read(folder, text, **more)
    return str(raised.value)


def test_every_member_is_read(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    members = """audiences = ["urn:one"]
subject = "s"
tenant = "t"
algorithms = ["RS384"]
fhir_servers = ["https://ehr.example.org/fhir"]
cors_origins = ["https://ehr.example.org"]
dialect = "epic"
site = "north"
calls_per_minute = 60
error_mode = "empty-200"
retention_days = 30
alias = "precision"
[a.prefetch_keys]
"-user" = "patient"
"""
    read_ = read(tmp_path, GOOD + members, sites=str(tmp_path), deadline_ms=500, prefetch_keys=["patient"])
    client = read_.find("https://ehr.example.org/fhir", JKU, "t")
    assert client and client is read_.of("a") and read_.all == (client,) == read_.of_issuer(client.issuer)
    assert (client.audiences, client.subject, client.algorithms, client.dialect, client.site) == (
        ("urn:one",),
        "s",
        ("RS384",),
        "epic",
        "north",
    )
    assert (client.calls_per_minute, client.error_mode, client.retention_days, client.alias) == (60, "empty-200", 30, "precision")
    assert dict(client.prefetch_keys) == {"-user": "patient"}
    assert (client.fhir_servers, client.cors_origins) == (("https://ehr.example.org/fhir",), ("https://ehr.example.org",))
    assert client.deadline_ms == 500  # the service's own where the client has none
    assert read_.find("https://ehr.example.org/fhir", JKU, "") is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('isuer = "x"', "[a] isuer is no member"),
        ("subject = 1", "[a] subject must be a text"),
        ('subject = "a b"', "without blanks"),
        ('tenant = ""', "[a] tenant must be"),
        ('algorithms = ["HS256"]', "ES384 or RS384"),
        ("algorithms = []", "must name something"),
        ('algorithms = "ES384"', "list of texts"),
        ('fhir_servers = ["http://ehr.example.org/fhir"]', "[a] fhir_servers must list https"),
        ('fhir_servers = ["https://u@ehr.example.org"]', "without user"),
        ('cors_origins = ["*"]', "[a] cors_origins must list bare origins"),
        ('cors_origins = ["https://a.org", "https://a.org"]', "nothing twice"),
        ('dialect = "cerner"', "spec, epic, oracle, sandbox"),
        ('error_mode = "silent"', "outcome, empty-200"),
        ("calls_per_minute = 0", "from 1 to"),
        ("deadline_ms = true", "from 50 to 30000"),
        ("deadline_ms = 40000", "from 50 to 30000"),
        ("retention_days = 1.5", "[a] retention_days must be a whole number"),
        ('alias = "A b"', "[a] alias must be"),
        ('site = "north"', "[a] site names no folder"),
        ('site = "../x"', "[a] site must be"),
        ('key_set = "keys.json"', "either jku"),
        ("prefetch_keys = 1", "must be a table of texts"),
        ('prefetch_keys = { a = "patient", b = "patient" }', "two names"),
        ('prefetch_keys = { a = "nothing" }', "no service reads"),
        ("[a.b]", "[a] b is no member"),
    ],
)
def test_each_wrong_member_is_named_with_its_remedy(tmp_path: Path, line: str, says: str) -> None:
    told = wrong(tmp_path, GOOD + line + "\n", prefetch_keys=["patient"])
    assert told.startswith("clients.toml: [a]") and says in told


@pytest.mark.parametrize(
    "jku",
    [
        "http://ehr.example.org/jwks",
        "file:///jwks",
        "data:,{}",
        "https://u@ehr.example.org/jwks",
        "https://EHR.example.org/jwks",
        "https://ehr.example.org:443/jwks",
        "https://ehr.example.org/jwks?a=1",
        "https://ehr.example.org/jwks#a",
        "https://ehr.example.org/a/../jwks",
        "https://ehr.example.org/%2e/jwks",
        "https://ehr.example.org",
        "https://ehr.ex\u0430mple.org/jwks",
        "http://127.0.0.1/jwks",
        "",
    ],
)
def test_security_S05_S06_addresses_of_key_sets(tmp_path: Path, jku: str) -> None:
    assert "jku must be" in wrong(tmp_path, Ehr().table(jku=jku))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no client"),
        ("[a", "is not TOML"),
        (GOOD + GOOD, "is not TOML"),
        ("a = 1", "[a] stands outside of a table"),
        (GOOD.replace("[a]", "[A_1]"), "is no id of a client"),
        (GOOD.replace("[a]", "[default]"), "is no id of a client"),
        (f'[a]\njku = "{JKU}"', "issuer is missing"),
        (GOOD.replace("https://ehr.example.org/fhir", ""), "[a] issuer must be"),
        ('[a]\nissuer = "x"', "either jku"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, says: str) -> None:
    assert says in wrong(tmp_path, text)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "clients.toml").write_bytes(b'[a]\nissuer = "\xe9"')
    with pytest.raises(SettingsError, match="is not TOML"):
        read_clients(Settings(store_url="sqlite://", clients=str(tmp_path / "clients.toml"), base_url="https://cds.example.org"))


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    lines = wrong(tmp_path, GOOD + 'dialect = "x"\nsubject = 1\n[B]\nx = 1\n').split("\n")
    assert len(lines) == 6 and all(line.startswith("clients.toml: [") for line in lines)


def test_security_S11_a_token_leads_to_one_client_at_most(tmp_path: Path) -> None:
    twin = GOOD.replace("[a]", "[b]")
    assert "[a], [b] have the same issuer, jku and tenant" in wrong(tmp_path, GOOD + twin)
    assert len(read(tmp_path, GOOD + twin + 'tenant = "b"\n').all) == 2


def test_a_key_set_file_lies_beside_the_clients_file(tmp_path: Path) -> None:
    ehr = Ehr(jku="")
    (tmp_path / "keys.json").write_text(json.dumps(ehr.jwks()))
    assert read(tmp_path, ehr.table(key_set="keys.json")).all[0].key_set == str(tmp_path / "keys.json")
    assert "cannot be read" in wrong(tmp_path, ehr.table(key_set="missing.json"))
    (tmp_path / "keys.json").write_text("{")
    assert "is not JSON" in wrong(tmp_path, ehr.table(key_set="keys.json"))


@pytest.mark.parametrize("what", bad_keys())
def test_security_S09_a_key_set_file_without_a_usable_key(tmp_path: Path, what: str) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(bad_keys()[what]))
    assert "without a usable key" in wrong(tmp_path, Ehr(jku="").table(key_set="keys.json"))


SANDBOX = """[sandbox]
issuer = "https://sandbox.cds-hooks.org"
jku = "https://sandbox.cds-hooks.org/.well-known/jwks.json"
dialect = "sandbox"
"""


def test_security_S64_the_public_sandbox_is_for_this_machine_alone(tmp_path: Path) -> None:
    assert len(wrong(tmp_path, SANDBOX).split("\n")) == 3
    assert "issuer is the public" in wrong(tmp_path, GOOD.replace("https://ehr.example.org/fhir", "https://SANDBOX.cds-hooks.org."))
    assert "dialect 'sandbox'" in wrong(tmp_path, GOOD + 'dialect = "sandbox"\n')
    assert read(tmp_path, SANDBOX, base_url="http://localhost:8080").of("sandbox")
    assert "remove it" in wrong(tmp_path, SANDBOX, base_url="http://localhost:8080", host="0.0.0.0")


def test_a_key_set_over_http_is_for_this_machine_alone(tmp_path: Path) -> None:
    local = Ehr().table(jku="http://127.0.0.1:9/jwks")
    assert read(tmp_path, local, base_url="http://127.0.0.1:8080").all
    assert "must be https" in wrong(tmp_path, local)
    assert "must be https" in wrong(tmp_path, Ehr().table(jku="http://ehr.example.org/jwks"), base_url="http://127.0.0.1:8080")
