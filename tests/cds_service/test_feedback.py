"""Feedback: every shape clients send, kept once, and what is kept of a comment."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import read_items
from tests.support.edge import NOW, Edge

Json = dict[str, Any]
FEEDBACK = "/cds-services/test-order-sign/feedback"
STAMP = "2026-02-28T09:30:00Z"


def item(card: str = "8d2ea4f1-5f27-4d4c-8d1a-0b1e6a1f5a10", outcome: str = "overridden", **more: Any) -> Json:
    made: Json = {"card": card, "outcome": outcome, "outcomeTimestamp": STAMP}
    return made | ({"acceptedSuggestions": [{"id": "s1"}]} if outcome == "accepted" else {}) | more


def rows(folder: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(folder / "store.sqlite") as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute("SELECT * FROM feedback ORDER BY id")]
    database.close()
    return found


def sent(edge: Edge, *items: Any) -> Any:
    response = edge.post({"feedback": list(items)}, FEEDBACK)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_single_batch_and_object(edge: Edge, tmp_path: Path) -> None:
    assert sent(edge, item("a")) == {"stored": 1, "repeated": 0}
    assert sent(edge, item("b"), item("c", "accepted")) == {"stored": 2, "repeated": 0}
    assert edge.post({"feedback": item("d")}, FEEDBACK).get_json() == {"stored": 1, "repeated": 0}
    assert [(r["card"], r["outcome"], r["suggestions"]) for r in rows(tmp_path)][1:3] == [
        ("b", "overridden", "[]"),
        ("c", "accepted", '["s1"]'),
    ]


def test_fault_H11_an_unknown_card_is_kept(edge: Edge, tmp_path: Path) -> None:
    sent(edge, item("not-a-uuid.of-ours"))
    assert rows(tmp_path)[0]["card"] == "not-a-uuid.of-ours"


def test_fault_H12_replays_are_kept_once(edge: Edge, tmp_path: Path) -> None:
    batch = [item("a"), item("b"), item("a")]
    assert sent(edge, *batch) == {"stored": 2, "repeated": 1}
    assert sent(edge, *batch) == {"stored": 0, "repeated": 3}
    assert sent(edge, item("a", outcomeTimestamp="2026-02-28T10:30:00+01:00")) == {"stored": 0, "repeated": 1}
    assert len(rows(tmp_path)) == 2


def test_fault_H13_accepted_after_overridden_keeps_both_in_order(edge: Edge, tmp_path: Path) -> None:
    sent(edge, item("a"), item("a", "accepted", outcomeTimestamp="2026-02-28T09:31:00Z"))
    sent(edge, item("a", "accepted"))
    assert [r["outcome"] for r in rows(tmp_path)] == ["overridden", "accepted", "accepted"]


EPIC = "com.epic.cdshooks.feedback.overrideReason."


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"overrideReason": {"reason": {"system": "urn:r", "code": "c", "display": "d"}}}, ("urn:r", "c", "d")),
        ({"overrideReasons": {"reason": {"system": "urn:r", "code": "c"}}}, ("urn:r", "c", "")),
        ({"overrideReasons": [{"reason": {"code": "c"}}]}, ("", "c", "")),
        (
            {"overrideReasons": {"extension": {EPIC + "reasonCategory": "Clinical", EPIC + "reasonTitle": "Tolerates", "x": "y"}}},
            ("", "", "Clinical: Tolerates"),
        ),
        ({"overrideReason": {"extension": {EPIC + "reasonDisplay": "Benefit"}}}, ("", "", "Benefit")),
        ({"overrideReason": {"reason": {"extension": {EPIC + "reasonTitle": {"display": "x"}}}}}, ("", "", "x")),
        ({"overrideReason": "odd"}, ("", "", "")),
        ({"overrideReasons": []}, ("", "", "")),
        ({"overrideReason": {"reason": 5, "extension": []}}, ("", "", "")),
    ],
)
def test_fault_H14_reasons_in_every_form(edge: Edge, tmp_path: Path, given: Json, kept: tuple[str, str, str]) -> None:
    sent(edge, item(**given))
    (row,) = rows(tmp_path)
    assert (row["reason_system"], row["reason_code"], row["reason_display"]) == kept


def test_fault_H15_bad_items_are_reported_and_good_ones_kept(edge: Edge, tmp_path: Path) -> None:
    many = [item(f"c{i}") for i in range(1000)]
    many[500] = {"card": "", "outcome": "maybe", "outcomeTimestamp": "yesterday"}
    report = sent(edge, *many, "text")
    assert report["stored"] == 999
    assert [r["path"] for r in report["rejected"]] == [
        "feedback[500].card",
        "feedback[500].outcome",
        "feedback[500].outcomeTimestamp",
        "feedback[1000]",
    ]
    assert len(rows(tmp_path)) == 999


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"feedback": []},
        {"feedback": "x"},
        {"feedback": [None]},
        [],
        b"{",
        {"feedback": [item(outcome="accepted") | {"acceptedSuggestions": []}]},
        {"feedback": [item(outcome="accepted") | {"acceptedSuggestions": [{"id": 4}, None]}]},
        {"feedback": [item("x" * 300)]},
        {"feedback": [item(outcomeTimestamp="0001-01-01T00:00:00+23:00")]},
        {"feedback": [item(outcomeTimestamp=5)]},
    ],
)
def test_fault_H15_nothing_good_is_400(edge: Edge, body: Any) -> None:
    response = edge.post(body, FEEDBACK)
    assert response.status_code == 400
    assert response.get_json()["issue"][0]["expression"][0].startswith(("feedback", "$"))


@pytest.mark.parametrize(
    ("stamp", "skewed"),
    [(STAMP, 0), ("2026-02-28T09:30:00", 1), ("2026-03-01T12:04:00Z", 0), ("2026-03-01T12:06:00Z", 1), ("2099-01-01T00:00:00Z", 1)],
)
def test_fault_H16_future_and_naive_times_are_flagged(edge: Edge, tmp_path: Path, stamp: str, skewed: int) -> None:
    sent(edge, item(outcomeTimestamp=stamp))
    assert rows(tmp_path)[0]["skewed"] == skewed
    assert rows(tmp_path)[0]["timestamp"].endswith("+00:00")


def test_fault_H17_a_comment_is_not_kept_without_a_key(edge: Edge, tmp_path: Path) -> None:
    sent(edge, item("a", overrideReason={"userComment": "canary"}), item("b"))
    assert [(r["comment"], r["comment_withheld"]) for r in rows(tmp_path)] == [(None, 1), (None, 0)]
    assert all(b"canary" not in file.read_bytes() for file in tmp_path.iterdir())


def test_fault_H17_a_comment_is_kept_encrypted_with_a_key(tmp_path: Path) -> None:
    key = Fernet.generate_key()
    edge = Edge(tmp_path, comment_key=key.decode())
    sent(edge, item(overrideReasons={"userComment": "canary", "extension": {}}))
    (row,) = rows(tmp_path)
    assert Fernet(key).decrypt(row["comment"]) == b"canary"
    assert row["comment_withheld"] == 0
    assert all(b"canary" not in file.read_bytes() for file in tmp_path.iterdir())
    assert "canary" not in edge.log.getvalue()


def test_fault_G20_a_locked_store_waits_a_bounded_time_and_is_503(edge: Edge, tmp_path: Path) -> None:
    sent(edge, item("a"))
    store = FeedbackStore(edge.settings.store_url, busy_ms=30)
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    items, _ = read_items(b'{"feedback":[{"card":"b","outcome":"overridden","outcomeTimestamp":"2026-02-28T09:30:00Z"}]}', NOW)
    from cds_service.errors import StoreUnavailable

    with pytest.raises(StoreUnavailable, match="nothing of this batch"):
        store.record("default", "test-order-sign", items, NOW)
    holder.execute("ROLLBACK")
    holder.close()
    assert store.record("default", "test-order-sign", items, NOW) == 1


def test_the_store_is_for_its_owner_alone_and_uses_a_wal(edge: Edge, tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").touch(mode=0o644)
    sent(edge, item())
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    with sqlite3.connect(tmp_path / "store.sqlite") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_tenants_and_services_are_kept_apart(tmp_path: Path) -> None:
    store = FeedbackStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    items, _ = read_items(b'{"feedback":[{"card":"b","outcome":"overridden","outcomeTimestamp":"2026-02-28T09:30:00Z"}]}', NOW)
    assert [store.record(tenant, service, items, NOW) for tenant, service in (("a", "s"), ("b", "s"), ("a", "t"), ("a", "s"))] == [
        1,
        1,
        1,
        0,
    ]


def test_fault_H15_the_report_on_bad_items_is_bounded(edge: Edge) -> None:
    report = sent(edge, item(), *[1] * 10_000)
    assert (report["stored"], len(report["rejected"])) == (1, 100)


def test_fault_H19_security_S67_a_batch_has_a_measure(edge: Edge) -> None:
    response = edge.post({"feedback": [1] * 100_000}, FEEDBACK)
    assert response.status_code == 400
    assert "several calls" in response.text
    assert len(response.data) < 1000


def test_a_character_that_postgresql_refuses_does_not_cost_the_batch(edge: Edge, tmp_path: Path) -> None:
    reason = {"reason": {"system": "s\0", "code": "c\n1", "display": "d\u202e\0é"}}
    report = sent(edge, item("c\0"), item("fine", overrideReason=reason))
    assert [problem["path"] for problem in report["rejected"]] == ["feedback[0].card"]
    (row,) = rows(tmp_path)
    assert (row["card"], row["reason_system"], row["reason_code"], row["reason_display"]) == ("fine", "s", "c1", "dé")


def test_rejected_items_are_counted_not_their_problems(edge: Edge) -> None:
    sent(edge, item(), {}, {})
    assert 'precision_hooks_feedback_total{fate="rejected",service="test-order-sign"} 2.0' in edge.client.get("/metrics").text


def test_feedback_is_not_written_to_a_file_that_was_taken_away(edge: Edge, tmp_path: Path) -> None:
    sent(edge, item())
    for path in tmp_path.glob("store.sqlite*"):
        path.rename(tmp_path / f"moved-{path.name}")
    assert sent(edge, item())["stored"] == 1
    assert len(rows(tmp_path)) == 1


def test_readiness_is_not_claimed_for_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database, surely" * 500)
    edge = Edge(tmp_path)
    assert edge.client.get("/ready").get_json()["store"] == "unreachable"


def test_security_S45_ids_are_data(edge: Edge, tmp_path: Path) -> None:
    evil = "'); DROP TABLE feedback; --"
    sent(edge, item(evil))
    assert rows(tmp_path)[0]["card"] == evil
