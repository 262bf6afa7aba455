"""The exported formula equals scikit-learn's pipeline, in the model contract and in its vectorised scorer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tomli

import models.knowledge
from models.knowledge.model_files import read_model
from models.knowledge.model_types import Model
from models.prediction.contract import Prediction, predict
from models.training.asked import INPUTS, formulas
from models.training.export import formula
from models.training.fit import Settings, complete, fitted, risk
from models.training.model_file import model_json
from models.training.scoring import risks_of
from models.training.splits import Split
from models.training.train import trained
from tests.support.survey import people

HEAD = Path(models.knowledge.__path__[0]) / "models/undiagnosed-diabetes.toml"
SOME = people(400)
EVERY = {one.id: one for one in formulas()}


def as_model(text: str) -> Model:
    """Read as the service reads it: the TOML of the shipped model with this JSON on top."""
    return read_model({**tomli.loads(HEAD.read_text("utf-8")), **json.loads(text)}, "models/undiagnosed-diabetes.toml")


@pytest.mark.parametrize("name", ["office", "laboratory-family-ancestry", "glucose-ancestry"])
@pytest.mark.parametrize("settings", [Settings(2, 1.0), Settings(3, 0.3)], ids=str)
def test_the_export_equals_scikit_learn(name: str, settings: Settings) -> None:
    asked = EVERY[name]
    used = complete(SOME, asked)
    pipeline = fitted(asked, used, settings)
    exported = formula(asked, pipeline)
    assert np.abs(risks_of(exported, used) - risk(pipeline, asked, used)).max() < 0.003


def test_the_file_scores_one_person_as_the_pipeline_does() -> None:
    asked = EVERY["laboratory-family-ancestry"]
    used = complete(SOME, asked)
    pipeline = fitted(asked, used, Settings(2, 1.0))
    model = as_model(model_json(INPUTS, [formula(asked, pipeline)]))
    expected = risk(pipeline, asked, used)
    for row, wanted in list(zip(used.to_dict("records"), expected, strict=True))[:40]:
        found = predict(model, {name: row[name] for name in asked.inputs})
        assert isinstance(found, Prediction)
        assert found.value == pytest.approx(wanted, abs=0.003)
        assert found.linear - found.reference == pytest.approx(sum(share.amount for share in found.shares))


def test_the_reference_person_has_the_intercept_and_no_shares() -> None:
    asked = EVERY["laboratory-family-ancestry"]
    model = as_model(model_json(INPUTS, [formula(asked, fitted(asked, complete(SOME, asked), Settings(3, 0.3)))]))
    found = predict(model, {name: model.inputs[name].reference for name in asked.inputs})
    assert isinstance(found, Prediction) and not found.shares
    assert found.linear == pytest.approx(model.formulas[0].intercept, abs=0.02)


def test_a_spline_goes_on_level_beyond_the_people_trained_on() -> None:
    asked = EVERY["office"]
    exported = formula(asked, fitted(asked, complete(SOME, asked), Settings(2, 1.0)))
    far = complete(SOME, asked).head(1).assign(bmi=64.0)
    assert risks_of(exported, far) == pytest.approx(risks_of(exported, far.assign(bmi=62.0)))


def test_a_second_training_writes_the_same_bytes() -> None:
    texts = [model_json(INPUTS, [trained(EVERY["office-family"], SOME, Split()).formula]) for _ in range(2)]
    assert texts[0] == texts[1] and texts[0].endswith("}\n")


def test_training_records_how_far_the_export_lies_from_scikit_learn_and_how_many_could_not_be_used() -> None:
    some = SOME.copy()
    some.loc[some["cycle"].eq(3) & some["sex"].eq("male"), "bmi"] = np.nan
    found = trained(EVERY["office"], some, Split())
    assert 0 < found.export_error < 0.003
    earlier = some[some["cycle"] <= 7]
    assert found.incomplete == int(earlier["bmi"].isna().sum()) == len(earlier) - found.fitted_on
    assert {b.people for b in found.formula.bands} and sum(b.people for b in found.formula.bands) == int((some["cycle"] == 8).sum())
