"""dose-order-sign at the edge: offered where the site wants it, one owner of the number, and what a switch, a pilot or an alias changes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.clients.client import Client
from cds_service.logs import Log
from cds_service.services import load_services
from cds_service.settings import Settings
from cds_service.sheet import sheet_of
from models.knowledge.site import with_doses_by, without_doses_by
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.hospital import Hospital

DOSE, SIGN, SELECT = "dose-order-sign", "precision-order-sign", "precision-order-select"
FOLDER = Path(__file__).parents[1]
SNAPSHOT = FOLDER / "discovery_dose.json"
HEAD = 'owner = "pharmacy"\nreason = "pilot"\nsince = "2026-11-26"\n'
Json = dict[str, Any]


def talk(name: str, **more: Any) -> Json:
    return json.loads((FOLDER / "conversations" / f"{name}.request.json").read_text("utf-8")) | more  # type: ignore[no-any-return]


def service(folder: Path, knowledge: Knowledge, *switches: str, **settings: Any) -> FlaskClient:
    (folder / "switches.toml").write_text("\n".join(f"[[switch]]\n{HEAD}{table}\n" for table in switches), "utf-8")
    given: Json = {"store_url": "sqlite://", "memory": False, "dose_service": True, "switches": str(folder / "switches.toml")} | settings
    state = create_state(Settings(**given), knowledge, log=Log(io.StringIO()), now=lambda: NOW)
    return create_app(state=state).test_client()


def ask(client: FlaskClient, service_id: str, body: Json) -> Json:
    answer = client.post(f"/cds-services/{service_id}", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()  # type: ignore[no-any-return]


def coverage(answer: Json) -> Json:
    return answer["extension"]["org.precision-hooks.coverage"]  # type: ignore[no-any-return]


def summaries(answer: Json) -> list[str]:
    return [card["summary"] for card in answer["cards"]]


def test_it_is_a_sites_choice_and_off_by_default(client: FlaskClient) -> None:
    assert not Settings(store_url="sqlite://").dose_service
    assert DOSE not in [s["id"] for s in client.get("/cds-services").get_json()["services"]]
    assert client.post(f"/cds-services/{DOSE}", json=talk("warfarin-calculated")).status_code == 404


def test_where_it_is_offered_discovery_is_as_reviewed(tmp_path: Path, knowledge: Knowledge, request: pytest.FixtureRequest) -> None:
    listed = service(tmp_path, knowledge).get("/cds-services").get_json()["services"]
    (found,) = [s for s in listed if s["id"] == DOSE]
    if request.config.getoption("--write-discovery"):
        SNAPSHOT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(SNAPSHOT.read_text("utf-8"))
    assert "http://loinc.org|6301-6" in found["prefetch"]["measurements"], "the INR is asked for"
    (sign,) = [s for s in listed if s["id"] == SIGN]
    assert found["prefetch"].keys() == sign["prefetch"].keys(), "an EHR fetches the same keys once"
    assert "6301-6" not in sign["prefetch"]["measurements"]


def test_one_owner_of_the_number(tmp_path: Path, knowledge: Knowledge, client: FlaskClient) -> None:
    body = talk("warfarin-calculated")
    here = service(tmp_path, knowledge)
    assert summaries(ask(client, SIGN, body))[0].startswith("Start warfarin near 3.0–3.1 mg/day")
    sign = ask(here, SIGN, body)
    assert sign["cards"] == []
    held = {h["subject"]: (h["outcome"], h["because"]) for h in coverage(sign)["withheld"]}
    assert held["warfarin–dose"] == held["warfarin–CYP2C9"] == ("referred", f"its dose is told by {DOSE}")
    dose = ask(here, DOSE, body)
    assert len(dose["cards"]) == 1
    assert "mg/week" in dose["cards"][0]["summary"]
    assert "suggestions" not in dose["cards"][0]
    assert coverage(sign)["knowledge"] != coverage(ask(client, SIGN, body))["knowledge"], "an answer is repeatable from what it names"


def test_other_medicines_of_the_same_call_are_told_as_ever(tmp_path: Path, knowledge: Knowledge, client: FlaskClient) -> None:
    body = talk("clopidogrel-poor-metabolizer")
    here = service(tmp_path, knowledge)
    assert summaries(ask(here, SIGN, body)) == summaries(ask(client, SIGN, body))
    assert ask(here, DOSE, body)["cards"] == []


@pytest.mark.parametrize("body_known", [True, False])
def test_another_medicine_for_poor_metabolizers_is_still_told_while_choosing_and_without_a_number(
    tmp_path: Path, knowledge: Knowledge, body_known: bool
) -> None:
    body, whole = talk("warfarin-poor-select"), talk("warfarin-calculated")["prefetch"]
    body["prefetch"] |= {"patient": whole["patient"], "measurements": whole["measurements"]} if body_known else {}
    answer = ask(service(tmp_path, knowledge), SELECT, body)
    assert summaries(answer)[0].startswith("Consider an oral anticoagulant other than warfarin")
    assert (f"its dose is told by {DOSE}" in answer["cards"][0]["detail"]) is body_known
    assert "mg/day" not in answer["cards"][0]["detail"]


def test_where_its_owner_has_no_number_the_rules_advice_stands_without_one(tmp_path: Path, knowledge: Knowledge) -> None:
    """A missing weight must not silence what CPIC says of the genotype, nor bring back the other service's number (one equation's)."""
    here, body = service(tmp_path, knowledge), talk("warfarin-calculated")
    induced = {
        "resourceType": "MedicationRequest",
        "id": "r",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/pat-1"},
    }
    induced["medicationCodeableConcept"] = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "9384"}]}
    body["prefetch"]["medications"] = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{"resource": induced}]}
    dose, sign = ask(here, DOSE, body), ask(here, SIGN, body)
    assert dose["cards"] == []
    assert any("no dose by Gage" in gap["because"] for gap in coverage(dose)["notChecked"])
    assert "no dose was calculated here" in summaries(sign)[0]
    assert "mg/day" not in sign["cards"][0]["detail"]


@pytest.mark.parametrize(
    ("table", "refers"),
    [
        (f'mode = "off"\nservice = "{DOSE}"', False),
        (f'mode = "shadow"\nservice = "{DOSE}"', False),
        (f'mode = "off"\nservice = "{DOSE}"\nrule = "warfarin"', False),
        (f'mode = "pilot"\nservice = "{DOSE}"\nusers = ["Practitioner/prac-7"]', True),
        (f'mode = "pilot"\nservice = "{DOSE}"\nusers = ["Practitioner/other"]', False),
        (f'mode = "off"\nservice = "{SELECT}"', True),
        ('mode = "off"\nrule = "clopidogrel"', True),
    ],
)
def test_where_it_does_not_speak_the_rules_tell_the_dose_as_before(tmp_path: Path, knowledge: Knowledge, table: str, refers: bool) -> None:
    here = service(tmp_path, knowledge, table)
    told = ask(here, SIGN, talk("warfarin-calculated"))
    assert bool(told["cards"]) is not refers
    assert any(h["outcome"] == "referred" for h in coverage(told).get("withheld", ())) is refers
    assert bool(ask(here, DOSE, talk("warfarin-calculated"))["cards"]) is refers, "never two numbers, never none"


def test_a_client_with_one_id_for_order_hooks_keeps_its_answers(tmp_path: Path, knowledge: Knowledge) -> None:
    hospital = Hospital(tmp_path, knowledge, 'alias = "precision-orders"\n', dose_service=True)
    listed = [(s["id"], s["hook"]) for s in hospital.ask("/cds-services").get_json()["services"]]
    assert listed.count(("precision-orders", "order-sign")) == 1
    assert (DOSE, "order-sign") in listed
    body = talk("clopidogrel-poor-metabolizer")
    assert len(hospital.ask("/cds-services/precision-orders", body).get_json()["cards"]) == 1
    (card,) = hospital.ask(f"/cds-services/{DOSE}", talk("warfarin-calculated")).get_json()["cards"]
    assert card["extension"]["org.precision-hooks.finding"]["kind"] == "dose"


def test_the_audit_names_what_the_estimate_rests_on_and_no_value(tmp_path: Path, knowledge: Knowledge) -> None:
    hospital = Hospital(tmp_path, knowledge, dose_service=True)
    hospital.ask(f"/cds-services/{DOSE}", talk("warfarin-calculated"))
    (line,) = hospital.audit.entries(event="call")
    (card,) = line.entry.details["cards"]
    assert {"Observation/height", "Observation/weight", "Observation/cyp2c9"} <= set(card["origins"])
    told = json.dumps(line.entry.details, ensure_ascii=False)
    assert "warfarin–dose" in told
    assert "mg/" not in told


def test_its_sheet_names_its_own_medicines_alone(knowledge: Knowledge) -> None:
    told = sheet_of(load_services()[DOSE], Settings(store_url="sqlite://", dose_service=True), knowledge, Client("default"))
    assert [drug["name"] for drug in told["medicines"]] == ["warfarin"]
    assert told["also_at"] == []
    assert {"cpicpgx.org", "pmc.ncbi.nlm.nih.gov", "pubmed.ncbi.nlm.nih.gov"} <= set(told["link_hosts"])


def test_choices_are_in_the_digest_and_can_be_taken_back(knowledge: Knowledge) -> None:
    owned = with_doses_by(knowledge, DOSE)
    assert owned.dosed_by == dict.fromkeys(knowledge.flows, DOSE)
    assert len({knowledge.digest, owned.digest, with_doses_by(knowledge, DOSE, loading=True).digest}) == 3
    assert with_doses_by(knowledge, "") is knowledge
    assert without_doses_by(owned, []) is owned
    assert without_doses_by(owned, owned.dosed_by).dosed_by == {}
    assert without_doses_by(owned, owned.dosed_by).digest not in (owned.digest, knowledge.digest)
