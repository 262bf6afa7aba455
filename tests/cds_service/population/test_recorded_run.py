"""Two ways to measure the same people: recalibration in plain Python, training with scikit-learn. The recorded run is the judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import models.knowledge
from cds_service.population.local_fit import recalibrated
from cds_service.population.record_signing import make_key
from cds_service.population.study import read_study
from models.knowledge.types import Knowledge
from models.training.nhanes import cohort, read_survey
from tests.support.reference import reference_file

RUN = Path(models.knowledge.__path__[0]) / "evaluations" / "undiagnosed-diabetes-2013-2014-office.json"
STUDY = """
[study]
site = "survey"
model = "undiagnosed-diabetes"
told = "HbA1c of 6.5 % or more"
[people]
index = 2014-01-01
"""


@pytest.mark.long
def test_recalibration_measures_what_the_recorded_run_measured(tmp_path: Path, knowledge: Knowledge) -> None:
    with reference_file("data/nhanes/adults_1999_2014.csv.gz").open("rb") as survey:
        people = cohort(read_survey(survey)).people
    people = people[people["cycle"] == 8]
    asked = ["age", "sex", "bmi", "systolic-pressure", "antihypertensive", "outcome"]
    refused = dict.fromkeys(knowledge.models["undiagnosed-diabetes"].refuses, 0)
    people[asked].assign(**refused).to_csv(tmp_path / "people.csv", index=False)
    make_key(tmp_path / "key.pem")
    (tmp_path / "study.toml").write_text(STUDY, "utf-8")
    study = read_study(tmp_path / "study.toml", knowledge)
    found = recalibrated(study, tmp_path / "people.csv", tmp_path / "key.pem", knowledge, "2026-11-27", tmp_path).report
    run = json.loads(RUN.read_text("utf-8"))["metrics"]
    assert (found["people"], found["events"]) == (run["people"], run["events"])
    assert found["left_out"] == {"no prediction: see refused": run["not_scored"]}
    for mine, theirs in (("o_e", "oe"), ("auroc", "auroc"), ("slope", "slope"), ("calibration_in_the_large", "calibration_in_the_large")):
        assert found["metrics"][mine]["value"] == pytest.approx(run[theirs]["value"], abs=2e-4), mine
        for end in ("low", "high"):  # exact, or by a formula, against a bootstrap
            assert found["metrics"][mine][end] == pytest.approx(run[theirs][end], abs=0.04), (mine, end)
    assert found["formulas"]["office"]["intercept"] == pytest.approx(run["intercept"]["value"], abs=1e-3)
