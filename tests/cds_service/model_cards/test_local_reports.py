"""A site's reports on its own patients: read whole or refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.model_cards import local_reports
from cds_service.model_cards.figures import BESIDE, UNCOUNTED, subgroups
from cds_service.model_cards.local_reports import read_report, read_reports
from models.errors import KnowledgeError

REPORT: dict[str, Any] = {
    "model": "prevent",
    "site": "north",
    "made": "2026-11-20",
    "people": 812,
    "events": 60,
    "metrics": {"o_e": {"value": 1.1, "low": 0.9, "high": 1.4, "n": 812, "events": 60}},
    "groups": {"sex": {"female": {"o_e": {"value": 1.0, "n": 400}}}},
}


def write(folder: Path, name: str, **more: Any) -> None:
    (folder / name).write_text(json.dumps(REPORT | more), "utf-8")


def test_the_newest_of_each_site_counts(tmp_path: Path) -> None:
    write(tmp_path, "a.json", made="2026-11-21", people=900)
    write(tmp_path, "b.json")
    write(tmp_path, "c.json", site="south")
    write(tmp_path, "d.json", model="kfre")
    (tmp_path / "notes.txt").write_text("no report")
    (tmp_path / "prevent.base_10yr_female_ascvd.v1.json").write_text("a signed record, of which cards know by another way")
    found = read_reports(str(tmp_path))
    assert {model: [(r.site, r.people) for r in several] for model, several in found.items()} == {
        "kfre": [("north", 812)],
        "prevent": [("north", 900), ("south", 812)],
    }


def test_what_a_report_holds_back_is_not_told() -> None:
    groups = {"sex": {"female": {"people": 400, "events": "suppressed"}, "male": {"people": "suppressed"}}}
    found = read_report(
        json.dumps(REPORT | {"people": "suppressed", "events": "suppressed", "metrics": {"auroc": "suppressed"}, "groups": groups}), "a"
    )
    assert (found.people, found.events, found.metrics) == (None, None, {})
    assert (found.groups["sex"]["female"]["people"].value, found.groups["sex"]["male"]) == (400, {})
    assert [row for table in subgroups(found.groups, complementary=True) for row in table["groups"]] == [
        {"group": "female", "notShown": BESIDE},
        {"group": "male", "notShown": UNCOUNTED},
    ]


def test_events_may_be_left_out() -> None:
    assert read_report(json.dumps(REPORT | {"events": None}), "a.json").events is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"site": ""}, "no local-validity report"),
        ({"site": "x" * 200}, "no local-validity report"),
        ({"made": "today"}, "no local-validity report"),
        ({"people": "many"}, "no local-validity report"),
        ({"people": True}, "no local-validity report"),
        ({"events": -1}, "no local-validity report"),
        ({"metrics": [1]}, "no local-validity report"),
        ({"metrics": {"o_e": "good"}}, "metrics.o_e"),
        ({"groups": {"sex": 5}}, "must be groups"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(more: dict[str, Any], told: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        read_report(json.dumps(REPORT | more), "a.json")
    assert told in str(refused.value) and str(refused.value).startswith("a.json")


@pytest.mark.parametrize("missing", ["model", "site", "made", "people", "metrics"])
def test_a_member_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(KnowledgeError, match=f"a.json: has no {missing}"):
        read_report(json.dumps({name: value for name, value in REPORT.items() if name != missing}), "a.json")


def test_files_that_are_no_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(KnowledgeError, match=r"a\.json: is no UTF-8 text"):
        read_reports(str(tmp_path))
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(KnowledgeError, match=r"a\.json: is no local-validity report"):
        read_reports(str(tmp_path))
    monkeypatch.setattr(local_reports, "LARGEST", 1)
    with pytest.raises(KnowledgeError, match=r"a\.json: is larger"):
        read_reports(str(tmp_path))
