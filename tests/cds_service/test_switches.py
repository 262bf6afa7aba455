"""Off, shadow, pilot and on, for services and rules, by client: what an integrator may expect of each row."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cds_service.admit import trust_of
from cds_service.app import create_app, create_state, holder_of
from cds_service.logs import Log
from cds_service.rebuild import load_switches
from cds_service.services import load_services
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings
from cds_service.store.audit import AuditLog
from cds_service.switches import Mode, Switch, Switches
from cds_service.switches_file import read_switches
from models.knowledge.types import Knowledge

SIGN = "precision-order-sign"
RULE = "clopidogrel–CYP2C19"
DEMO: dict[str, Any] = json.loads((files("cds_service") / "demo.json").read_text("utf-8"))


def row(mode: Mode, **members: Any) -> Switch:
    return Switch(mode, **members)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "on"),
        ([row("off")], "off"),
        ([row("off"), row("on", client="epic", service=SIGN)], "off"),  # the kill switch wins over everything
        ([row("shadow", service=SIGN)], "shadow"),
        ([row("shadow"), row("on", service=SIGN)], "on"),  # the narrower row wins
        ([row("shadow"), row("on", client="epic")], "on"),
        ([row("on", client="epic"), row("off", service=SIGN)], "off"),  # a service's row is narrower than a client's
        ([row("on", client="epic", service=SIGN), row("off", service=SIGN)], "on"),
        ([row("off", client="other")], "on"),
        ([row("off", service="precision-patient-view")], "on"),
        ([row("pilot", users=("Practitioner/u1",))], "on"),
        ([row("pilot", users=("Practitioner/u2",))], "shadow"),
        ([row("off", rule=RULE)], "on"),  # the service itself stays on
    ],
)
def test_the_mode_of_a_service(rows: list[Switch], expected: str) -> None:
    assert Switches(tuple(rows)).mode("epic", SIGN, "Practitioner/u1") == expected


HEAD = 'owner = "pharmacy"\nreason = "pilot"\nsince = "2026-11-26"\n'


def file(folder: Path, *tables: str) -> str:
    path = folder / "switches.toml"
    path.write_text("\n".join(f"[[switch]]\n{HEAD}{table}\n" for table in tables), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('mode = "sleep"', "mode must be one of off, shadow, pilot, on"),
        ('mode = "off"\nservice = "precision-order-sing"', "service is none of"),
        ('mode = "off"\nclient = "epci"', "client is none of"),
        ('mode = "off"\nrule = "clopidogral"', "rule is neither"),
        ('mode = "pilot"', "a pilot needs them"),
        ('mode = "on"\nusers = ["Practitioner/1"]', "users go with mode pilot"),
        ('mode = "pilot"\nusers = "Practitioner/1"', "must be a list"),
        ('mode = "off"\nrole = "x"', "'role' is not known"),
    ],
)
def test_fault_G15_a_switch_that_would_do_nothing_is_refused(tmp_path: Path, table: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as told:
        read_switches(file(tmp_path, table), ("epic",), (SIGN,), (RULE, "clopidogrel"))
    assert "switches.toml: switch 1" in str(told.value) and str(tmp_path) not in str(told.value)


def test_everything_that_is_wrong_is_told_at_once_and_rows_do_not_contradict(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        read_switches(file(tmp_path, 'mode = "x"', 'mode = "off"', 'mode = "on"'), (), (), ())
    assert "switch 1: mode" in str(told.value) and "two switches are for client *" in str(told.value)


class Site:
    """An installation whose switches can be changed while it runs."""

    def __init__(self, folder: Path, knowledge: Knowledge) -> None:
        self.folder, self.log = folder, io.StringIO()
        file(folder)
        url = f"sqlite:///{folder / 'store.sqlite'}"
        self.state = create_state(Settings(store_url=url, switches=str(folder / "switches.toml")), knowledge, log=Log(self.log))
        self.holder = holder_of(self.state)
        self.client = create_app(state=self.state, holder=self.holder).test_client()
        self.audit = AuditLog(url)
        self.calls = 0

    def switch(self, *tables: str) -> None:
        file(self.folder, *tables)
        self.holder.look()  # it has changed, and may still be changing
        self.holder.look()

    def call(self, user: str = "Practitioner/u1", encounter: str = "") -> dict[str, Any]:
        """In an encounter of its own, so that nothing was shown before, unless one is named."""
        self.calls += 1
        context = DEMO["context"] | {"userId": user, "encounterId": encounter or f"enc-{self.calls}"}
        body = DEMO | {"hookInstance": f"00000000-0000-4000-8000-{self.calls:012}", "context": context}
        told: dict[str, Any] = self.client.post(f"/cds-services/{SIGN}", json=body).get_json()
        return told

    def withheld(self, told: dict[str, Any]) -> list[list[str]]:
        coverage = told["extension"]["org.precision-hooks.coverage"]
        return [[held["subject"], held["outcome"]] for held in coverage.get("withheld", ())]


@pytest.fixture
def site(tmp_path: Path, knowledge: Knowledge) -> Site:
    return Site(tmp_path, knowledge)


def test_the_kill_switch_silences_all_services_and_discovery_stays_as_it_was(site: Site) -> None:
    before = site.client.get("/cds-services").get_json()
    assert len(site.call()["cards"]) == 1
    site.switch('mode = "off"')
    told = site.call()
    assert (told["cards"], site.withheld(told)) == ([], [["cards", "off"]])
    assert site.client.get("/cds-services").get_json() == before
    site.switch()
    assert len(site.call()["cards"]) == 1


def test_fault_H20_discovery_does_not_change_with_what_is_switched_off(site: Site) -> None:
    before = site.client.get("/cds-services").get_data()
    site.switch('mode = "off"', f'mode = "off"\nrule = "{RULE}"')
    assert site.client.get("/cds-services").get_data() == before


def test_shadow_computes_and_records_and_shows_nothing(site: Site) -> None:
    site.switch(f'mode = "shadow"\nservice = "{SIGN}"')
    told = site.call()
    assert (told["cards"], site.withheld(told)) == ([], [["cards", "shadow"]])
    (line,) = site.audit.entries(event="call")
    assert [card["drug"] for card in line.entry.details["shadow"]] == ["clopidogrel"]
    assert "cards" not in line.entry.details


def test_what_was_in_shadow_was_not_shown(site: Site) -> None:
    site.switch(f'mode = "shadow"\nservice = "{SIGN}"')
    site.call(encounter="enc")
    site.switch()
    assert len(site.call(encounter="enc")["cards"]) == 1
    assert site.call(encounter="enc")["cards"] == []


def test_a_pilot_is_on_for_its_users_and_in_shadow_for_others(site: Site) -> None:
    site.switch(f'mode = "pilot"\nservice = "{SIGN}"\nusers = ["Practitioner/u1"]')
    assert len(site.call("Practitioner/u1")["cards"]) == 1
    assert site.call("Practitioner/u2")["cards"] == []


@pytest.mark.parametrize("rule", [RULE, "clopidogrel"])
@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_one_rule_alone(site: Site, rule: str, mode: str) -> None:
    site.switch(f'mode = "{mode}"\nrule = "{rule}"')
    told = site.call()
    assert (told["cards"], site.withheld(told)) == ([], [[RULE, mode]])
    site.switch(f'mode = "{mode}"\nrule = "codeine"')
    assert len(site.call()["cards"]) == 1


def test_the_narrower_name_of_a_rule_wins(site: Site) -> None:
    site.switch('mode = "off"\nrule = "clopidogrel"', f'mode = "on"\nrule = "{RULE}"')
    assert len(site.call()["cards"]) == 1


def test_a_switch_file_that_is_wrong_leaves_the_old_one_in_force_and_readiness_says_so(site: Site) -> None:
    site.switch(f'mode = "off"\nservice = "{SIGN}"')
    site.switch('mode = "sleep"')
    assert site.call()["cards"] == []
    ready = site.client.get("/ready").get_json()
    assert ready["status"] == "degraded" and "switches.toml: switch 1: mode" in ready["notLoaded"]
    assert '"event":"reload_refused"' in site.log.getvalue()
    assert 'precision_hooks_reloads_total{fate="refused"} 1.0' in site.client.get("/metrics").text
    site.switch()
    assert site.client.get("/ready").get_json()["status"] == "ready"
    assert len(site.call()["cards"]) == 1


def test_each_change_is_audited(site: Site) -> None:
    site.switch('mode = "off"')
    (line,) = site.audit.entries(event="reloaded")
    assert line.entry.details["what"] == ["switches"]


def test_what_is_off_answers_200_whatever_is_sent(site: Site) -> None:
    site.switch(f'mode = "off"\nservice = "{SIGN}"')
    for body in (b"", b"[]", json.dumps({"hook": "order-sign"}).encode()):
        answer = site.client.post(f"/cds-services/{SIGN}", data=body, content_type="application/json")
        assert (answer.status_code, answer.get_json()["cards"]) == (200, [])
    assert site.client.post("/cds-services/precision-patient-view", data=b"", content_type="application/json").status_code == 400


def test_a_rule_of_a_label_is_called_as_coverage_calls_it(tmp_path: Path, knowledge: Knowledge) -> None:
    switches = load_switches(
        Settings(store_url="sqlite://", switches=file(tmp_path, 'mode = "off"\nrule = "codeine–FDA label"')),
        knowledge,
        load_services(),
        trust_of(Settings(store_url="sqlite://"), lambda *_: True),
    )
    assert switches.rows[0].rule == "codeine–FDA label"


def test_a_change_while_the_service_starts_is_seen(tmp_path: Path, knowledge: Knowledge) -> None:
    path = file(tmp_path)
    state = create_state(Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", switches=path), knowledge, log=Log(io.StringIO()))
    file(tmp_path, 'mode = "off"')
    holder = holder_of(state)
    holder.look()
    holder.look()
    assert holder.current().switches.mode("default", SIGN, "") == "off"
