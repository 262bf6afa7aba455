"""What is fitted, and what is refused: weighted classes, imputed values."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from models.training.asked import BY_NAME, INPUTS, formulas, levels
from models.training.challenger import boosted
from models.training.fit import Settings, complete, fitted, pipeline, refuse_weights, risk
from models.training.refusals import TrainingRefused
from tests.support.survey import people

EVERY = {one.id: one for one in formulas()}
LAB = EVERY["laboratory-family-ancestry"]
SOME = people(150)


def test_balanced_class_weights_are_refused_with_the_reason() -> None:
    with pytest.raises(TrainingRefused, match="class_weight = 'balanced': weighted classes destroy calibration"):
        pipeline(LAB, SOME, Settings(2, 1.0), class_weight="balanced")


def test_the_challenger_may_not_weigh_classes_either() -> None:
    with pytest.raises(TrainingRefused, match="balanced"):
        boosted(LAB, {"max_iter": 10}, 1, class_weight="balanced")


@pytest.mark.parametrize("weight", ["balanced", {0: 1, 1: 30}])
def test_weights_deep_in_a_pipeline_are_found(weight: object) -> None:
    hidden = Pipeline([("inner", Pipeline([("sum", LogisticRegression(class_weight=weight))]))])
    with pytest.raises(TrainingRefused, match="inner__sum__class_weight"):
        refuse_weights(hidden)
    refuse_weights(HistGradientBoostingClassifier())


def test_why_weights_are_refused_balanced_ones_tell_everybody_far_too_much() -> None:
    used = complete(people(1500), EVERY["office"])
    x, y = used[["age", "bmi"]].to_numpy(), used["outcome"].to_numpy()
    plain, weighted = (LogisticRegression(class_weight=w, max_iter=1000).fit(x, y).predict_proba(x)[:, 1] for w in (None, "balanced"))
    assert y.sum() / plain.sum() == pytest.approx(1, abs=0.01)
    assert y.sum() / weighted.sum() < 0.5


def test_only_people_of_whom_everything_is_known_are_used() -> None:
    some = SOME.copy()
    some.loc[some.index[0], "bmi"] = np.nan
    some.loc[some.index[1], "race-ethnicity"] = None
    some.loc[some.index[2], "uacr"] = 1e5
    used = complete(some, LAB)
    assert not {*some.index[:3]} & {*used.index}
    assert used[list(LAB.inputs)].notna().all(axis=None)


def test_a_value_outside_the_range_does_not_count_for_a_formula_that_does_not_ask_it() -> None:
    some = SOME.copy()
    some["uacr"] = np.nan
    assert complete(some, LAB).empty and not complete(some, EVERY["office"]).empty


def test_a_fit_is_the_same_each_time_and_finds_what_raises_the_risk() -> None:
    used = complete(people(800), EVERY["office-ancestry"])
    one, two = (risk(fitted(EVERY["office-ancestry"], used, Settings(2, 1.0)), EVERY["office-ancestry"], used) for _ in range(2))
    assert (one == two).all()
    assert one[(used["bmi"] > 33).to_numpy()].mean() > 2 * one[(used["bmi"] < 25).to_numpy()].mean()


def test_every_set_of_inputs_is_one_formula_and_each_has_what_the_office_has() -> None:
    assert len({one.inputs for one in EVERY.values()}) == len(EVERY) == 16
    assert all(set(EVERY["office"].inputs) <= set(one.inputs) <= {asked.name for asked in INPUTS} for one in EVERY.values())
    assert all(not asked.required for asked in INPUTS if asked.name not in EVERY["office"].inputs)


def test_a_choice_has_a_coefficient_for_each_level_but_its_reference() -> None:
    assert levels("race-ethnicity") == ("black", "hispanic", "asian") and BY_NAME["race-ethnicity"].reference == "white"
    assert levels("family-diabetes") == ("first-degree",)
