"""What is measured of a formula: who counts, what is refused, groups, and a record that repeats itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.knowledge.model_types import Formula
from models.training.asked import MAIN, formulas
from models.training.challenger import GRID, boosted
from models.training.compare import with_ancestry, with_challenger
from models.training.evaluate import FEWEST, Resampling
from models.training.export import formula
from models.training.fit import Settings, complete, fitted
from models.training.record import DataFile, Run, differences, run_json
from models.training.refusals import TrainingRefused
from models.training.splits import Split
from models.training.validate import unseen, validated
from tests.support.shipped import shipped
from tests.support.survey import people

MODEL = shipped().models["undiagnosed-diabetes"]
FORMULAS = {one.id: one for one in MODEL.formulas}
EVERY = {one.id: one for one in formulas()}
FEW = Resampling(times=30, seed=2)
LATER = unseen(people(500), (8,), Split())


def own(name: str) -> Formula:
    """Fitted on the earlier years of people who never were."""
    earlier = people(500)[lambda rows: rows["cycle"] <= 7]
    return formula(EVERY[name], fitted(EVERY[name], complete(earlier, EVERY[name]), Settings(2, 1.0)))


def test_measures_come_with_intervals_and_groups_with_people() -> None:
    metrics, groups = validated(MODEL, own("office-ancestry"), LATER, FEW)
    assert metrics["people"] == metrics["auroc"]["n"] <= len(LATER) == metrics["in_cohort"]
    for name in ("auroc", "auprc", "brier_skill", "ece", "oe", "slope", "intercept", "net_benefit_3pct"):
        assert metrics[name]["low"] <= metrics[name]["high"], name
    assert metrics["auroc"]["low"] <= metrics["auroc"]["value"] <= metrics["auroc"]["high"]
    assert set(groups) == {"sex", "age", "ancestry"} and set(groups["sex"]) == {"female", "male"}
    for by in groups.values():
        assert sum(group["people"] for group in by.values()) == metrics["people"]
        assert sum(group["events"] for group in by.values()) == metrics["events"]
        assert all(group["oe"]["low"] <= group["oe"]["value"] <= group["oe"]["high"] for group in by.values())


def test_a_formula_without_ancestry_is_measured_on_people_of_whom_none_is_told_too() -> None:
    _, plain = validated(MODEL, own("office"), LATER, FEW)
    _, told = validated(MODEL, own("office-ancestry"), LATER, FEW)
    assert "not told" in plain["ancestry"] and "not told" not in told["ancestry"]


def test_who_lacks_an_input_is_counted_and_not_imputed() -> None:
    some = LATER.copy()
    some.loc[some.index[:40], "bmi"] = np.nan
    metrics, _ = validated(MODEL, FORMULAS["office"], some, FEW)
    assert metrics["not_scored"] >= 40 and metrics["missing.bmi"] == pytest.approx(40 / len(some), abs=1e-5)
    assert metrics["people"] + metrics["not_scored"] == metrics["in_cohort"]


def test_a_file_in_which_most_lack_an_input_is_not_measured() -> None:
    some = LATER.copy()
    some.loc[some.index[: len(some) * 6 // 10], "uacr"] = np.nan
    with pytest.raises(TrainingRefused, match=r"lack uacr \(60%\)"):
        validated(MODEL, FORMULAS["laboratory"], some, FEW)


def test_years_without_an_outcome_are_not_measured() -> None:
    with pytest.raises(TrainingRefused, match="nobody with the outcome"):
        validated(MODEL, FORMULAS["office"], LATER.assign(outcome=0), FEW)


def test_a_group_of_few_is_not_told() -> None:
    some = LATER.copy()
    some["race-ethnicity"] = "white"
    some.loc[some.index[: FEWEST - 1], "race-ethnicity"] = "black"
    some.loc[some.index[FEWEST : 2 * FEWEST], "race-ethnicity"] = "asian"
    _, groups = validated(MODEL, FORMULAS["office"], some, FEW)
    assert set(groups["ancestry"]) == {"white", "asian"}


def test_a_group_without_the_outcome_has_no_auroc_but_an_interval_of_its_rate() -> None:
    some = LATER.copy()
    some.loc[some["sex"] == "male", "outcome"] = 0
    _, groups = validated(MODEL, FORMULAS["office"], some, FEW)
    male = groups["sex"]["male"]
    assert "auroc" not in male and male["oe"]["value"] == 0 and male["observed"]["high"] > 0


def test_ancestry_told_and_not_told_are_compared_on_the_same_people() -> None:
    found = with_ancestry(own(MAIN), own(f"{MAIN}-ancestry"), LATER, FEW)
    assert found["people"] == int(complete(LATER, EVERY[f"{MAIN}-ancestry"]).shape[0])
    assert found["with.group_error"] >= 0 and found["without.group_error"] >= 0
    assert found["auroc_difference"]["value"] == pytest.approx(found["with.auroc"] - found["without.auroc"], abs=2e-5)


def test_the_challenger_is_judged_on_the_same_people_as_the_formula() -> None:
    asked = EVERY["office"]
    earlier = complete(people(500)[lambda rows: rows["cycle"] <= 7], asked)
    trees = boosted(asked, GRID[0], 1).fit(earlier[list(asked.inputs)], earlier["outcome"])
    verdict, found = with_challenger(own("office"), trees, asked, LATER, FEW)
    assert found["promoted"] == int(verdict.promoted) == 0
    assert found["people"] == len(complete(LATER, asked)) == verdict.people


# ---- the record ------------------------------------------------------------------------------------------------------


def recorded(**changed: object) -> Run:
    metrics, groups = validated(MODEL, FORMULAS["office"], LATER, FEW)
    data = DataFile("adults.csv.gz", "0" * 64, 10)
    run = Run("undiagnosed-diabetes-x", MODEL.id, "precision-hooks …", 2, data, "2026-11-27", {"numpy": "2"}, metrics, groups)
    return replace(run, **changed)  # type: ignore[arg-type]


def test_a_run_is_recorded_in_the_same_bytes_each_time() -> None:
    assert run_json(recorded()) == run_json(recorded())


def test_a_record_is_json_with_all_that_was_measured() -> None:
    run = recorded()
    found = json.loads(run_json(run))
    assert found["metrics"] == run.metrics and found["groups"] == run.groups
    assert found["data"] == {"name": "adults.csv.gz", "sha256": "0" * 64, "rows": 10}
    assert "note" not in found and "tried" not in found


def test_a_repeated_run_differs_by_what_was_measured_and_not_by_the_software() -> None:
    one, two = (json.loads(run_json(recorded(software={"numpy": version}))) for version in ("2", "3"))
    assert list(differences(one, two)) == []
    two["metrics"]["auroc"]["value"] += 0.001
    del two["groups"]["sex"]["male"]
    found = list(differences(one, two))
    assert any(line.startswith("metrics.auroc.value: recorded") for line in found)
    assert any(line.startswith("groups.sex.male is in one of them only") for line in found)


def test_the_last_digit_may_differ_between_machines() -> None:
    assert not list(differences({"a": 0.12345, "b": [1, 2]}, {"a": 0.12346, "b": [1, 2]}))
    assert list(differences({"a": 0.1234}, {"a": 0.1236}))
    assert list(differences({"seed": 7}, {"seed": "7"}))
