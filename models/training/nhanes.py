"""The rows of NHANES (adults, one row a person) as the inputs of a model and an outcome. It fits nothing and imputes nothing.

Codes and units of the source: 1 yes, 2 no, 7 and 9 refused or unknown (missing here); lipids and glucose in mmol/L. Public domain data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

import numpy as np
import pandas as pd

from models.training.refusals import TrainingRefused

DIABETES = 6.5  #: HbA1c in %, from which diabetes is diagnosed (with a second test, which a survey does not have)
OLDEST = 80.0  #: the survey tells 80 and over as 80 (85 until 2006, read as 80 here)
CHOLESTEROL, GLUCOSE = 38.67, 18.016  #: mg/dL in one mmol/L
YEARS = {cycle: f"{1997 + 2 * cycle}-{1998 + 2 * cycle}" for cycle in range(1, 11)}  #: survey_nr → years
#: RIDRETH1. Asian is told apart (demo_race) from 2011 on only; before, code 5 holds Asian people and a few others, and stands for Asian.
ETHNICITY = {1: "hispanic", 2: "hispanic", 3: "white", 4: "black", 5: "asian"}
ASIAN, TOLD_APART_FROM = "Non-Hispanic Asian", 7  #: demo_race, and the first cycle in which it tells Asian people from others of code 5
NEEDED = (
    "survey_nr gender age ethnicity pregnancy BMI waist SBP1 SBP2 SBP3 SBP4 TC HDL glucose "
    "ever_hypertension ever_BP_meds now_BP_meds bp_med_use famhist_T2D ever_diabetes insulin oral_diab_med hba1c demo_race cc_egfr cc_acr"
).split()


@dataclass(frozen=True, slots=True)
class Cohort:
    """`people`: one row a person: cycle, outcome (1 = HbA1c ≥ 6.5 %), and a column for each input; NaN or None where not known."""

    people: pd.DataFrame
    excluded: tuple[tuple[str, int], ...]  #: why, in order, and how many


def read_survey(stream: IO[bytes]) -> pd.DataFrame:
    """A gzipped CSV. Raises TrainingRefused where a column is missing: a join that failed must not look like people without values."""
    try:
        survey = pd.read_csv(stream, compression="gzip", low_memory=False)
    except (OSError, EOFError, ValueError) as error:
        raise TrainingRefused(f"the data are no gzipped CSV ({error}); give the file adults_1999_2014.csv.gz") from error
    if missing := [name for name in NEEDED if name not in survey.columns]:
        raise TrainingRefused(f"the data have no column {', '.join(missing)}; give a file with the columns that docs/training.md lists")
    return survey


def cohort(survey: pd.DataFrame) -> Cohort:
    """Adults from 20 without diagnosed diabetes and its medicines, not pregnant, whose HbA1c is known."""
    rules = (
        ("under 20 years", survey["age"] < 20),
        ("diabetes was diagnosed, or the answer is not known", ~survey["ever_diabetes"].isin([2, 3])),
        ("takes insulin or tablets for diabetes", survey["insulin"].eq(1) | survey["oral_diab_med"].eq(1)),
        ("pregnant", survey["pregnancy"].eq(1)),
        ("HbA1c is not known", survey["hba1c"].isna()),
    )
    stays, excluded = pd.Series(True, index=survey.index), []
    for why, out in rules:
        excluded.append((why, int((stays & out).sum())))
        stays &= ~out
    return Cohort(_people(survey[stays]), tuple(excluded))


def _people(rows: pd.DataFrame) -> pd.DataFrame:
    """Under the names of knowledge/inputs, in their units."""
    return pd.DataFrame(
        {
            "cycle": rows["survey_nr"].astype(int),
            "outcome": (rows["hba1c"] >= DIABETES).astype(int),
            "age": rows["age"].clip(upper=OLDEST),
            "sex": rows["gender"].map({1: "male", 2: "female"}),
            "race-ethnicity": _ancestry(rows),
            "bmi": rows["BMI"],
            "waist": rows["waist"],
            "systolic-pressure": rows[["SBP1", "SBP2", "SBP3", "SBP4"]].mean(axis=1),
            "antihypertensive": _antihypertensive(rows),
            "family-diabetes": rows["famhist_T2D"].map({1: "first-degree", 2: "none"}),
            "total-cholesterol": rows["TC"] * CHOLESTEROL,
            "hdl-cholesterol": rows["HDL"] * CHOLESTEROL,
            "egfr": rows["cc_egfr"],
            "uacr": rows["cc_acr"],
            "random-glucose": rows["glucose"] * GLUCOSE,
        }
    ).reset_index(drop=True)


def _ancestry(rows: pd.DataFrame) -> pd.Series:
    """From 2011 on, who has code 5 and is not said to be Asian has no ancestry here: no group of their own is large enough."""
    another = rows["ethnicity"].eq(5) & (rows["survey_nr"] >= TOLD_APART_FROM) & rows["demo_race"].ne(ASIAN)
    return rows["ethnicity"].map(ETHNICITY).mask(another)


def _antihypertensive(rows: pd.DataFrame) -> pd.Series:
    """Who was never told of hypertension, or never of medicines for it, was not asked further: no."""
    taken = rows["bp_med_use"].map({"Yes": 1.0, "No": 0.0})
    taken = taken.fillna(rows["now_BP_meds"].map({1: 1.0, 2: 0.0}))
    never = rows["ever_hypertension"].eq(2) | rows["ever_BP_meds"].eq(2)
    return taken.where(taken.notna() | ~never, 0.0).astype(np.float64)
