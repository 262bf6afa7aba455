"""Files of prediction intervals: what is wrong in one is named, and nobody can write a refusal away."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from models.errors import KnowledgeError
from models.knowledge.interval_check import interval_faults
from models.knowledge.interval_files import read_intervals
from tests.support.shipped import shipped

FOLDER = files("models.knowledge") / "intervals"
BY_DOSE, BY_ANCESTRY = ((FOLDER / f"iwpc-pgx-{way}.toml").read_text("utf-8") for way in ("by-dose", "by-ancestry"))


def read(text: str) -> Any:
    return read_intervals(tomllib.loads(text), "intervals/x.toml")


def test_shipped_tables_are_read_whole() -> None:
    table = read(BY_DOSE)
    assert (table.by, table.set, table.unit, table.preferred) == ("predicted", "pgx", "mg/wk", True)
    assert [r.low for r in table.residuals][1:] == [r.high for r in table.residuals][:-1]
    assert {one.ancestry for one in table.coverage} == {"asian", "black", "unknown", "white"}
    assert read(BY_ANCESTRY).by == "ancestry"


def test_one_table_is_preferred_for_each_set_of_models_and_refuses_no_measured_ancestry() -> None:
    preferred = [table for table in shipped().intervals.values() if table.preferred]
    assert sorted(table.set for table in preferred) == ["clinical", "clinical-iwpc", "pgx"]
    assert not any(table.refused for table in preferred)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("people = 1291", "people = 10", "people is 10; it must lie between 11"),
        ("lower = -", "lower = ", "must lie between -10 and 0"),
        ("floor = 0.88", "", "floor is missing"),
        ("floor = 0.88", "floor = 1.2", "floor is 1.2"),
        ("nominal = 0.9\n", 'nominal = "nine of ten"\n', "nominal must be a number"),
        ("low = 0\n", "low = 1\n", "from 0 upwards"),
        ("high = 28.9", "high = 27", "without a gap"),
        ("high = 37.7", "", "without a gap"),
        ('by = "predicted"', 'by = "age"', "by must be one of"),
        ('check = "unseen site"', 'check = "random split"', "each ancestry once for each"),
        ("preferred = true", "preferred = true\nrefused = []", "refused is not a key"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, sentence: str) -> None:
    assert old in BY_DOSE
    with pytest.raises(KnowledgeError, match=r"intervals/x\.toml") as raised:
        read(BY_DOSE.replace(old, new, 1))
    assert sentence in str(raised.value)


def test_a_table_without_coverage_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="coverage"):
        read(BY_DOSE[: BY_DOSE.index("[[coverage]]")])


def test_refusals_follow_from_what_was_measured() -> None:
    worse = BY_DOSE.replace("covered = 0.9147", "covered = 0.8499")
    assert worse != BY_DOSE
    assert set(read(worse).refused) == {"black"}
    assert "0.850 of 586 people" in read(worse).refused["black"]
    assert not read(BY_DOSE).refused


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: replace(t, models=("warfarin-iwpc", "nothing")), "model 'nothing', which is no dose model"),
        (lambda t: replace(t, models=("warfarin-iwpc", "fib-4")), "model 'fib-4', which is no dose model"),
    ],
)
def test_tables_agree_with_models(change: Callable[[Any], Any], sentence: str) -> None:
    table = change(read(BY_DOSE))
    found = list(interval_faults(replace(shipped(), intervals={table.id: table})))
    assert len(found) == 1 and sentence in found[0] and found[0].startswith(f"intervals/{table.id}.toml")


def test_two_preferred_tables_for_one_mean_are_a_fault() -> None:
    one, two = read(BY_DOSE), replace(read(BY_ANCESTRY), preferred=True)
    assert ["prefer one" in fault for fault in interval_faults(replace(shipped(), intervals={one.id: one, two.id: two}))] == [True]
