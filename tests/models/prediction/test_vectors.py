"""Published equations against values that others computed: where ../shared is at hand, and some everywhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from models.knowledge.model_types import Value
from models.prediction.contract import Prediction, predict
from tests.support.reference import reference_file
from tests.support.shipped import shipped
from tests.support.source_scan import ROOT

NO_DISEASE = {"atherosclerosis": 0.0, "heart-failure": 0.0, "diabetes": 0.0, "kidney-replacement": 0.0}
#: equations whose stored facts have values by another program
WITH_VECTORS = {"prevent", "pce", "ckd-epi-2021", "fib-4", "cha2ds2-vasc", "findrisc", "kfre"}
#: and those that files of their own compare: test_bcrat, test_predict_breast, test_variant_score
COMPARED_ELSEWHERE = {"bcrat", "predict-breast", "t1d-grs2"}


def given(model: str, values: dict[str, Value], outcome: str = "", horizon: float | None = None) -> Prediction:
    found = predict(shipped().models[model], NO_DISEASE | values, outcome, horizon)
    assert isinstance(found, Prediction), found
    return found


def vectors(name: str) -> list[Any]:
    return json.loads(reference_file("data/equations/test_vectors.json").read_text("utf-8"))[name]  # type: ignore[no-any-return]


def test_prevent_agrees_with_all_hundred_of_its_sub_models() -> None:
    told = json.loads(reference_file("data/equations/prevent_test_vectors.json").read_text("utf-8"))
    c = told["common_inputs"]
    person: dict[str, Value] = {
        "age": c["age"],
        "total-cholesterol": c["tc"],
        "hdl-cholesterol": c["hdl"],
        "systolic-pressure": c["sbp"],
        "antihypertensive": c["bp_tx"],
        "statin": c["statin"],
        "diabetes": c["dm"],
        "current-smoker": c["smoking"],
        "egfr": c["egfr"],
        "bmi": c["bmi"],
    }
    seen = set()
    for v in told["vectors"]:
        extra = {"hba1c": v["hba1c"], "uacr": v["uacr"], "deprivation-decile": v["sdi_decile"]}
        mine = person | {"sex": v["sex"]} | {k: x for k, x in extra.items() if x is not None}
        found = given("prevent", mine, v["outcome"].replace("_", "-"), v["years"])
        assert found.formula.startswith(f"{v['model']}_"), (found.formula, v)
        assert round(found.value, 3) == v["expected"], (found.formula, found.value, v)
        seen.add(found.formula)
    assert len(seen) == len(told["vectors"]) == 100


def test_pce_agrees() -> None:
    rows = vectors("pce_2013_clincalc")
    for v, expected in rows:
        person: dict[str, Value] = {
            "age": v["age"],
            "sex": v["sex"],
            "ancestry": v["race"],
            "total-cholesterol": v["total_cholesterol_mg_dl"],
            "hdl-cholesterol": v["hdl_cholesterol_mg_dl"],
            "systolic-pressure": v["systolic_bp_mm_hg"],
            "antihypertensive": float(v["treated_bp"]),
            "current-smoker": float(v["current_smoker"]),
            "diabetes": float(v["diabetes"]),
        }
        assert 100 * given("pce", person).value == pytest.approx(expected, abs=0.0501), v
    assert len(rows) == 40


@pytest.mark.parametrize(
    ("sex", "race", "percent"), [("female", "white", 2.1), ("female", "black", 3.0), ("male", "white", 5.4), ("male", "black", 6.1)]
)
def test_pce_gives_the_worked_examples_of_the_guideline(sex: str, race: str, percent: float) -> None:
    """The guideline prints 5.3 for the white man, by a mean with more digits than it prints."""
    person: dict[str, Value] = {"age": 55, "sex": sex, "ancestry": race, "total-cholesterol": 213, "hdl-cholesterol": 50}
    person |= {"systolic-pressure": 120, "antihypertensive": 0, "current-smoker": 0, "diabetes": 0}
    assert round(100 * given("pce", person).value, 1) == percent


def test_ckd_epi_agrees() -> None:
    rows = vectors("ckd_epi_2021_creat_clincalc")
    for age, sex, creatinine, expected in rows:
        found = given("ckd-epi-2021", {"age": age, "sex": {"F": "female", "M": "male"}[sex], "creatinine": creatinine})
        assert found.value == pytest.approx(expected, abs=0.5001)
    assert len(rows) == 40


def test_fib4_agrees() -> None:
    rows = vectors("fib4_clincalc")
    for v, expected in rows:
        assert given("fib-4", v).value == pytest.approx(expected, abs=0.0051), v
    assert len(rows) == 30


def test_cha2ds2_vasc_agrees() -> None:
    rows = vectors("cha2ds2vasc_clincalc")
    for v, expected in rows:
        person: dict[str, Value] = {
            "age": v["age"],
            "sex": v["sex"],
            "heart-failure": float(v["congestive_heart_failure"]),
            "hypertension": float(v["hypertension"]),
            "diabetes": float(v["diabetes"]),
            "stroke-tia": float(v["stroke_tia_thromboembolism"]),
            "vascular-disease": float(v["vascular_disease"]),
        }
        with_sex = given("cha2ds2-vasc", person, "stroke-points").value
        assert with_sex == expected
        assert given("cha2ds2-vasc", person, "stroke-points-without-sex").value == expected - (v["sex"] == "female")
    assert len(rows) == 30


def test_findrisc_agrees() -> None:
    rows = vectors("findrisc_clincalc")
    for v, points in rows:
        person: dict[str, Value] = {
            "age": v["age"],
            "sex": v["sex"],
            "bmi": v["bmi"],
            "waist": v["waist_cm"],
            "physically-active": float(v["physically_active"]),
            "daily-vegetables": float(v["daily_vegetables_fruit"]),
            "antihypertensive": float(v["antihypertensive_medication"]),
            "high-glucose-history": float(v["high_blood_glucose_history"]),
            "family-diabetes": v["family_history"].replace("_", "-"),
        }
        assert given("findrisc", person).linear == points, v
    assert len(rows) == 40


def test_kfre_agrees_with_four_variables() -> None:
    rows = vectors("kfre4_pypi")
    for v, north_america, years, expected in rows:
        person: dict[str, Value] = {
            "age": v["age"],
            "sex": "male" if v["is_male"] else "female",
            "egfr": v["eGFR"],
            "uacr": v["uACR"],
            "region": "north-america" if north_america else "other",
        }
        assert given("kfre", person, horizon=years).value == pytest.approx(expected, rel=1e-9), v
    assert len(rows) == 30


def test_a_model_that_says_it_has_vectors_is_compared_here_and_the_others_say_that_they_have_none() -> None:
    assert {m.id for m in shipped().models.values() if m.vectors and not m.derived} == WITH_VECTORS | COMPARED_ELSEWHERE


def test_the_documentation_lists_each_model_without_independent_values() -> None:
    page = (ROOT / "docs" / "risks.md").read_text("utf-8").split("**Without independent values**: ")[1].split(";")[0]
    assert set(re.findall("`([a-z0-9-]+)`", page)) == {m.id for m in shipped().models.values() if not m.vectors}
