"""What a site decides, from its folder to the card: whole requests, and single findings for what a request cannot show."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.coverage import WITHHELD
from cds_service.logs import Log
from cds_service.policy import NOT_APPLIED, OFF, applied
from cds_service.services import load_services
from cds_service.settings import Settings
from cds_service.sites import Site, site
from fhir_mappings.validation import problems as fhir_problems
from models.finding import Assessment, Drug, Finding
from models.knowledge.policy_files import read_policy
from models.knowledge.policy_rows import digest_of
from models.knowledge.policy_types import NO_POLICY, Policy
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.response_rules import problems
from tests.support.site_folder import CODES, ORDER_CODE, OWN, policy, rule, toml, written

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT.parent / "docs" / "finding.schema.json").read_text("utf-8"))
Json = dict[str, Any]
KILLS = {"drug": "abacavir", "genes": ["HLA-B"], "when": {"HLA-B": ["*57:01 positive"]}}


def talk(name: str) -> Json:
    body: Json = json.loads((ROOT / "conversations" / f"{name}.request.json").read_text("utf-8"))
    return body


def serving(place: Site) -> FlaskClient:
    """The service as a client of this site meets it."""
    state = create_state(Settings(store_url="sqlite://", memory=False), place.knowledge, log=Log(io.StringIO()), now=lambda: NOW)
    return create_app(state=replace(state, sites={"": place})).test_client()


@pytest.fixture
def north(tmp_path: Path, knowledge: Knowledge) -> Callable[..., Json]:
    """Answers a conversation as a site with these rules does."""

    def ask(body: Json, *rules: Json, order_codes: tuple[Json, ...] = (), codes: str = "", service: str = "precision-order-sign") -> Json:
        files = {"policy": toml(policy(*rules, order_codes=order_codes))} | ({"codes": codes} if codes else {})
        folder = written(tmp_path, **files)
        response = serving(site("north", folder, knowledge)).post(f"/cds-services/{service}", json=body)
        assert response.status_code == 200
        answer: Json = response.get_json()
        assert problems(answer) == []
        jsonschema.validate(answer["extension"]["org.precision-hooks.coverage"], {**SCHEMA, "$ref": "#/$defs/coverage"})
        return answer

    return ask


def coverage(answer: Json) -> Json:
    told: Json = answer["extension"]["org.precision-hooks.coverage"]
    return told


def topic(answer: Json) -> str:
    return str(answer["cards"][0]["source"]["topic"]["code"])


def test_advice_that_is_off_is_in_coverage_with_its_reason_and_owner(north: Any, client: FlaskClient) -> None:
    answer = north(talk("clopidogrel-poor-metabolizer"), rule(off=True))
    assert answer["cards"] == []
    assert coverage(answer)["withheld"] == [
        {
            "subject": "clopidogrel–CYP2C19",
            "outcome": "site policy",
            "because": "turned off here: our cath laboratory decides (Cardiology pharmacy)",
        }
    ]
    assert coverage(answer)["checked"] == ["clopidogrel–CYP2C19"]
    plain = client.post("/cds-services/precision-order-sign", json=talk("clopidogrel-poor-metabolizer")).get_json()
    assert [card["indicator"] for card in plain["cards"]] == ["warning"]
    assert "policy" not in coverage(plain)


@pytest.mark.parametrize(("was", "now"), [("clopidogrel-poor-metabolizer", "info"), ("fluorouracil-intermediate", "info")])
def test_quieter_advice_says_so_and_keeps_its_topic(was: str, now: str, north: Any, client: FlaskClient) -> None:
    plain = client.post("/cds-services/precision-order-sign", json=talk(was)).get_json()
    drug = plain["cards"][0]["extension"]["org.precision-hooks.finding"]["drug"]["name"]
    answer = north(talk(was), rule(drug=drug, genes=None, when=None, action=None, indicator=now))
    assert plain["cards"][0]["indicator"] == "warning"
    assert answer["cards"][0]["indicator"] == now
    assert "Shown as info by decision of Cardiology pharmacy; the guideline's own level here is warning." in answer["cards"][0]["detail"]
    assert topic(answer) == topic(plain)
    assert answer["cards"][0]["uuid"] == plain["cards"][0]["uuid"]


def test_louder_advice_is_a_warning_and_never_critical(north: Any) -> None:
    body = talk("abacavir-not-tested")
    answer = north(body, rule(drug="abacavir", genes=["HLA-B"], when=None, action="test", indicator="warning"))
    assert [card["indicator"] for card in answer["cards"]] == ["warning"]
    assert "the guideline's own level here is info" in answer["cards"][0]["detail"]


def approved(knowledge: Knowledge, **members: Any) -> Json:
    """A rule of two approvers, written against today's rows."""
    file = rule(approved_by=["A. Meyer", "B. Roth"], **members)
    [made] = read_policy(policy(file), "x", knowledge).rules
    return file | {"upstream": digest_of(made, knowledge)}


def test_what_can_kill_is_quieter_by_two_people_and_the_card_says_it(north: Any, knowledge: Knowledge) -> None:
    answer = north(talk("abacavir-positive"), approved(knowledge, **KILLS, indicator="warning"))
    assert [card["indicator"] for card in answer["cards"]] == ["warning"]
    assert "the guideline's own level here is critical" in answer["cards"][0]["detail"]
    assert coverage(north(talk("abacavir-positive"), approved(knowledge, **KILLS, off=True)))["withheld"][0]["outcome"] == OFF


@pytest.mark.parametrize("decided", [{"off": True}, {"indicator": "info"}])
def test_fault_F18_without_two_people_what_can_kill_stays_critical(decided: Json, north: Any, knowledge: Knowledge) -> None:
    """Its upstream is not today's: so after an update of the rows the file is read, and the card stays as it was."""
    answer = north(talk("abacavir-positive"), rule(**KILLS, **decided))
    assert [card["indicator"] for card in answer["cards"]] == ["critical"]
    assert "Shown as" not in answer["cards"][0]["detail"]


def test_the_sites_sentence_is_on_the_card_as_its_own(north: Any, client: FlaskClient) -> None:
    answer = north(talk("clopidogrel-poor-metabolizer"), rule(wording="Call the cath laboratory, extension 4711, before you change it."))
    plain = client.post("/cds-services/precision-order-sign", json=talk("clopidogrel-poor-metabolizer")).get_json()
    detail = answer["cards"][0]["detail"]
    assert "From Cardiology pharmacy: Call the cath laboratory, extension 4711, before you change it." in detail
    assert (
        detail.replace("From Cardiology pharmacy: Call the cath laboratory, extension 4711, before you change it.\n\n", "")
        == plain["cards"][0]["detail"]
    )
    assert topic(answer) == topic(plain)


def test_security_S51_the_sites_sentence_is_plain_text(north: Any) -> None:
    hostile = "**x** <img src=x onerror=alert(1)> [y](javascript:z) {{7*7}} {drug} {drug.__class__} https://evil.example"
    detail = north(talk("clopidogrel-poor-metabolizer"), rule(wording=hostile))["cards"][0]["detail"]
    [line] = [line for line in detail.split("\n\n") if line.startswith("From ")]
    assert "\\*\\*x\\*\\* ‹img src=x" in line
    assert "\\[y\\](javascript:z)" in line
    assert "{{7\\*7}} {drug} {drug.\\_\\_class\\_\\_}" in line
    assert "<" not in line and "://" not in line


def test_the_whole_sentence_of_300_characters_is_told(north: Any) -> None:
    words = ("abcd " * 60)[:299] + "."
    assert words in north(talk("clopidogrel-poor-metabolizer"), rule(wording=words))["cards"][0]["detail"]


def test_the_formulary_comes_first_and_the_others_are_still_told(north: Any, client: FlaskClient) -> None:
    plain = client.post("/cds-services/precision-order-sign", json=talk("clopidogrel-poor-metabolizer")).get_json()["cards"][0]
    answer = north(talk("clopidogrel-poor-metabolizer"), rule(formulary=["ticagrelor"]))["cards"][0]
    assert "use prasugrel or ticagrelor" in plain["summary"]
    assert "use ticagrelor or prasugrel" in answer["summary"]
    assert "Stocked here, the first choice first: ticagrelor. The others are told below." in answer["detail"]
    options = [option["name"] for option in answer["extension"]["org.precision-hooks.finding"]["options"]]
    assert options[0] == "ticagrelor"
    known = plain["extension"]["org.precision-hooks.finding"]["options"]
    assert sorted(options) == sorted(option["name"] for option in known)
    verdicts = {o["name"]: o["verdict"] for o in answer["extension"]["org.precision-hooks.finding"]["options"]}
    assert verdicts == {o["name"]: o["verdict"] for o in known}


def test_what_is_refused_for_this_patient_is_not_called_stocked(north: Any) -> None:
    detail = north(talk("clopidogrel-replaced"), rule(formulary=["prasugrel", "ticagrelor"]))["cards"][0]["detail"]
    assert "the first choice first: ticagrelor." in detail
    assert "prasugrel: not offered" in detail


def test_a_drafted_order_carries_the_ehrs_own_orderable_first(north: Any) -> None:
    answer = north(talk("clopidogrel-replaced"), order_codes=(ORDER_CODE,))
    [create] = [action for s in answer["cards"][0]["suggestions"] for action in s["actions"] if action["type"] == "create"]
    codings = create["resource"]["medicationCodeableConcept"]["coding"]
    assert codings[0] == {name: ORDER_CODE[name] for name in ("system", "code", "display")}
    assert [c["code"] for c in codings[1:]] == ["1116632"]
    assert fhir_problems(create["resource"]) == ()


def test_the_policys_digest_is_in_coverage(north: Any) -> None:
    one = coverage(north(talk("clopidogrel-poor-metabolizer"), rule(wording="x")))["policy"]
    two = coverage(north(talk("clopidogrel-poor-metabolizer"), rule(wording="y")))["policy"]
    assert len(one) == 12 and one != two


def test_an_observation_with_only_a_local_code_and_an_order_of_a_local_code_make_a_card(north: Any) -> None:
    body = talk("clopidogrel-poor-metabolizer")
    [entry, *_] = body["prefetch"]["genotypes"]["entry"]
    entry["resource"]["code"] = {"coding": [{"system": OWN, "code": "PHENO-2C19"}]}
    entry["resource"].pop("component", None)
    entry["resource"]["valueCodeableConcept"] = {"coding": [{"system": OWN, "code": "SLOW"}]}
    body["prefetch"]["genotypes"]["entry"] = [entry]
    body["context"]["draftOrders"]["entry"][0]["resource"]["medicationCodeableConcept"] = {
        "coding": [{"system": f"{OWN}.1", "code": "PLAVIX75"}]
    }
    answer = north(body, codes=CODES)
    assert [card["indicator"] for card in answer["cards"]] == ["warning"]
    assert "Poor Metabolizer" in answer["cards"][0]["summary"]


def test_discovery_asks_for_the_sites_codes(tmp_path: Path, knowledge: Knowledge) -> None:
    place = site("north", written(tmp_path, codes=CODES), knowledge)
    services = serving(place).get("/cds-services").get_json()["services"]
    assert all(f"{OWN}|GENO-2C19" in s["prefetch"]["genotypes"] for s in services)


def test_the_sites_sentence_is_in_a_card_of_several_notes(north: Any) -> None:
    body = talk("patient-view-two-medicines")
    answer = north(body, rule(genes=None, when=None, action=None, wording="Ask cardiology."), service="precision-patient-view")
    assert "From Cardiology pharmacy: Ask cardiology." in answer["cards"][0]["detail"]


# ---- single findings -------------------------------------------------------------------------------------------------


@pytest.fixture
def finding(knowledge: Knowledge) -> Finding:
    """Clopidogrel with two groups of patients open."""
    services = load_services()
    found: list[Assessment] = []
    own = services["precision-order-sign"]

    def keep(profile: Any, known: Knowledge) -> Assessment:
        found.append(own.assess(profile, known))
        return found[-1]

    state = create_state(
        Settings(store_url="sqlite://", memory=False),
        knowledge,
        {own.id: replace(own, assess=keep)},
        log=Log(io.StringIO()),
        now=lambda: NOW,
    )
    create_app(state=state).test_client().post(f"/cds-services/{own.id}", json=talk("clopidogrel-poor-metabolizer"))
    [one] = found[0].findings
    assert len({said.population for said in one.recommendations}) > 1
    return one


def decided(knowledge: Knowledge, *rules: Json) -> Policy:
    return read_policy(policy(*rules), "policy.toml", knowledge, text="x")


@pytest.mark.parametrize("decision", [{"off": True}, {"indicator": "info"}])
def test_a_rule_for_some_of_the_patients_does_not_silence_the_others(decision: Json, finding: Finding, knowledge: Knowledge) -> None:
    found = applied(Assessment((finding,)), decided(knowledge, rule(populations=["CVI ACS PCI"], **decision)))
    assert found.findings == (finding,)
    [note] = found.checked
    assert (note.outcome, note.because) == (NOT_APPLIED, "the card rests on other advice too, which the policy leaves as it is")
    assert note.outcome not in WITHHELD


def test_rules_for_all_of_the_patients_silence_together(finding: Finding, knowledge: Knowledge) -> None:
    names = dict.fromkeys(said.population for said in finding.recommendations)
    found = applied(Assessment((finding,)), decided(knowledge, *(rule(populations=[name], off=True) for name in names)))
    assert found.findings == ()
    assert [note.outcome for note in found.checked] == [OFF]


def test_advice_of_others_is_left_as_it_is(finding: Finding, knowledge: Knowledge) -> None:
    others = [
        rule(drug="codeine", genes=None, when=None, action=None, off=True),
        rule(body="FDA", off=True),
        rule(when={"CYP2C19": ["Intermediate Metabolizer"]}, off=True),
        rule(action="dose_change", off=True),
        rule(genes=["CYP2C19", "CYP2D6"], off=True),
    ]
    for other in others:
        found = Assessment((finding,))
        assert applied(found, decided(knowledge, other)) == found, other


def test_a_louder_finding_comes_first(finding: Finding, knowledge: Knowledge) -> None:
    other = replace(finding, drug=Drug("codeine", "2670"), urgency="warning")
    quiet = replace(finding, urgency="info")
    found = applied(Assessment((other, quiet)), decided(knowledge, rule(indicator="warning", wording="x")))
    assert [f.drug.name for f in found.findings] == ["codeine", "clopidogrel"]
    found = applied(Assessment((replace(finding, urgency="warning"), other)), decided(knowledge, rule(indicator="info")))
    assert [(f.drug.name, f.urgency) for f in found.findings] == [("codeine", "warning"), ("clopidogrel", "info")]


def test_no_policy_costs_and_changes_nothing(finding: Finding) -> None:
    found = Assessment((finding,))
    assert applied(found, NO_POLICY) is found
