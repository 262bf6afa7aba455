"""Equations scored on many are the equations that serve; a site's record moves their doses as a calibration would."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest

from models.knowledge.calibration_types import Calibration
from models.knowledge.cohort_types import CohortEquation
from models.knowledge.load import load_cohort
from models.knowledge.model_types import Model
from models.prediction.contract import Prediction, predict
from models.training.dose_equations import Scores, answered, mean_doses, score
from models.training.site_shift import STRENGTH, Record, record
from tests.support.reference import reference_file
from tests.support.shipped import shipped

MODELS = shipped().models
EQUATIONS = load_cohort("iwpc").equations
SOMEONE: Mapping[str, float | str] = {
    "sex": "female", "ancestry": "white", "age": 65.0, "height": 170.0, "weight": 75.0, "target-inr": 2.5, "vkorc1": "A/G",
    "cyp2c9": "*1/*3", "amiodarone": 0.0, "enzyme-inducer": 0.0, "current-smoker": 0.0, "venous-thromboembolism": 0.0,
}  # fmt: skip
PEOPLE = [
    SOMEONE,
    {**SOMEONE, "vkorc1": "A/A", "ancestry": "asian"},
    {**SOMEONE, "ancestry": "black", "age": 35.0, "current-smoker": 1.0},
    {**SOMEONE, "ancestry": "unknown", "amiodarone": 1.0, "venous-thromboembolism": 1.0},
]


@pytest.mark.parametrize("name", list(EQUATIONS))
def test_many_are_scored_as_one_is(name: str) -> None:
    equation = EQUATIONS[name]
    doses = score(equation, PEOPLE, MODELS).doses()
    for one, dose in zip(PEOPLE, doses, strict=True):
        found = predict(MODELS[equation.model], one)
        assert isinstance(found, Prediction)
        assert dose == pytest.approx(found.value * equation.factor)


def test_doses_worked_out_apart() -> None:
    """With a calculator from the stored coefficients, in mg a day: the same that the dosing tests hold."""
    assert score(EQUATIONS["iwpc"], [SOMEONE], MODELS).doses()[0] / 7 == pytest.approx(3.118, abs=0.0006)
    assert score(EQUATIONS["gage"], [SOMEONE], MODELS).doses()[0] / 7 == pytest.approx(2.939, abs=0.0006)


def test_two_copies_count_twice_where_public_implementations_err() -> None:
    """VKORC1 A/A as one copy, or as none, were both seen in public code of the Gage equation."""
    linear = [score(EQUATIONS["gage"], [{**SOMEONE, "vkorc1": bases}], MODELS).linear[0] for bases in ("G/G", "A/G", "A/A")]
    assert linear[1] - linear[0] == pytest.approx(-0.3238)
    assert linear[2] - linear[0] == pytest.approx(2 * -0.3238)
    stars = [score(EQUATIONS["gage"], [{**SOMEONE, "cyp2c9": pair}], MODELS).linear[0] for pair in ("*1/*1", "*2/*3", "*3/*3", "*2/*2")]
    assert [one - stars[0] for one in stars[1:]] == pytest.approx([-0.2066 - 0.4008, 2 * -0.4008, 2 * -0.2066])


def test_who_was_not_tested_is_scored_without_genes_where_the_equation_has_no_term() -> None:
    untested = {**SOMEONE, "vkorc1": "unknown", "cyp2c9": "unknown"}
    assert score(EQUATIONS["gage"], [untested], MODELS).doses() == score(EQUATIONS["gage-clinical"], [untested], MODELS).doses()
    assert score(EQUATIONS["iwpc"], [untested], MODELS).doses() != score(EQUATIONS["iwpc-clinical"], [untested], MODELS).doses()
    assert answered(EQUATIONS["gage"], [untested, SOMEONE], MODELS).tolist() == [False, True]


def test_a_number_is_given_only_to_those_whom_the_contract_answers() -> None:
    people = [SOMEONE, {**SOMEONE, "enzyme-inducer": 1.0}, {**SOMEONE, "age": 15.0}, {**SOMEONE, "weight": 250.0}]
    assert answered(EQUATIONS["iwpc"], people, MODELS).tolist() == [True, True, False, False]
    assert answered(EQUATIONS["gage"], people, MODELS).tolist() == [True, False, False, False]


def test_models_of_two_scales_are_refused() -> None:
    mixed = CohortEquation("mixed", "warfarin-iwpc", 1.0, "run", "warfarin-gage-clinical")
    with pytest.raises(ValueError, match="one scale"):
        score(mixed, PEOPLE, MODELS)


# ---- a site's record -------------------------------------------------------------------------------------------------------


def test_records_of_several_sites_merge_by_adding() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(0.3, 1, 30), rng.normal(-0.1, 1, 50)
    both = record(np.concatenate([one, two]))
    parts = record(one), record(two)
    assert both.people == sum(p.people for p in parts)
    assert (both.total, both.squares) == pytest.approx((sum(p.total for p in parts), sum(p.squares for p in parts)))


def test_few_patients_move_little_and_many_move_to_their_mean() -> None:
    assert Record(0, 0.0, 0.0).intercept == 0
    assert Record(STRENGTH, STRENGTH * 0.5, 0.0).intercept == pytest.approx(0.25)
    assert Record(100_000, 50_000.0, 0.0).intercept == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("name", ["iwpc", "gage"])
def test_the_intercept_moves_a_dose_as_a_calibration_of_the_service_does(name: str) -> None:
    equation = EQUATIONS[name]
    found = predict(MODELS[equation.model], SOMEONE, calibration=_calibration(equation, 0.12))
    assert isinstance(found, Prediction)
    assert score(equation, [SOMEONE], MODELS).doses(0.12)[0] == pytest.approx(found.value * equation.factor)


def _calibration(equation: CohortEquation, intercept: float) -> Calibration:
    formula = MODELS[equation.model].formulas[0].id
    return Calibration(
        model=equation.model, formula=formula, site="somewhere", intercept=intercept, slope=1.0, people=50, events=0, version="1"
    )


@pytest.mark.parametrize("link", ["square", "exp"])
def test_residuals_are_what_brings_a_sum_to_the_truth(link: str) -> None:
    scores = Scores(link, 7.0, np.array([1.5, 2.0]))  # type: ignore[arg-type]
    truth = np.array([30.0, 42.0])
    off = scores.residuals(truth)
    assert Scores(link, 7.0, scores.linear + off).doses() == pytest.approx(truth)  # type: ignore[arg-type]


def test_the_mean_is_of_doses_not_of_sums() -> None:
    squares, exponents = Scores("square", 1.0, np.array([6.0])), Scores("exp", 7.0, np.array([1.5]))
    assert mean_doses([squares, exponents]) == pytest.approx([(36 + 7 * math.exp(1.5)) / 2])


# ---- coefficients against the stored reference -----------------------------------------------------------------------------


def terms(model: Model) -> dict[str, float]:
    (formula,) = model.formulas
    return {"intercept": formula.intercept} | {"*".join(term.factors): term.coefficient for term in formula.terms}


IWPC = {
    "intercept": "intercept", "decade": "age_decades", "height": "height_cm", "weight": "weight_kg", "asian": "race_asian",
    "black": "race_black", "unknown": "race_missing_or_mixed", "enzyme_inducer": "enzyme_inducer", "amiodarone": "amiodarone",
    "vkorc1_ag": "VKORC1_rs9923231_A/G", "vkorc1_aa": "VKORC1_A/A", "vkorc1_unknown": "VKORC1_unknown", "cyp2c9_1_2": "CYP2C9_*1/*2",
    "cyp2c9_1_3": "CYP2C9_*1/*3", "cyp2c9_2_2": "CYP2C9_*2/*2", "cyp2c9_2_3": "CYP2C9_*2/*3", "cyp2c9_3_3": "CYP2C9_*3/*3",
    "cyp2c9_unknown": "CYP2C9_unknown",
}  # fmt: skip
GAGE = {
    "intercept": "intercept", "surface_height*surface_weight": "BSA", "years": "age", "black": "african_american",
    "target_inr": "target_INR", "amiodarone": "amiodarone", "smoker": "smoker", "clot": "DVT_or_PE",
}  # fmt: skip


@pytest.mark.parametrize("form", ["pharmacogenetic", "clinical"])
def test_iwpc_has_every_stored_coefficient_and_no_other(form: str) -> None:
    stored = json.loads(reference_file("data/equations/warfarin_iwpc_2009.json").read_text("utf-8"))[form]
    own = terms(MODELS["warfarin-iwpc" if form == "pharmacogenetic" else "warfarin-iwpc-clinical"])
    assert {IWPC[name]: value for name, value in own.items()} == stored


@pytest.mark.parametrize("form", ["pharmacogenetic", "clinical"])
def test_gage_has_every_stored_coefficient_and_no_other(form: str) -> None:
    stored = json.loads(reference_file("data/equations/warfarin_gage_2008.json").read_text("utf-8"))[form]
    own = terms(MODELS["warfarin-gage" if form == "pharmacogenetic" else "warfarin-gage-clinical"])
    genes = {name: own.pop(name) for name in list(own) if name.startswith(("vkorc1", "cyp2c9"))}
    per_copy = [stored.pop(key, None) for key in ("VKORC1_A_count", "CYP2C9*2_count", "CYP2C9*3_count")]
    assert {GAGE[name]: value for name, value in own.items()} == stored
    if form == "pharmacogenetic":
        a, two, three = per_copy
        worked_out = [a, 2 * a, two, three, 2 * two, two + three, 2 * three]
        names = ["vkorc1_ag", "vkorc1_aa", "cyp2c9_1_2", "cyp2c9_1_3", "cyp2c9_2_2", "cyp2c9_2_3", "cyp2c9_3_3"]
        assert genes == pytest.approx(dict(zip(names, worked_out, strict=True)))
    else:
        assert not genes and per_copy == [None] * 3


def test_body_surface_is_that_of_dubois() -> None:
    made = {f.id: f for f in MODELS["warfarin-gage"].formulas[0].factors}
    surface = 170**0.725 / made["surface_height"].per * 75**0.425
    assert surface == pytest.approx(0.007184 * 170**0.725 * 75**0.425)
    assert surface == pytest.approx(1.8636, abs=0.0001)
