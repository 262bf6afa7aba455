"""Every dialect over every answer of tests/conversations: nothing that keeps a patient safe is lost, and the EHR can take it."""

from __future__ import annotations

import copy
import json
import re
import sys
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

from cds_service.clients.dialect import Dialect, shaped
from cds_service.clients.dialects import dialect, load_dialects
from cds_service.messages import messages
from models.errors import PrecisionError
from tests.support.dialect_rules import LIMITS, invented, limits, lost
from tests.support.response_rules import problems

FOLDER = Path(__file__).parents[2] / "conversations"
ANSWERS = {
    path.name.removesuffix(".response.json"): body
    for path in sorted(FOLDER.glob("*.response.json"))
    if "cards" in (body := json.loads(path.read_text("utf-8").replace("<digest>", "0" * 12).replace("<version>", "0.1.0")))
}
NAMES = tuple(load_dialects())
Json = dict[str, Any]
UUID = "00000000-0000-5000-8000-00000000000"
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
say = messages().text


def shape(body: Json, name: str) -> Json:
    return shaped(body, dialect(name), say)


def card(*suggestions: Json, behaviour: str = "at-most-one", **more: Any) -> Json:
    """A body with one card of the conversations, with other suggestions."""
    given: Json = copy.deepcopy(ANSWERS["clopidogrel-replaced"])
    given["cards"][0] |= {"suggestions": list(suggestions), "selectionBehavior": behaviour, **more}
    return given


def suggestion(number: int, *actions: Json, **more: Any) -> Json:
    return {"label": f"Suggestion {number}", "uuid": f"{UUID}{number}", **({"actions": list(actions)} if actions else {}), **more}


def update(**more: Any) -> Json:
    order = {"resourceType": "MedicationRequest", "id": "order-1", "medicationCodeableConcept": {"text": "clopidogrel"}}
    return {"type": "update", "description": "Halve the dose", "resource": {**order, **more}}


def test_the_folder_holds_what_the_rules_know() -> None:
    assert set(NAMES) == set(LIMITS) == {"spec", "epic", "oracle", "sandbox"}
    assert all(dialect(name).name == name and dialect(name).about for name in NAMES)


def test_an_unknown_dialect_is_refused_with_those_there_are() -> None:
    with pytest.raises(PrecisionError, match=r"'cerner' is not known.*epic, oracle, sandbox, spec"):
        dialect("cerner")


def test_a_file_in_the_folder_is_all_that_a_dialect_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And two files of one name are refused."""
    folder = tmp_path / "scanned_dialects"
    folder.mkdir()
    (folder / "__init__.py").touch()
    module = 'from cds_service.clients.dialect import Dialect\nDIALECT = Dialect("new", "a new EHR", any_only=True)\n'
    (folder / "a.py").write_text(module)
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        package = import_module("scanned_dialects")
        assert load_dialects(package) == {"new": Dialect("new", "a new EHR", any_only=True)}
        (folder / "b.py").write_text(module)
        invalidate_caches()
        with pytest.raises(PrecisionError, match=r"b\.py: the dialect 'new' is there already"):
            load_dialects(package)
    finally:
        for loaded in [name for name in sys.modules if name.startswith("scanned_dialects")]:
            del sys.modules[loaded]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("talk", ANSWERS)
def test_fault_H06_no_dialect_loses_what_keeps_a_patient_safe(talk: str, name: str) -> None:
    before = ANSWERS[talk]
    untouched = copy.deepcopy(before)
    after = shape(before, name)
    assert before == untouched
    assert lost(before, after) == [] and invented(before, after) == []
    assert problems(after) == [] and limits(after, name) == []
    assert shape(before, name) == after


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("talk", ANSWERS)
def test_fault_H07_the_text_is_whole_without_its_links(talk: str, name: str) -> None:
    bare = shape(ANSWERS[talk], name)
    for one in bare["cards"]:
        one.pop("links", None)
    for old, new in zip(ANSWERS[talk]["cards"], bare["cards"], strict=True):
        text = new["summary"] + new["detail"]
        finding = old["extension"]["org.precision-hooks.finding"]
        assert "http" not in text
        assert all(told["drug"]["name"] in text for told in finding.get("rolledUp", [finding]))
        assert "rolledUp" in finding or all(f"{e['label']}, {e['version']}" in text for e in finding["evidence"])


@pytest.mark.parametrize("talk", ANSWERS)
def test_fault_H08_a_card_tells_the_date_of_what_it_rests_on(talk: str) -> None:
    for one in ANSWERS[talk]["cards"]:
        finding = one["extension"]["org.precision-hooks.finding"]
        for told in finding.get("rolledUp", [finding]):
            dates = [gene["asOf"] for gene in told.get("genes", ()) if gene.get("asOf")]
            assert all(date in one["detail"] for date in dates), one["detail"]
            measured = [gene for gene in told.get("genes", ()) if gene.get("sources") and not gene.get("rule", "").startswith("problem")]
            assert bool(dates) or not measured or DATE.search(one["detail"]) or "date not given" in one["detail"], one["detail"]


@pytest.mark.parametrize("name", NAMES)
def test_security_S32_no_dialect_sends_html(name: str) -> None:
    hostile = shape(ANSWERS["hostile-text"], name)
    assert hostile["cards"] and limits(hostile, name) == []
    assert "content-type" not in json.dumps(hostile)


def test_the_specification_changes_nothing() -> None:
    assert all(shape(body, "spec") == body for body in ANSWERS.values())


def test_fault_H06_epic_gets_a_replacement_in_two_steps_that_name_each_other() -> None:
    (one,) = shape(ANSWERS["clopidogrel-refuted-allergy"], "epic")["cards"]
    said = [s["actions"][0]["description"] for s in one["suggestions"]]
    assert said == [
        "Remove the clopidogrel order. To replace it, then also order prasugrel or ticagrelor: this step alone orders nothing",
        *(
            f"Draft an order for {drug}; its dose is yours to give. Then also: Remove the clopidogrel order. "
            "This step alone leaves both orders. Set dose and sig by hand"
            for drug in ("prasugrel", "ticagrelor")
        ),
    ]
    last = ANSWERS["clopidogrel-refuted-allergy"]["cards"][0]["suggestions"][-1]
    assert one["suggestions"][0]["uuid"] == last["uuid"], "the removal that stood alone keeps its id"
    assert (
        "Choose one only: Replace clopidogrel by prasugrel; Replace clopidogrel by ticagrelor; Remove the clopidogrel order."
        in one["detail"]
    )
    assert "One step alone leaves the patient with both medicines, or with none." in one["detail"]


def test_fault_H06_epic_is_told_in_words_what_it_does_not_carry_out() -> None:
    body = card(suggestion(1, update()), suggestion(2), suggestion(3, {"type": "delete", "description": "Remove it", "resourceId": "A/1"}))
    (one,) = shape(body, "epic")["cards"]
    assert [s["actions"][0]["description"] for s in one["suggestions"]] == ["Suggestion 3. Remove it"]
    assert one["detail"].endswith("to be done by hand where it is wanted: Suggestion 1 (Halve the dose); Suggestion 2.")


def test_a_card_left_without_buttons_has_no_selection_behaviour() -> None:
    (one,) = shape(card(suggestion(1, update())), "epic")["cards"]
    assert "suggestions" not in one and "selectionBehavior" not in one and "Halve the dose" in one["detail"]


def test_epic_reads_a_dose_in_words_alone() -> None:
    order = {
        "resourceType": "MedicationRequest",
        "medicationCodeableConcept": {"text": "ticagrelor"},
        "dosageInstruction": [{"text": "90 mg"}],
    }
    body = card(suggestion(1, {"type": "create", "description": "Order it", "resource": order}, isRecommended=True))
    (made,) = shape(body, "epic")["cards"][0]["suggestions"]
    assert made["actions"][0]["description"] == "Suggestion 1. Order it. ticagrelor. 90 mg. Set dose and sig by hand"
    assert "isRecommended" not in made and "isRecommended" in shape(body, "spec")["cards"][0]["suggestions"][0]


def test_fault_H06_actions_without_a_known_pairing_still_name_each_other() -> None:
    first, second = ({"type": "delete", "description": f"Remove {n}", "resourceId": f"A/{n}"} for n in (1, 2))
    (one,) = shape(card(suggestion(1, first, second)), "epic")["cards"]
    assert [s["actions"][0]["description"] for s in one["suggestions"]] == [
        "Remove 1. Belongs together with: Remove 2",
        "Remove 2. Belongs together with: Remove 1",
    ]


@pytest.mark.parametrize("name", ["epic", "oracle"])
def test_fault_H06_app_context_and_system_actions_are_left_out_where_they_are_not_known(name: str) -> None:
    link = {"label": "App", "url": "https://app.example.org", "type": "smart", "appContext": "secret"}
    body = card(suggestion(1, {"type": "delete", "description": "Suggestion 1", "resourceId": "A/1"}), links=[link])
    body["systemActions"] = [update()]
    after = shape(body, name)
    assert limits(body, name) and limits(after, name) == []
    assert after["cards"][0]["links"] == [{k: v for k, v in link.items() if k != "appContext"}]
    assert shape(body, "spec") == body


def test_the_sandbox_gets_no_button_that_does_nothing() -> None:
    before = ANSWERS["abacavir-not-tested"]
    (one,) = shape(before, "sandbox")["cards"]
    assert limits(before, "sandbox") and "suggestions" not in one
    assert one["detail"].endswith(r"by hand where it is wanted: Order the HLA-B\*57:01 test.")
    assert shape(ANSWERS["clopidogrel-replaced"], "sandbox") == ANSWERS["clopidogrel-replaced"]


def test_a_dialect_is_a_value() -> None:
    with pytest.raises(AttributeError):
        dialect("spec").name = "other"  # type: ignore[misc]
    assert Dialect("x", "y") == Dialect("x", "y")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"indicator": "info"}, "indicator: changed"),
        ({"detail": "short"}, "the detail was cut"),
        ({"suggestions": []}, "is neither offered nor told"),
        ({"uuid": UUID + "9"}, "uuid: changed"),
    ],
)
def test_the_rules_see_what_is_lost(broken: Json, why: str) -> None:
    before = ANSWERS["clopidogrel-replaced"]
    after = copy.deepcopy(before)
    after["cards"][0] |= broken
    assert any(why in problem for problem in lost(before, after))
    assert limits(before, "epic"), "unshaped, Epic could not take it"
