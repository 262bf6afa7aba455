"""Which rules fire otherwise than they used to: real changes are told, weeks that differ by chance are not."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_service.audited import Entry
from cds_service.doctor.firing import by_day, changed, newly_unmapped, spans, unheard
from cds_service.doctor.result import Result
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.hospital import Hospital

SIGN = "precision-order-sign"
CARD = {"kind": "drug-gene", "drug": "amiodarone", "genes": ["CYP2D6"], "indicator": "warning"}
OTHER = {"kind": "drug-gene", "drug": "codeine", "genes": ["CYP2D6"], "indicator": "warning"}


def calls(days_ago: int, number: int, *cards: dict[str, Any], tenant: str = "epic", **details: Any) -> list[Entry]:
    at = NOW - timedelta(days=days_ago, hours=1)
    return [Entry("call", at, tenant, SIGN, details={"cards": list(cards)} | details) for _ in range(number)]


def weeks(before: tuple[int, int], recent: tuple[int, int], card: dict[str, Any] = CARD, **more: Any) -> list[Entry]:
    """(calls with the card, calls without) a day, in the four weeks before and in the last seven days."""
    return [
        entry
        for day in range(35)
        for with_card, without in [recent if day < 7 else before]
        for entry in (*calls(day, with_card, card, **more), *calls(day, without, **more))
    ]


def warned(results: list[Result]) -> list[str]:
    return [r.what for r in results if r.level in ("warning", "error")]


def test_fault_F15_a_rule_that_fell_silent_is_told() -> None:
    (what,) = warned(changed(*spans(weeks((2, 20), (0, 22)), NOW)))
    assert "amiodarone–CYP2D6 has not fired" in what and "56 of 616 calls" in what and "0 of 154" in what and "epic" in what


def test_fault_F15_a_rule_that_fires_five_times_as_often_is_told() -> None:
    (what,) = warned(changed(*spans(weeks((1, 40), (6, 35)), NOW)))
    assert "fires far more often" in what and "28 of" in what and "42 of" in what


def test_four_times_as_often_is_not_told() -> None:
    assert not warned(changed(*spans(weeks((1, 40), (4, 37)), NOW)))


def test_a_rare_rule_that_did_not_fire_is_chance() -> None:
    few = [*calls(10, 3, CARD), *weeks((0, 20), (0, 20))]
    assert not warned(changed(*spans(few, NOW)))


def test_a_rare_rule_that_fired_twice_is_chance_whatever_the_ratio() -> None:
    few = [*weeks((0, 20), (0, 20)), *calls(20, 1, CARD), *calls(1, 2, CARD)]
    assert not warned(changed(*spans(few, NOW)))


def test_a_quiet_week_is_no_anomaly() -> None:
    assert not warned(changed(*spans(weeks((5, 45), (1, 9)), NOW)))


def test_rules_clients_and_kinds_are_counted_apart() -> None:
    mine = weeks((2, 20), (0, 22)) + weeks((2, 20), (2, 20), OTHER) + weeks((2, 20), (2, 20), tenant="other")
    (what,) = warned(changed(*spans(mine, NOW)))
    assert "amiodarone" in what and "epic" in what


def test_fault_F15_a_service_that_is_not_called_any_more_is_an_error() -> None:
    (result,) = changed(*spans(weeks((1, 5), (0, 0)), NOW))
    assert result.level == "error" and "is not called any more" in result.what


def test_fault_F16_codes_that_suddenly_come_unmapped_are_told() -> None:
    """The amiodarone case: its code was replaced, its rule fell silent, and nobody noticed for a year."""
    before = [e for day in range(7, 35) for e in (*calls(day, 2, CARD), *calls(day, 20))]
    recent = [e for day in range(7) for e in (*calls(day, 2, inbound={"unmapped": 1}), *calls(day, 20))]
    told = warned(changed(*spans(before + recent, NOW)))
    assert len(told) == 2
    assert any("unmapped codes suddenly come" in what for what in told) and any("has not fired" in what for what in told)


def test_fault_F16_a_new_unmapped_code_is_named() -> None:
    known = ("order", "urn:local", "1", "90", "2026-01-02", "2026-11-24")
    new = ("order", "http://www.nlm.nih.gov/research/umls/rxnorm", "999", "14", "2026-11-21", "2026-11-25")
    today = date(2026, 11, 25)
    (result,) = newly_unmapped([known, new], today)
    assert "1 unmapped codes" in result.what and "rxnorm|999 (14×)" in result.what
    assert not newly_unmapped([known], today) and not newly_unmapped([new], today) and not newly_unmapped([], today)


def test_calls_that_are_suddenly_refused_are_told() -> None:
    before = [e for day in range(7, 35) for e in calls(day, 20)]
    recent = [e for day in range(7) for e in (*calls(day, 5, refusal={"kind": "no-input"}), *calls(day, 15))]
    (what,) = warned(changed(*spans(before + recent, NOW)))
    assert "refused calls suddenly come" in what and "35 of 140 in the last seven days" in what


def test_new_knowledge_is_named_beside_what_changed() -> None:
    before = [e for day in range(7, 35) for e in calls(day, 3, CARD, knowledge="aaaaaaaaaaaa")]
    recent = [e for day in range(7) for e in calls(day, 9, knowledge="bbbbbbbbbbbb")]
    (what,) = warned(changed(*spans(before + recent, NOW)))
    assert "knowledge bbbbbbbbbbbb is new since" in what


def test_without_earlier_calls_nothing_is_said() -> None:
    (result,) = changed(*spans(calls(1, 30, CARD), NOW))
    assert result.level == "unchecked"


def test_counts_are_kept_by_day() -> None:
    (told,) = by_day(*spans([*calls(1, 3, CARD), *calls(2, 1, CARD), *calls(20, 2, CARD)], NOW))
    assert told["drug"] == "amiodarone" and told["client"] == "epic"
    assert told["days"] == {"2026-11-05": 2, "2026-11-23": 1, "2026-11-24": 3}


@pytest.mark.parametrize("seed", range(5))
def test_unchanged_rules_seldom_raise_an_alarm(seed: int) -> None:
    """A hundred rules of different rates that never change: hardly one false alarm."""
    chance = random.Random(seed)
    entries = []
    for day in range(35):
        for _ in range(60):
            cards = [CARD | {"drug": f"drug {n}"} for n in range(100) if chance.random() < (n + 1) / 1000]
            entries += calls(day, 1, *cards)
    assert len(warned(changed(*spans(entries, NOW)))) <= 1


def test_advice_that_is_left_to_a_service_which_is_not_called_is_told() -> None:
    left = {"checked": [["warfarin–dose", "referred", "its dose is told by dose-order-sign"], ["warfarin–CYP2C9", "silent"]]}
    asked = calls(1, 3, tenant="epic", **left) + calls(1, 2, tenant="oracle", **left)
    heard = [Entry("call", NOW - timedelta(days=1), "oracle", "dose-order-sign", details={"cards": []})]
    _, recent = spans([*asked, *heard], NOW)
    (found,) = unheard(recent)
    assert found.level == "error"
    assert "epic does not call dose-order-sign" in found.what and "3 calls" in found.what
    assert not unheard(spans(heard, NOW)[1])


def test_what_the_audit_keeps_of_a_referral_is_what_is_looked_for(tmp_path: Path, knowledge: Knowledge) -> None:
    """A service that refers, an EHR that does not call the other one: from the call to the doctor's word."""
    hospital = Hospital(tmp_path, knowledge, dose_service=True)
    body = json.loads((Path(__file__).parents[2] / "conversations" / "warfarin-calculated.request.json").read_text("utf-8"))
    hospital.ask(f"/cds-services/{SIGN}", body)
    entries = [line.entry for line in hospital.audit.entries(event="call")]
    assert ["epic-test does not call dose-order-sign" in r.what for r in unheard(spans(entries, NOW)[1])] == [True]
