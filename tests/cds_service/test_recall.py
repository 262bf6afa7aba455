"""Memory over HTTP, as an EHR meets it: the same order again, an override, other facts, another patient, a year later."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import jsonschema
import pytest

from cds_service.app import create_app, create_state
from cds_service.errors import StoreUnavailable
from cds_service.evaluate import evaluate_body
from cds_service.logs import Log
from cds_service.recall import content
from cds_service.services import load_services
from cds_service.settings import Settings
from cds_service.store.keys import Keys, Sitting
from models.codes import Code, Concept
from models.knowledge.types import Knowledge
from models.patient import Dosage, Order
from tests.support.response_rules import problems

TALKS = Path(__file__).parents[1] / "conversations"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "finding.schema.json").read_text("utf-8"))
SPACE = UUID("9d0f2b1c-9f3e-4a53-8a7b-0d3b6d1f8f00")
DAY = timedelta(days=1)
SIGN, SELECT = "precision-order-sign", "precision-order-select"
Json = dict[str, Any]


class Ehr:
    """One EHR that talks to one installation; its clock can be moved."""

    def __init__(self, folder: Path, knowledge: Knowledge, again_after: int | None = None, **settings: Any) -> None:
        self.now, self.calls, self.log = datetime(2026, 11, 25, 12, tzinfo=UTC), 0, io.StringIO()
        given: Json = {"store_url": f"sqlite:///{folder / 'store.sqlite'}"} | settings
        services = load_services()
        if again_after is not None:
            services = {name: replace(service, again_after=again_after) for name, service in services.items()}
        self.state = create_state(Settings(**given), knowledge, services, log=Log(self.log), now=lambda: self.now)
        self.client = create_app(state=self.state).test_client()

    def calls_for(self, body: Json, service: str = SIGN) -> Json:
        """The answer to a new call; `body` may hold its own hookInstance."""
        self.calls += 1
        sent = {"hookInstance": str(uuid5(SPACE, str(self.calls)))} | body
        answer = self.client.post(f"/cds-services/{service}", json=sent)
        assert answer.status_code == 200, answer.text
        told: Json = answer.get_json()
        assert problems(told) == []
        coverage = told["extension"]["org.precision-hooks.coverage"]
        jsonschema.validate(coverage, {**SCHEMA, "$ref": "#/$defs/coverage"})
        return told

    def cards(self, body: Json, service: str = SIGN) -> list[str]:
        return [card["indicator"] for card in self.calls_for(body, service)["cards"]]

    def says(self, card: str, outcome: str = "overridden", reason: str = "tolerates", service: str = SIGN) -> None:
        item: Json = {"card": card, "outcome": outcome, "outcomeTimestamp": self.now.isoformat()}
        item |= {"overrideReason": {"reason": {"system": "urn:precision-hooks:override-reason", "code": reason}}} if reason else {}
        item |= {"acceptedSuggestions": [{"id": "s"}]} if outcome == "accepted" else {}
        assert self.client.post(f"/cds-services/{service}/feedback", json={"feedback": [item]}).status_code == 200

    def metrics(self) -> str:
        return self.client.get("/metrics").text


@pytest.fixture
def ehr(tmp_path: Path, knowledge: Knowledge) -> Iterator[Ehr]:
    made = Ehr(tmp_path, knowledge)
    yield made
    made.state.fhir.close()


def talk(name: str, **context: Any) -> Json:
    """A conversation's request without its hookInstance; None takes a member of the context out."""
    body: Json = json.loads((TALKS / f"{name}.request.json").read_text("utf-8"))
    del body["hookInstance"]
    members = {**body["context"], **context}
    return body | {"context": {k: v for k, v in members.items() if v is not None}}


def changed(body: Json, *replacements: tuple[str, str]) -> Json:
    text = json.dumps(body)
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    other: Json = json.loads(text)
    return other


def of_patient(body: Json, patient: str) -> Json:
    return changed(body, ("pat-1", patient))


WARNING, CRITICAL, TEST = "clopidogrel-poor-metabolizer", "abacavir-positive", "abacavir-not-tested"
NORMAL = "clopidogrel-normal-metabolizer"


def withheld(answer: Json) -> list[tuple[str, str]]:
    return [(w["subject"], w["outcome"]) for w in answer["extension"]["org.precision-hooks.coverage"].get("withheld", ())]


def test_the_same_order_twice_in_one_encounter_is_told_once(ehr: Ehr) -> None:
    assert ehr.cards(talk(WARNING)) == ["warning"]
    again = ehr.calls_for(talk(WARNING))
    assert again["cards"] == []
    assert withheld(again) == [("clopidogrel–CYP2C19", "shown before")]
    assert again["extension"]["org.precision-hooks.coverage"]["checked"] == ["clopidogrel–CYP2C19"]
    assert ehr.cards(talk(WARNING, encounterId="enc-4")) == ["warning"]
    assert 'precision_hooks_withheld_total{service="precision-order-sign",why="shown before"} 1.0' in ehr.metrics()


def test_a_request_that_is_sent_again_gets_the_same_cards(ehr: Ehr) -> None:
    body = talk(WARNING) | {"hookInstance": str(uuid5(SPACE, "again"))}
    assert ehr.calls_for(body) == ehr.calls_for(body)


def test_without_an_encounter_every_call_is_told(ehr: Ehr) -> None:
    body = talk(WARNING, encounterId=None)
    assert [ehr.cards(body), ehr.cards(body)] == [["warning"], ["warning"]]


def test_what_can_kill_is_told_each_time(ehr: Ehr) -> None:
    assert [ehr.cards(talk(CRITICAL)), ehr.cards(talk(CRITICAL))] == [["critical"], ["critical"]]


def test_what_order_select_showed_order_sign_does_not_repeat(ehr: Ehr) -> None:
    body = talk(WARNING)
    chosen = talk(WARNING, selections=["MedicationRequest/order-1"]) | {"hook": "order-select"}
    assert ehr.cards(chosen, SELECT) == ["warning"]
    assert ehr.cards(chosen, SELECT) == ["warning"]  # still on the screen
    assert ehr.cards(body) == []


def test_fault_H09_an_override_with_a_reason_holds_a_year_in_every_encounter(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"])
    ehr.now += 300 * DAY
    again = ehr.calls_for(talk(WARNING, encounterId="enc-9"))
    assert (again["cards"], withheld(again)) == ([], [("clopidogrel–CYP2C19", "overridden")])
    chosen = talk(WARNING, encounterId="enc-9", selections=["MedicationRequest/order-1"]) | {"hook": "order-select"}
    assert ehr.cards(chosen, SELECT) == []
    ehr.now += 66 * DAY
    assert ehr.cards(talk(WARNING, encounterId="enc-9")) == ["warning"]


def test_fault_H10_when_the_facts_change_the_card_comes_again(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"])
    (other,) = ehr.calls_for(changed(talk(WARNING), ("*2/*2", "*1/*2"), ("LA9657-3", "LA10317-8")))["cards"]
    assert "Intermediate" in other["summary"]
    assert other["source"]["topic"]["code"] != card["source"]["topic"]["code"]


def test_an_override_without_a_reason_does_not_hold(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"], reason="")
    assert ehr.cards(talk(WARNING, encounterId="enc-9")) == ["warning"]


def test_an_accepted_suggestion_does_not_hold(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"], "accepted", reason="")
    assert ehr.cards(talk(WARNING)) == ["warning"]


def test_an_override_of_what_can_kill_holds_for_this_very_order(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(CRITICAL))["cards"]
    ehr.says(card["uuid"], reason="benefit-outweighs-risk")
    signed_again = ehr.calls_for(talk(CRITICAL))
    assert (signed_again["cards"], withheld(signed_again)) == ([], [("abacavir–HLA-B", "overridden")])
    assert ehr.cards(changed(talk(CRITICAL), ("order-1", "order-2"))) == ["critical"]
    assert ehr.cards(changed(talk(CRITICAL), ("190521", "213460"))) == ["critical"]  # a product, under the same id
    assert ehr.cards(talk(CRITICAL, encounterId="enc-9")) == ["critical"]


def test_another_patient_another_hospital_share_nothing(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"])
    assert ehr.cards(of_patient(talk(WARNING), "pat-2")) == ["warning"]
    assert ehr.cards(talk(WARNING) | {"fhirServer": "https://other.example.org/fhir"}) == ["warning"]
    assert ehr.cards(talk(WARNING)) == []


def test_feedback_under_another_service_id_changes_nothing(ehr: Ehr) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"], service=SELECT)
    assert ehr.cards(talk(WARNING, encounterId="enc-9")) == ["warning"]


def test_a_test_is_asked_for_once_in_ninety_days(ehr: Ehr) -> None:
    assert ehr.cards(talk(TEST, encounterId=None)) == ["info"]
    ehr.now += 89 * DAY
    later = ehr.calls_for(talk(TEST, encounterId="enc-9"))
    assert (later["cards"], withheld(later)) == ([], [("abacavir–HLA-B", "shown before")])
    assert "notChecked" in later["extension"]["org.precision-hooks.coverage"]
    ehr.now += 2 * DAY
    assert ehr.cards(talk(TEST, encounterId="enc-9")) == ["info"]


def test_after_thirteen_months_nothing_is_remembered(ehr: Ehr, tmp_path: Path) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"])
    ehr.now += 404 * DAY
    assert ehr.cards(of_patient(talk(WARNING), "pat-2")) == ["warning"]
    with sqlite3.connect(tmp_path / "store.sqlite") as database:
        assert database.execute("SELECT count(*) FROM shown").fetchone() == (1,)
    database.close()


def test_a_silent_answer_asks_for_no_earlier_cards(tmp_path: Path, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = Ehr(tmp_path, knowledge)
    monkeypatch.setattr(quiet.state.recall.store, "recall", lambda *_: pytest.fail("the store was asked"))
    assert quiet.cards(talk(NORMAL)) == []


def test_a_store_that_cannot_be_reached_costs_no_card(tmp_path: Path, knowledge: Knowledge) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database, surely" * 500)
    broken = Ehr(tmp_path, knowledge)
    assert [broken.cards(talk(WARNING)), broken.cards(talk(WARNING))] == [["warning"], ["warning"]]
    assert 'precision_hooks_memory_failures_total{step="read"} 2.0' in broken.metrics()
    assert "memory_failed" in broken.log.getvalue()
    assert "pat-1" not in broken.log.getvalue()


def test_a_store_that_cannot_be_written_costs_no_card(ehr: Ehr, tmp_path: Path) -> None:
    ehr.cards(talk(WARNING))
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert ehr.cards(talk(CRITICAL)) == ["critical"]
    holder.execute("ROLLBACK")
    holder.close()
    spooled = [line for line in ehr.metrics().splitlines() if line.startswith('precision_hooks_journal_total{fate="spooled"}')]
    assert spooled and float(spooled[0].split()[-1]) >= 1, "the card waits for the store"


def test_memory_can_be_switched_off(tmp_path: Path, knowledge: Knowledge) -> None:
    forgetful = Ehr(tmp_path, knowledge, memory=False)
    (card,) = forgetful.calls_for(talk(WARNING))["cards"]
    forgetful.says(card["uuid"])
    assert forgetful.cards(talk(WARNING)) == ["warning"]


def test_evaluate_needs_no_store(tmp_path: Path) -> None:
    body = json.dumps(talk(WARNING) | {"hookInstance": str(SPACE)}).encode()
    settings = Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}")
    assert len(evaluate_body(body, None, settings, fetch=False).response["cards"]) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_override_that_could_not_be_remembered_is_asked_for_again(ehr: Ehr, monkeypatch: pytest.MonkeyPatch) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    store = ehr.state.recall.store
    with monkeypatch.context() as failing:
        failing.setattr(store, "settle", _unavailable)
        with pytest.raises(AssertionError):
            ehr.says(card["uuid"])
    ehr.says(card["uuid"])
    assert ehr.cards(talk(WARNING, encounterId="enc-9")) == []
    assert 'precision_hooks_requests_total{service="precision-order-sign/feedback",status="503"} 1.0' in ehr.metrics()


def _unavailable(*_: Any) -> None:
    raise StoreUnavailable("not now")


def test_overrides_are_counted_by_our_own_words_alone(ehr: Ehr) -> None:
    for number, reason in enumerate(("tolerates", "made-up by a client", "")):
        ehr.says(f"card-{number}", reason=reason)
    ehr.says("card-0")  # sent twice, counted once
    for word in ("tolerates", "other", "none"):
        assert f'precision_hooks_overrides_total{{reason="{word}",service="precision-order-sign"}} 1.0' in ehr.metrics()
    assert "made-up" not in ehr.metrics()


def test_what_makes_an_order_another_order() -> None:
    order = Order("MedicationRequest/1", Concept((Code("s", "1", "in words"),)), dosages=(Dosage(50, 50, "mg", 1),))
    same = (replace(order, status="active"), replace(order, medication=Concept((Code("s", "1", "otherwise"),))), replace(order, origin="x"))
    others = (
        replace(order, dosages=(Dosage(100, 100, "mg", 1),)),
        replace(order, dosages=(Dosage(50, 50, "mg", 2),)),
        replace(order, medication=Concept((Code("s", "2"),))),
        replace(order, ingredients=(Concept((Code("s", "3"),)),)),
        replace(order, route=Concept((Code("s", "4"),))),
    )
    assert {content(o) for o in same} == {content(order)}
    assert content(order) not in {content(o) for o in others}


def test_a_draft_without_an_id_is_never_the_same_order(ehr: Ehr) -> None:
    body = talk(CRITICAL)
    del body["context"]["draftOrders"]["entry"][0]["resource"]["id"]
    (card,) = ehr.calls_for(body)["cards"]
    ehr.says(card["uuid"])
    assert ehr.cards(body) == ["critical"]


def with_drafts(body: Json, *drafts: Json) -> Json:
    return body | {"context": body["context"] | {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": d} for d in drafts]}}}


def test_a_second_draft_without_an_id_is_another_order(ehr: Ehr) -> None:
    body = talk(CRITICAL)
    named = body["context"]["draftOrders"]["entry"][0]["resource"]
    (card,) = ehr.calls_for(body)["cards"]
    ehr.says(card["uuid"])
    assert ehr.cards(with_drafts(body, named, {k: v for k, v in named.items() if k != "id"})) == ["critical"]
    assert ehr.cards(with_drafts(body, named)) == []


def test_fault_E48_an_active_order_that_is_signed_again_is_looked_at_as_a_change(ehr: Ehr) -> None:
    body = talk(CRITICAL)
    draft = body["context"]["draftOrders"]["entry"][0]["resource"]
    (card,) = ehr.calls_for(body)["cards"]
    ehr.says(card["uuid"])
    again = with_drafts(body, draft | {"status": "active"})
    told = ehr.calls_for(again)
    assert told["cards"] == [] and withheld(told), "the override of this very order holds when it is signed again"
    stronger = {"doseAndRate": [{"doseQuantity": {"value": 600, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]}
    assert ehr.cards(with_drafts(body, draft | {"status": "active", "dosageInstruction": [stronger]})) == ["critical"]


def test_each_card_is_remembered_with_its_own_orders(ehr: Ehr, tmp_path: Path) -> None:
    body, other = talk(WARNING), talk(TEST)
    drafts = [b["context"]["draftOrders"]["entry"][0]["resource"] for b in (body, other)]
    assert len(ehr.cards(with_drafts(body, drafts[0], drafts[1] | {"id": "order-2"}))) == 2
    assert [len(orders) for (orders,) in rows(tmp_path, "orders")] == [64, 64]


def rows(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "store.sqlite") as database:
        found: list[tuple[Any, ...]] = database.execute(f"SELECT {columns} FROM shown").fetchall()
    database.close()
    return found


@pytest.mark.parametrize(("reason", "again"), [("", ["warning"]), ("tolerates", [])])
def test_a_request_that_is_sent_again_after_an_override(ehr: Ehr, reason: str, again: list[str]) -> None:
    body = talk(WARNING) | {"hookInstance": str(uuid5(SPACE, "again"))}
    (card,) = ehr.calls_for(body)["cards"]
    ehr.says(card["uuid"], reason=reason)
    assert ehr.cards(body) == again


def test_what_a_roll_up_only_named_may_still_be_shown(tmp_path: Path, knowledge: Knowledge) -> None:
    short = Ehr(tmp_path, knowledge, most_info=0)
    for _ in range(2):
        (card,) = short.calls_for(talk(TEST))["cards"]
        assert card["summary"] == "Read 1 more note: abacavir"


def test_a_service_that_tells_once_in_a_while_remembers_its_roll_up_too(tmp_path: Path, knowledge: Knowledge) -> None:
    review = Ehr(tmp_path, knowledge, again_after=90, most_info=0)
    assert [review.cards(talk(TEST)), review.cards(talk(TEST, encounterId="enc-9"))] == [["info"], []]


KEY = "0123456789abcdef0123456789abcdef"


def test_the_operators_key_and_months(tmp_path: Path, knowledge: Knowledge) -> None:
    ehr = Ehr(tmp_path, knowledge, memory_key=KEY, memory_months=1)
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    assert rows(tmp_path, "patient") == [(Keys(KEY.encode()).patient(Sitting("default", "", "pat-1")),)]
    ehr.says(card["uuid"])
    ehr.now += 30 * DAY
    assert ehr.cards(talk(WARNING, encounterId="enc-9")) == []
    ehr.now += 2 * DAY
    assert ehr.cards(talk(WARNING, encounterId="enc-9")) == ["warning"]


def test_no_id_of_the_chart_lies_in_the_store(ehr: Ehr, tmp_path: Path) -> None:
    (card,) = ehr.calls_for(talk(WARNING))["cards"]
    ehr.says(card["uuid"])
    ehr.state.recall.store.close()  # type: ignore[union-attr]
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert card["uuid"].encode() in content
    for secret in (b"pat-1", b"enc-3", b"order-1", b"prac-7"):
        assert secret not in content
