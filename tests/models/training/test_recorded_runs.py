"""What was recorded of the shipped model: the bars it must clear, and that the commands find the same again on the survey's own file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import models.knowledge
from cds_service.cli import main
from models.training.asked import INPUTS, MAIN, formulas
from models.training.model_file import model_json
from models.training.splits import Split
from tests.support.reference import reference_file
from tests.support.shipped import shipped

ID = "undiagnosed-diabetes"
KNOWLEDGE = Path(models.knowledge.__path__[0])
MODEL = shipped().models[ID]
BARRED = (MAIN, f"{MAIN}-ancestry")


def run(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((KNOWLEDGE / f"evaluations/{ID}-{name}.json").read_text("utf-8"))
    return found


def of(formula: str) -> dict[str, Any]:
    return run(f"2013-2014-{formula}")


@pytest.mark.parametrize("formula", BARRED)
def test_the_main_formula_clears_the_bars_each_with_its_interval(formula: str) -> None:
    found = of(formula)["metrics"]
    assert found["auroc"]["value"] >= 0.80 and found["auroc"]["low"] > 0.78
    assert found["ece"]["value"] <= 0.01
    assert abs(found["slope"]["value"] - 1) <= 0.2
    assert found["oe"]["low"] <= 1 <= found["oe"]["high"]
    assert all(found[name]["low"] < found[name]["high"] for name in ("auroc", "ece", "slope", "oe"))


@pytest.mark.parametrize("formula", [one.id for one in formulas()])
def test_every_formula_was_measured_by_ancestry_sex_and_age_and_none_is_far_off(formula: str) -> None:
    found = of(formula)
    assert set(found["groups"]) == {"sex", "age", "ancestry"}
    assert {"white", "black", "hispanic", "asian"} <= set(found["groups"]["ancestry"])
    assert abs(found["metrics"]["slope"]["value"] - 1) <= 0.2 and found["metrics"]["ece"]["value"] <= 0.01


def test_without_ancestry_too_few_asian_people_are_expected_and_with_it_groups_are_nearer() -> None:
    plain, told = (of(name)["groups"]["ancestry"] for name in BARRED)
    assert plain["asian"]["oe"]["low"] > 1.4 and plain["white"]["oe"]["high"] < 1
    assert all(group["oe"]["low"] <= 1 <= group["oe"]["high"] for group in told.values())
    compared = run("2013-2014-with-ancestry")["metrics"]
    assert compared["with.group_error"] < 0.7 * compared["without.group_error"]
    assert compared["log_loss_difference"]["value"] < 0 < compared["auroc_difference"]["low"]


@pytest.mark.parametrize("formula", BARRED)
def test_the_challenger_was_judged_and_not_promoted(formula: str) -> None:
    found = run(f"2013-2014-challenger-{formula}")["metrics"]
    assert found["promoted"] == 0
    assert found["log_loss_difference"]["high"] >= 0 or found["auroc_difference"]["low"] <= 0


def test_the_bands_of_a_formula_hold_the_people_of_its_run() -> None:
    for formula in MODEL.formulas:
        assert sum(band.people for band in formula.bands) == of(formula.id)["metrics"]["people"]
        assert all(band.people >= 11 for band in formula.bands)


def test_the_choice_was_made_before_and_on_other_years() -> None:
    found = run("choice-2011-2012")
    assert set(found["tried"]) == {formula.id for formula in MODEL.formulas}
    for formula in MODEL.formulas:
        assert found["metrics"][f"{formula.id}.export_error"] < 0.002
        assert found["metrics"][f"{formula.id}.refit_events"] > 500
    assert found["metrics"][f"{MAIN}+waist.log_loss_difference"]["high"] > 0  # so the waist is not asked


def test_the_shipped_file_is_in_the_form_that_training_writes() -> None:
    """Read and written again it is the same: nobody's hand was in it."""
    text = (KNOWLEDGE / f"models/{ID}.json").read_text("utf-8")
    assert list(MODEL.inputs.values()) == list(INPUTS)
    assert model_json(MODEL.inputs.values(), MODEL.formulas) == text


@pytest.mark.long
def test_training_and_measuring_on_the_survey_give_what_is_recorded(tmp_path: Path) -> None:
    data = str(reference_file("data/nhanes/adults_1999_2014.csv.gz"))
    runner = CliRunner()
    trained = runner.invoke(main, ["model", "train", ID, "--data", data, "--out", str(tmp_path), "--made", "2026-11-27"])
    assert trained.exit_code == 0, trained.output
    assert (tmp_path / f"models/{ID}.json").read_bytes() == (KNOWLEDGE / f"models/{ID}.json").read_bytes()
    checked = runner.invoke(main, ["model", "validate", ID, "--data", data, "--check"])
    assert checked.exit_code == 0, checked.output
    assert Split().report == (8,)
