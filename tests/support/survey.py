"""A survey of people who never were, in the columns of NHANES, with a known relation to diabetes. Nothing of the real one."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pandas as pd

from models.training.nhanes import Cohort, cohort

CYCLES = (1, 2, 3, 4, 5, 6, 7, 8)


def survey(people: int = 600, seed: int = 1, cycles: tuple[int, ...] = CYCLES, rate: float = -2.6) -> pd.DataFrame:
    """`people` of each cycle. Risk rises with age, body mass and glucose, more in Asian people; `rate` is the reference person's logit."""
    rng = np.random.default_rng(seed)
    n = people * len(cycles)
    cycle = np.repeat(cycles, people)
    age = rng.integers(20, 81, n).astype(float)
    bmi = np.clip(rng.normal(28, 5, n), 16, 60)
    ethnicity = rng.choice([1, 2, 3, 4, 5], n, p=[0.15, 0.1, 0.4, 0.2, 0.15])
    asian = (ethnicity == 5) & (rng.random(n) < 0.8)
    sbp = np.clip(rng.normal(122, 15, n), 85, 210)
    logit = rate + 0.04 * (age - 50) + 0.12 * (bmi - 27) + 0.9 * asian
    sick = rng.random(n) < 1 / (1 + np.exp(-logit))
    told = [ethnicity <= 2, ethnicity == 3, ethnicity == 4, asian & (cycle >= 7)]
    race = np.select(told, ["Hispanic", "Non-Hispanic White", "Non-Hispanic Black", "Non-Hispanic Asian"], "Other")
    return pd.DataFrame(
        {
            "survey_nr": cycle, "gender": rng.integers(1, 3, n), "age": age, "ethnicity": ethnicity, "pregnancy": np.nan, "BMI": bmi,
            "waist": bmi * 3.4 + rng.normal(0, 4, n), "SBP1": sbp, "SBP2": sbp - 1, "SBP3": np.nan, "SBP4": np.nan,
            "TC": rng.normal(5, 0.9, n).clip(2.6, 9), "HDL": rng.normal(1.35, 0.3, n).clip(0.6, 3),
            "glucose": rng.normal(5, 0.5, n) + 1.5 * sick,
            "ever_hypertension": rng.integers(1, 3, n), "ever_BP_meds": 1.0, "now_BP_meds": 1.0, "bp_med_use": rng.choice(["Yes", "No"], n),
            "famhist_T2D": rng.choice([1.0, 2.0], n), "ever_diabetes": 2, "insulin": 2.0, "oral_diab_med": np.nan,
            "hba1c": np.where(sick, 7.0, 5.4), "demo_race": race, "cc_egfr": rng.normal(95, 15, n).clip(20, 140),
            "cc_acr": np.exp(rng.normal(2, 0.8, n)).clip(0.5, 2000),
        }
    )  # fmt: skip


def people(count: int = 600, seed: int = 1) -> pd.DataFrame:
    return read(survey(count, seed)).people


def read(rows: pd.DataFrame) -> Cohort:
    return cohort(rows)


def gzipped(rows: pd.DataFrame) -> bytes:
    """As the survey's file is: the same rows, the same bytes."""
    content = io.BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", mtime=0) as file:
        file.write(rows.to_csv(index=False).encode())
    return content.getvalue()
