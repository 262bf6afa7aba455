"""A model in use is watched: each thing that may go wrong leads to its own action, and a broken join is never taken for a bad model."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.population.bulk_files import BulkError
from cds_service.population.monitor import Watched, watch
from cds_service.population.monitor_report import document, text
from cds_service.population.watched import PARTS, Scale, psi, scale
from models.errors import KnowledgeError
from models.knowledge.load import load_thresholds
from models.knowledge.monitoring_files import read_thresholds
from models.knowledge.monitoring_types import Watch
from tests.support.prediction_logs import BASELINE_UNTIL, Trouble, entries, write_csv, write_ndjson

LIMITS = load_thresholds()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[Trouble, Watched]:
    """What the monitor finds in a log of each kind; each is read once."""
    folder = tmp_path_factory.mktemp("logs")
    kinds: tuple[Trouble, ...] = ("", "join", "silent", "more", "much more", "shift", "group", "flat")
    return {kind: watch(write_ndjson(folder / f"log {kind}.ndjson", kind), "prevent", BASELINE_UNTIL, LIMITS, risk=True) for kind in kinds}


@pytest.mark.parametrize(
    ("trouble", "action", "first", "checks"),
    [
        ("", "none", "", set()),
        ("join", "look at data join", "missing rate", {"missing rate", "observed / expected", "cusum up"}),
        ("silent", "look at data join", "missing rate", {"missing rate"}),
        ("more", "recalibrate intercept", "observed / expected", {"observed / expected", "cusum up"}),
        ("much more", "stop showing", "observed / expected", {"observed / expected", "cusum up"}),
        ("shift", "look at data join", "shift", {"shift"}),
        ("group", "recalibrate intercept", "observed / expected", {"observed / expected", "cusum up"}),
        ("flat", "recalibrate slope", "slope", {"slope"}),
    ],
)
def test_each_trouble_leads_to_its_action(
    logs: dict[Trouble, Watched], trouble: Trouble, action: Watch, first: str, checks: set[str]
) -> None:
    last = logs[trouble].windows[-1]
    assert last.action == action
    assert (last.alarms[0].check if last.alarms else "") == first
    assert {a.check for a in last.alarms} == checks


def test_before_anything_went_wrong_nothing_is_told(logs: dict[Trouble, Watched]) -> None:
    assert all(w.action == "none" for found in logs.values() for w in found.windows if w.last < "2025-09")


def test_a_broken_join_looks_like_a_bad_model_and_is_told_as_what_it_is(logs: dict[Trouble, Watched]) -> None:
    """All laboratory values were gone, and observed over expected was 1.7: recalibrating to that would have spoiled a sound model."""
    last = logs["join"].windows[-1]
    ratio = last.sums.all.observed / last.sums.all.expected
    assert 1.5 < ratio < 2.0
    assert last.alarms[0].check == "missing rate" and last.alarms[0].subject == "hdl"
    assert all(a.action == "look at data join" for a in last.alarms)
    assert all("says nothing about the model yet" in a.because for a in last.alarms[1:])


def test_predictions_that_are_not_given_any_more_are_missing_too(logs: dict[Trouble, Watched]) -> None:
    assert {a.subject for a in logs["silent"].windows[-1].alarms} == {"hdl", "prediction"}


def test_a_group_is_named(logs: dict[Trouble, Watched]) -> None:
    named = {a.subject for a in logs["group"].windows[-1].alarms if a.check == "observed / expected"}
    assert "sex female" in named and "sex male" not in named


def test_a_small_drift_is_found_by_its_sum_before_any_window_shows_it(tmp_path: Path) -> None:
    """A fifth more than expected, month after month, is within the limit of every window."""
    days = [(f"{year}-{month:02}-15", 36 if year == 2025 else 30) for year in (2024, 2025) for month in range(1, 13)]
    lines = [f"{day},prevent,0.1,{int(i < events)}" for day, events in days for i in range(300)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["date,model,predicted,observed", *lines]))
    found = watch(path, "prevent", BASELINE_UNTIL, LIMITS, risk=True)
    assert {a.check for w in found.windows for a in w.alarms} == {"cusum up"}
    assert [bool(w.alarms) for w in found.windows] == [False] * 7 + [True] * 5


def test_outcomes_that_are_not_known_yet_are_no_events(tmp_path: Path) -> None:
    found = watch(write_ndjson(tmp_path / "log.ndjson", outcomes_until=date(2025, 6, 30)), "prevent", BASELINE_UNTIL, LIMITS, risk=True)
    last = found.windows[-1]
    assert last.sums.people == 900 and last.sums.all.people == 0
    assert last.action == "none"


def test_a_table_says_the_same(tmp_path: Path, logs: dict[Trouble, Watched]) -> None:
    found = watch(write_csv(tmp_path / "log.csv", "join"), "prevent", BASELINE_UNTIL, LIMITS, risk=True)
    assert document(found, LIMITS, "2026-11-27") == document(logs["join"], LIMITS, "2026-11-27")


def test_doses_are_watched_by_what_they_miss(tmp_path: Path) -> None:
    """Ten per cent more than predicted is no alarm, forty is."""
    for factor, action in ((1.1, "none"), (1.4, "recalibrate intercept")):
        rows = [
            r | {"predicted": 35.0, "observed": 35.0 * (factor if r["date"] >= "2025" else 1) + i % 11 - 5} for i, r in enumerate(entries())
        ]
        path = tmp_path / f"{factor}.ndjson"
        path.write_text("".join(json.dumps(r) + "\n" for r in rows))
        last = watch(path, "prevent", BASELINE_UNTIL, LIMITS, risk=False).windows[-1]
        ratios = [a for a in last.alarms if a.check == "observed / expected" and not a.subject]
        assert [a.action for a in ratios] == ([action] if action != "none" else [])


# ---- nothing of few people ---------------------------------------------------------------------------------------------


def walk(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for n, inner in value.items() for pair in walk(inner, n)]
    return [pair for inner in value for pair in walk(inner, name)] if isinstance(value, list) else [(name, value)]


def test_a_report_holds_no_count_of_one_to_ten(tmp_path: Path) -> None:
    rows = [r | {"groups": {"sex": "other" if i % 150 == 0 else r["groups"]["sex"]}} for i, r in enumerate(entries())]
    path = tmp_path / "log.ndjson"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    told = document(watch(path, "prevent", BASELINE_UNTIL, LIMITS, risk=True), LIMITS, "2026-11-27")
    counts = [v for n, v in walk(told) if n in ("people", "observed", "with_outcome") and v != "suppressed"]
    assert counts and all(v == 0 or v >= 11 for v in counts)
    last = told["windows"][-1]
    assert last["groups"]["sex"]["other"] == {"observed": "suppressed"}
    shown = [g for g in last["groups"]["sex"].values() if g["observed"] != "suppressed"]
    assert len(shown) == 1, "with one group hidden, a second one is, or the total would tell"


def test_windows_that_overlap_do_not_both_tell_counts(logs: dict[Trouble, Watched]) -> None:
    """Their difference would be a month, which may hold a few events."""
    windows = document(logs["more"], LIMITS, "2026-11-27")["windows"]
    telling = [(w["from"], w["to"]) for w in windows if any(isinstance(v, int | float) and n != "value" for n, v in walk(w))]
    assert telling == [("2025-01", "2025-03"), ("2025-04", "2025-06"), ("2025-07", "2025-09"), ("2025-10", "2025-12")]
    assert [w["action"] for w in windows[-3:]] == ["recalibrate intercept"] * 3, "what is due is told of every window"


# ---- the file of limits, the log, the command --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ratio": {"low": 0.8, "high": 1.2, "action": "panic"}}, "ratio.action must be one of none, recalibrate intercept"),
        ({"ratio": {"low": 1.8, "high": 1.2, "action": "none"}}, "ratio.low is 1.8; it must lie between 0 and 1"),
        ({"more": {}}, "more is not a key"),
        ({"shift": {"action": "none"}}, "shift.psi is missing"),
    ],
)
def test_limits_that_make_no_sense(change: dict[str, Any], words: str) -> None:
    import tomllib

    import models.knowledge

    file = Path(models.knowledge.__path__[0]) / "monitoring" / "thresholds.toml"
    with pytest.raises(KnowledgeError, match=words):
        read_thresholds(tomllib.loads(file.read_text("utf-8")) | change, "t.toml")


def test_a_numbers_baseline_is_told_apart_by_tenths() -> None:
    known = scale([str(i) for i in range(1000)])
    assert known.edges is not None and len(known.edges) == PARTS - 1
    assert [known.place(v) for v in ("-5", "0", "100", "999", "abc")] == ["0", "0", "1", "9", "no number"]
    assert scale(["1", "0", "1"]) == Scale(None), "a flag's values are words"
    assert scale(["red", "1"]) == Scale(None)


def test_the_index_of_stability() -> None:
    from collections import Counter

    same = Counter({"a": 500, "b": 500})
    assert psi(same, Counter({"a": 50, "b": 50})) == pytest.approx(0.0, abs=1e-9)
    assert psi(same, Counter({"a": 800, "b": 200})) == pytest.approx(0.3 * 0.470 + 0.3 * 0.9163, abs=0.01)
    assert psi(same, Counter({"c": 1000})) > 5, "what was never seen is no division by zero"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["model", "monitor", *map(str, words), "--model", "prevent", "--baseline-until", "2024-12-31"])


@pytest.mark.parametrize(("trouble", "status"), [("", 0), ("join", 1), ("much more", 3)])
def test_the_exit_status_tells_what_is_due(tmp_path: Path, trouble: Trouble, status: int) -> None:
    out = tmp_path / "report.json"
    done = run(write_csv(tmp_path / "log.csv", trouble), "--out", out)
    assert done.exit_code == status, done.output
    told = json.loads(out.read_text("utf-8"))
    assert f"prevent, 2025-10 to 2025-12: {told['action']}" in done.output
    assert next(iter(text(told))) in done.output


def test_what_cannot_be_read_is_told_by_file_and_line_alone(tmp_path: Path) -> None:
    log = write_csv(tmp_path / "log.csv")
    lines = log.read_text("utf-8").splitlines()
    lines[3] = lines[3].replace("2024-", "secret-canary-")
    log.write_text("\n".join(lines), "utf-8")
    done = run(log)
    assert done.exit_code == 0 and "1 rows could not be read, the first: log.csv, line 4." in done.output
    assert "canary" not in done.output


@pytest.mark.parametrize(
    ("text_", "words"),
    [
        ("date,model\n", "has no column 'predicted'"),
        ("date,model,predicted,observed,age\n", "column 5 is none of"),
        ("date,model,predicted,observed\n2025-02-01,prevent,0.1,0\n", "has no predictions of prevent until 2024-12-31"),
        ("date,model,predicted,observed\n2024-02-01,prevent,0.1,0\n", "has no predictions of prevent after 2024-12-31"),
    ],
)
def test_a_log_that_tells_nothing(tmp_path: Path, text_: str, words: str) -> None:
    (tmp_path / "log.csv").write_text(text_, "utf-8")
    with pytest.raises(BulkError, match=words):
        watch(tmp_path / "log.csv", "prevent", BASELINE_UNTIL, LIMITS, risk=True)
    assert run(tmp_path / "log.csv").exit_code == 2
