"""The survey's rows as inputs: codes, units, who is in the cohort. Of people who never were."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from models.training.nhanes import NEEDED, cohort, read_survey
from models.training.refusals import TrainingRefused
from tests.support.survey import gzipped, survey


def one(**columns: object) -> pd.DataFrame:
    return survey(1, cycles=(8,)).assign(**columns)


def person(**columns: object) -> pd.Series:
    return cohort(one(**columns)).people.iloc[0]


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"age": 19.0}, "under 20 years"),
        ({"ever_diabetes": 1}, "diabetes was diagnosed, or the answer is not known"),
        ({"ever_diabetes": 9}, "diabetes was diagnosed, or the answer is not known"),
        ({"insulin": 1.0}, "takes insulin or tablets for diabetes"),
        ({"oral_diab_med": 1.0}, "takes insulin or tablets for diabetes"),
        ({"pregnancy": 1.0}, "pregnant"),
        ({"hba1c": np.nan}, "HbA1c is not known"),
    ],
)
def test_who_is_not_in_the_cohort_is_counted_under_the_first_reason(columns: dict[str, object], why: str) -> None:
    found = cohort(one(**columns))
    assert found.people.empty
    assert [reason for reason, count in found.excluded if count] == [why]


def test_borderline_is_not_diagnosed() -> None:
    assert len(cohort(one(ever_diabetes=3)).people) == 1


@pytest.mark.parametrize(("hba1c", "outcome"), [(6.4, 0), (6.5, 1)])
def test_the_outcome_is_hba1c_from_six_and_a_half(hba1c: float, outcome: int) -> None:
    assert person(hba1c=hba1c)["outcome"] == outcome


def test_units_become_those_of_the_inputs() -> None:
    found = person(TC=5.0, HDL=1.0, glucose=5.0, SBP1=120, SBP2=130, SBP3=np.nan, SBP4=np.nan, age=85.0)
    assert found["total-cholesterol"] == pytest.approx(193.35)
    assert found["hdl-cholesterol"] == pytest.approx(38.67)
    assert found["random-glucose"] == pytest.approx(90.08)
    assert found["systolic-pressure"] == 125
    assert found["age"] == 80


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ({"bp_med_use": "Yes"}, 1.0),
        ({"bp_med_use": None, "ever_hypertension": 1, "ever_BP_meds": 1, "now_BP_meds": 1}, 1.0),
        ({"bp_med_use": None, "ever_hypertension": 1, "ever_BP_meds": 1, "now_BP_meds": 2}, 0.0),
        ({"bp_med_use": None, "ever_hypertension": 2, "ever_BP_meds": np.nan, "now_BP_meds": np.nan}, 0.0),
        ({"bp_med_use": None, "ever_hypertension": 9, "ever_BP_meds": np.nan, "now_BP_meds": np.nan}, None),
        ({"bp_med_use": None, "ever_hypertension": 1, "ever_BP_meds": 1, "now_BP_meds": 9}, None),
    ],
)
def test_who_was_never_told_of_hypertension_takes_nothing_for_it_and_who_does_not_know_is_not_known(
    columns: dict[str, object], taken: float | None
) -> None:
    found = person(**columns)["antihypertensive"]
    assert np.isnan(found) if taken is None else found == taken


@pytest.mark.parametrize(("code", "told"), [(1.0, "first-degree"), (2.0, "none"), (9.0, None), (7.0, None)])
def test_a_refused_or_unknown_answer_is_not_a_no(code: float, told: str | None) -> None:
    found = person(famhist_T2D=code)["family-diabetes"]
    assert pd.isna(found) if told is None else found == told


@pytest.mark.parametrize(
    ("cycle", "race", "told"),
    [(8, "Non-Hispanic Asian", "asian"), (8, "Other", None), (8, None, None), (6, "Other", "asian"), (6, None, "asian")],
)
def test_asian_is_told_apart_from_2011_on_and_stands_for_code_5_before(cycle: int, race: str | None, told: str | None) -> None:
    found = person(survey_nr=cycle, ethnicity=5, demo_race=race)["race-ethnicity"]
    assert pd.isna(found) if told is None else found == told


def test_a_file_that_was_joined_badly_is_refused_by_the_name_of_the_column() -> None:
    rows = survey(2).drop(columns=["cc_egfr", "hba1c"])
    with pytest.raises(TrainingRefused, match="no column hba1c, cc_egfr"):
        read_survey(io.BytesIO(gzipped(rows)))


def test_what_is_no_gzipped_table_is_refused() -> None:
    with pytest.raises(TrainingRefused, match="no gzipped CSV"):
        read_survey(io.BytesIO(b"SEQN,age\n1,50\n"))


def test_a_file_is_read_back_as_it_was_written() -> None:
    rows = survey(3)
    read = read_survey(io.BytesIO(gzipped(rows)))
    assert set(NEEDED) <= set(read.columns) and len(read) == len(rows)
