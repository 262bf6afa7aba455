"""Each check by what it must tell of a sound installation, and of one with one thing wrong."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_service.clients.client import Client
from cds_service.doctor import configuration, inside, outside
from cds_service.doctor.checks import CHECKS, examined
from cds_service.doctor.result import Result, document, exit_status, lines
from cds_service.setting_checks import SettingsError
from models.errors import KnowledgeError
from models.knowledge.age import newest_source
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.surroundings import EHR, FHIR, JKU, FakeJournal, FakeNetwork, surrounded


def worst(results: Iterable[Result]) -> Result:
    order = ("ok", "unchecked", "warning", "error")
    return max(results, key=lambda r: order.index(r.level))


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*given: Any) -> Any:
        raise error

    return fail


def test_a_sound_installation_has_nothing_to_mend(knowledge: Knowledge, tmp_path: Path) -> None:
    clients = tmp_path / "clients.toml"
    clients.write_text("")
    base: dict[str, Any] = {"base_url": "https://cds.example.org", "spool": str(tmp_path / "spool"), "spool_bytes": 1024}
    here = surrounded(knowledge, **base)
    here = replace(here, settings=replace(here.settings, clients=str(clients), host="0.0.0.0"), versions=["precision-hooks 0.1.0"])
    results = examined(here)
    assert exit_status(results) == 0 and {r.level for r in results} == {"ok"}
    assert {"settings", "clients", "clock", "key sets", "certificates", "knowledge", "store", "spool", "disk", "switches", "versions"} == {
        r.check for r in results
    }


@pytest.mark.parametrize(("ahead", "level"), [(0, "ok"), (-59, "ok"), (61, "warning"), (-299, "warning"), (301, "error"), (-4000, "error")])
def test_fault_G09_a_clock_that_runs_wrong_is_told(ahead: float, level: str) -> None:
    results = list(outside.check_clock(surrounded(network=FakeNetwork(ahead=ahead))))
    assert {r.level for r in results} == {level} and len(results) == 2
    if level != "ok":
        assert ("behind" if ahead > 0 else "ahead of") in results[0].what and "NTP" in results[0].remedy


def test_fault_G09_a_clock_that_nobody_can_compare_is_said_to_be_unchecked() -> None:
    for network in (None, FakeNetwork(reachable=False), FakeNetwork(tells_time=False)):
        assert {r.level for r in outside.check_clock(surrounded(network=network))} == {"unchecked"}
    assert {r.level for r in outside.check_clock(surrounded(clients=()))} == {"unchecked"}


def test_each_server_is_asked_once() -> None:
    network = FakeNetwork()
    twins = (EHR, replace(EHR, id="epic-test"))
    list(outside.check_clock(surrounded(clients=twins, network=network)))
    assert sorted(network.asked) == [JKU, f"{FHIR}/metadata"]


def test_key_sets_that_bring_no_key_are_an_error() -> None:
    assert worst(outside.check_key_sets(surrounded())).level == "ok"
    broken = worst(outside.check_key_sets(surrounded(network=FakeNetwork(reachable=False))))
    assert broken.level == "error" and "cannot be reached" in broken.what and JKU in broken.what
    assert worst(outside.check_key_sets(surrounded(network=FakeNetwork(keys=0)))).level == "error"
    by_hand = surrounded(clients=(replace(EHR, jku="", key_set="/etc/keys.json"),), network=FakeNetwork(reachable=False))
    assert worst(outside.check_key_sets(by_hand)).level == "ok"


@pytest.mark.parametrize(("days", "level"), [(31, "ok"), (30, "warning"), (1, "warning"), (0, "error"), (-3, "error")])
def test_fault_G19_a_certificate_that_ends_soon_is_told(days: int, level: str) -> None:
    results = list(outside.check_certificates(surrounded(base_url="https://cds.example.org", network=FakeNetwork(days_left=days))))
    assert {r.level for r in results} == {level} and len(results) == 2
    assert (NOW + timedelta(days=days)).date().isoformat() in results[0].what


def test_a_certificate_that_is_not_trusted_is_an_error_and_a_far_machine_is_unchecked() -> None:
    assert worst(outside.check_certificates(surrounded(network=FakeNetwork(trusted=False)))).level == "error"
    assert worst(outside.check_certificates(surrounded(network=FakeNetwork(reachable=False)))).level == "unchecked"
    assert worst(outside.check_certificates(surrounded(network=None))).level == "unchecked"
    assert not list(outside.check_certificates(surrounded(clients=(), base_url="http://127.0.0.1:8080")))


def test_the_real_reason_of_a_broken_certificate_is_told() -> None:
    error = ssl.SSLCertVerificationError("x")
    error.verify_message = "certificate has expired"
    network = FakeNetwork()
    network.certificate_end = raising(error)  # type: ignore[method-assign]
    assert "certificate has expired" in worst(outside.check_certificates(surrounded(network=network))).what


def test_offline_no_other_machine_is_asked(knowledge: Knowledge) -> None:
    results = examined(surrounded(knowledge, network=None, base_url="https://cds.example.org"))
    assert {"clock", "key sets", "certificates"} <= {r.check for r in results if r.level == "unchecked"}


def test_fault_F07_knowledge_that_grew_old_is_told(knowledge: Knowledge) -> None:
    newest = date.fromisoformat(newest_source(knowledge))
    now = NOW.replace(year=newest.year, month=newest.month, day=newest.day)
    fresh = surrounded(knowledge, now=now + timedelta(days=400))
    old = surrounded(knowledge, now=now + timedelta(days=401))
    assert worst(inside.check_knowledge(fresh)).level == "ok"
    told = worst(inside.check_knowledge(old))
    assert told.level == "warning" and newest.isoformat() in told.what and "401 days" in told.what
    assert worst(inside.check_knowledge(surrounded(knowledge, now=now + timedelta(days=9), knowledge_days=8))).level == "warning"


def test_wrong_knowledge_and_rows_due_for_review_are_told(knowledge: Knowledge) -> None:
    broken = surrounded(knowledge=None)
    told = worst(inside.check_knowledge(replace(broken, knowledge=raising(KnowledgeError("genes/X.toml: wrong")))))
    assert told.level == "error" and "genes/X.toml" in told.what
    due = surrounded(knowledge, site_files=lambda _: ["4 codes of the site's own, 2 due for review"])
    assert worst(inside.check_knowledge(due)).what.endswith("2 due for review")


def test_a_store_that_is_away_old_or_tampered_with_is_an_error() -> None:
    assert worst(inside.check_store(surrounded())).level == "ok"
    for journal, part in (
        (FakeJournal(reachable=False), "cannot be read"),
        (FakeJournal(broken="entry 7: its digest is another"), "entry 7"),
        (FakeJournal(now=""), "revision none"),
    ):
        told = worst(inside.check_store(surrounded(journal=journal)))
        assert told.level == "error" and part in told.what and told.remedy
    assert worst(inside.check_store(surrounded(journal=None))).level == "unchecked"


def test_what_waits_in_the_spool_is_told(tmp_path: Path) -> None:
    here = surrounded(spool=str(tmp_path), spool_bytes=1024)
    assert worst(inside.check_spool(here)).level == "ok"
    (tmp_path / "1.jsonl").write_bytes(b"x" * 7)
    told = worst(inside.check_spool(here))
    assert told.level == "warning" and "7 bytes in 1 files" in told.what
    (tmp_path / "1.aside").write_bytes(b"x")
    assert worst(inside.check_spool(here)).level == "error" and "1.aside" in worst(inside.check_spool(here)).what


@pytest.mark.parametrize(("free", "level"), [(2047, "warning"), (2048, "ok"), (1023, "error")])
def test_a_disk_without_room_for_the_spool_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": free * 2**20})())
    here = surrounded(spool=str(tmp_path / "not" / "there"), spool_bytes=1024 * 2**20)
    assert [r.level for r in inside.check_spool(here) if r.check == "disk"] == [level]


def test_settings_that_leave_the_door_open_are_told(tmp_path: Path) -> None:
    assert worst(configuration.check_settings(surrounded())).level == "warning"
    told = worst(configuration.check_settings(surrounded(base_url="http://cds.example.org")))
    assert told.level == "error" and "not https" in told.what


def clients_told(tmp_path: Path, clients: Sequence[Client], **parts: Any) -> list[Result]:
    file = tmp_path / "clients.toml"
    file.write_text("")
    here = surrounded(clients=clients, base_url="https://cds.example.org", **parts)
    return list(configuration.check_clients(replace(here, settings=replace(here.settings, clients=str(file)))))


@pytest.mark.parametrize(
    ("change", "level", "part"),
    [
        ({}, "ok", "epic"),
        ({"fhir_servers": ()}, "warning", "no FHIR server is listed"),
        ({"fhir_servers": ("http://fhir.example.org",)}, "error", "is not https"),
        ({"fhir_servers": ("http://127.0.0.1:9/fhir",)}, "ok", "epic"),
        ({"audiences": ("https://elsewhere.example.org/cds-services",)}, "warning", "is not an address under base_url"),
        ({"audiences": ("https://cds.example.org.evil.org/x",)}, "warning", "is not an address under base_url"),
        ({"audiences": ("https://cds.example.org/cds-services/precision-order-sign",)}, "ok", "epic"),
        ({"prefetch_keys": {"a": "genotypes", "b": "genotypes"}}, "warning", "mean the same input"),
    ],
)
def test_clients_are_looked_at_one_by_one(tmp_path: Path, change: dict[str, Any], level: str, part: str) -> None:
    told = worst(clients_told(tmp_path, [replace(EHR, **change)]))
    assert told.level == level and part in told.what


def test_a_wrong_clients_file_is_an_error_and_the_others_go_on(tmp_path: Path, knowledge: Knowledge) -> None:
    here = surrounded(knowledge)
    file = tmp_path / "clients.toml"
    file.write_text("")
    broken = replace(here, clients=raising(SettingsError("clients.toml: [x] issuer is missing")))
    broken = replace(broken, settings=replace(here.settings, clients=str(file), base_url="https://cds.example.org"))
    results = examined(broken)
    assert any(r.check == "clients" and r.level == "error" and "issuer is missing" in r.what for r in results)
    assert any(r.check == "knowledge" and r.level == "ok" for r in results)


def test_the_switches_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "switches.toml"
    file.write_text("")
    assert worst(configuration.check_switches(surrounded())).level == "ok"
    assert worst(configuration.check_switches(_switched(file, lambda: None))).level == "ok"
    told = worst(configuration.check_switches(_switched(file, raising(SettingsError("switches.toml: no such rule")))))
    assert told.level == "error" and "no such rule" in told.what


def _switched(file: Path, read: Callable[[], Any]) -> Any:
    here = surrounded()
    return replace(here, settings=replace(here.settings, switches=str(file)), switches=read)


def test_a_check_that_fails_is_told_without_its_words_and_the_others_go_on() -> None:
    def check_moon(here: Any) -> Iterable[Result]:
        raise RuntimeError("postgresql://user:password@host")

    def check_sun(here: Any) -> Iterable[Result]:
        return [Result("sun", "ok", "shines")]

    moon, sun = examined(surrounded(), [check_moon, check_sun])
    assert moon.level == "unchecked" and moon.check == "moon" and "RuntimeError" in moon.what and "password" not in moon.what
    assert sun.level == "ok"


def test_results_are_told_to_people_and_machines() -> None:
    results = [Result("a", "ok", "good"), Result("b", "error", "bad", "because", "do this"), Result("c", "warning", "so", count=1, of=3)]
    told = lines(results)
    assert told[0].startswith("ERROR") and "b: bad" in told[0] and "because" in told[1] and "do this" in told[2]
    assert "(1 of 3 calls)" in told[3]
    assert document(results)["status"] == 2 and json.dumps(document(results))
    assert [exit_status(r) for r in ([results[0]], [results[0], results[2]], results, [])] == [0, 1, 2, 0]


def test_every_check_is_run() -> None:
    own = {getattr(m, n) for m in (configuration, inside, outside) for n in dir(m) if n.startswith("check_")}
    assert set(CHECKS) == own
