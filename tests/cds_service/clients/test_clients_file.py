"""The clients file: what it says holds, and everything that is wrong with it is told at once, with place and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.clients.clients_file import Clients, read_clients
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings
from tests.support.tokens import Ehr

JKU = 'jku = "https://ehr.example.org/interconnect/jwks.json"'
GOOD = """
[epic-prod]
issuer = "https://ehr.example.org/interconnect/api/FHIR/R4"
jku = "https://ehr.example.org/interconnect/jwks.json"
subject = "client-1"
fhir_servers = ["https://ehr.example.org/interconnect/api/FHIR/R4"]
dialect = "epic"
calls_per_minute = 600
error_mode = "empty-200"
retention_days = 365
alias = "precision-orders"

[epic-prod.prefetch_keys]
"-genotypes" = "genotypes"

[oracle-test]
issuer = "https://cds-hooks.cerner.com"
key_set = "oracle.json"
tenant = "north"
algorithms = ["RS384"]
"""


def read(folder: Path, text: str, base_url: str = "https://cds.example.org", host: str = "0.0.0.0", **given: Any) -> Clients:
    (folder / "clients.toml").write_text(text, "utf-8")
    (folder / "oracle.json").write_text(json.dumps(Ehr("oracle").jwks()))
    return read_clients(Settings(store_url="sqlite://", clients=str(folder / "clients.toml"), base_url=base_url, host=host), **given)


def wrong(folder: Path, text: str, **given: Any) -> str:
    with pytest.raises(SettingsError) as told:
        read(folder, text, **given)
    assert str(folder) not in str(told.value)
    return str(told.value)


def test_what_the_file_says_holds(tmp_path: Path) -> None:
    clients = read(tmp_path, GOOD, prefetch_keys=("genotypes",))
    epic, oracle = clients.all
    assert (epic.id, epic.dialect, epic.error_mode, epic.retention_days, epic.alias) == (
        "epic-prod",
        "epic",
        "empty-200",
        365,
        "precision-orders",
    )
    assert dict(epic.prefetch_keys) == {"-genotypes": "genotypes"}
    assert (oracle.tenant, oracle.algorithms, oracle.deadline_ms) == ("north", ("RS384",), 800)
    assert Path(oracle.key_set).is_file(), "beside the clients file"
    assert clients.find(epic.issuer, epic.jku, "") is epic and clients.find(epic.issuer, "", "") is None
    assert clients.of("oracle-test") is oracle and clients.of("none") is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('issuer = "https://cds-hooks.cerner.com"\n', ""), "oracle-test"),
        (('issuer = "https://cds-hooks.cerner.com"', 'issuer = "a b"'), "issuer must be a text"),
        (('key_set = "oracle.json"\n', ""), "oracle-test"),
        (('key_set = "oracle.json"', 'key_set = "none.json"'), "key_set names a file that cannot be read"),
        ((JKU, 'jku = "http://ehr.example.org/jwks.json"'), "jku must be https"),
        ((JKU, 'jku = "file:///etc/passwd"'), "jku must be a plain URL"),
        ((JKU, 'jku = "https://u:p@ehr.example.org/jwks.json"'), "jku must be a plain URL"),
        ((JKU, 'jku = "https://EHR.example.org/jwks.json"'), "jku must be a plain URL"),
        (('tenant = "north"', 'key_id = "north"'), "key_id"),
        (('algorithms = ["RS384"]', 'algorithms = ["none"]'), "algorithms must list"),
        (('algorithms = ["RS384"]', 'algorithms = ["HS256"]'), "algorithms must list"),
        (('algorithms = ["RS384"]', "algorithms = []"), "algorithms must name something"),
        (('dialect = "epic"', 'dialect = "cerner"'), "dialect must be one of"),
        (("calls_per_minute = 600", "calls_per_minute = 0"), "calls_per_minute must be a whole number"),
        (("calls_per_minute = 600", "calls_per_minute = true"), "calls_per_minute must be a whole number"),
        (('error_mode = "empty-200"', 'error_mode = "silent"'), "error_mode must be one of"),
        (("retention_days = 365", 'retention_days = "1 year"'), "retention_days must be a whole number"),
        (('"-genotypes" = "genotypes"', '"-genotypes" = "gene"'), "leads to a key that no service reads"),
        (("[oracle-test]", "[Oracle_Test]"), "Oracle_Test"),
        (('fhir_servers = ["https', 'fhir_servers = ["http'), "fhir_servers must list https"),
        (('subject = "client-1"', 'cors_origins = ["*"]'), "cors_origins must list bare origins"),
    ],
)
def test_fault_G15_one_thing_that_is_wrong(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in GOOD
    assert says in wrong(tmp_path, GOOD.replace(*change), prefetch_keys=("genotypes",))


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = wrong(tmp_path, GOOD.replace('dialect = "epic"', 'dialect = "x"').replace('tenant = "north"', "tenant = 5"))
    assert "[epic-prod]" in told and "[oracle-test]" in told and "clients.toml" in told


@pytest.mark.parametrize("text", ["", "x = 1", "[a", "# nothing"])
def test_fault_G15_a_file_without_clients(tmp_path: Path, text: str) -> None:
    assert "clients.toml" in wrong(tmp_path, text)


def test_security_S11_two_clients_that_a_token_cannot_tell_apart(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[oracle-test]") :].replace("[oracle-test]", "[oracle-two]")
    told = wrong(tmp_path, twice)
    assert "oracle-test" in told and "oracle-two" in told


@pytest.mark.parametrize(
    "table",
    [
        '[sandbox]\nissuer = "https://sandbox.cds-hooks.org"\njku = "https://sandbox.cds-hooks.org/.well-known/jwks.json"\n',
        '[other]\nissuer = "https://ehr.example.org"\njku = "https://sandbox.cds-hooks.org/.well-known/jwks.json"\n',
        '[other]\nissuer = "https://ehr.example.org"\njku = "https://ehr.example.org/jwks.json"\ndialect = "sandbox"\n',
    ],
)
def test_security_S64_the_public_sandbox_is_no_client_of_a_service_that_others_can_reach(tmp_path: Path, table: str) -> None:
    assert "sandbox" in wrong(tmp_path, table)
    assert "sandbox" in wrong(tmp_path, table, host="127.0.0.1"), "behind a proxy others can reach it too"
    assert read(tmp_path, table, host="127.0.0.1", base_url="http://127.0.0.1:8080").all


def test_security_S09_a_key_set_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "clients.toml").write_text(GOOD)
    (tmp_path / "oracle.json").write_text('{"keys": 5}')
    with pytest.raises(SettingsError, match="oracle-test"):
        read_clients(Settings(store_url="sqlite://", clients=str(tmp_path / "clients.toml"), base_url="https://cds.example.org"))
