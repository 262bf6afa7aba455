"""PREDICT Breast 2.1 against its makers' own test, by hand, what each treatment changes, and whom it refuses.

The makers' test (WintonCentre/predict-v21-cljs) compares with their R text of 2018-04-07.
"""

from __future__ import annotations

import itertools
import math

import pytest

from models.knowledge.model_types import Model, Value
from models.patient import Gap
from models.prediction.contract import Prediction, predict
from models.prediction.predict_breast import breast_hazard, other_hazard, prognostic_index
from models.prediction.treatments import each_treatment
from tests.support.shipped import shipped

#: of the makers' test: what all treatments together change in mortality, one year after the other
SAVED = (
    0.0014235998353466783,
    0.005289672012324664,
    0.010759822493926374,
    0.017200767587482346,
    0.024213922849740006,
    0.0315433093601687,
    0.0390198769320368,
    0.046529416795973236,
    0.05399349285357215,
    0.06135767218134225,
    0.0685840054034158,
    0.07564607730104955,
    0.08252566579852982,
    0.08921043783391924,
    0.09569233116719345,
)
TREATMENTS: dict[str, Value] = {
    "endocrine-therapy": 1.0,
    "chemotherapy": "third-generation",
    "trastuzumab-therapy": 1.0,
    "bisphosphonate-therapy": 1.0,
}
NOBODY = {"metastatic-cancer": 0.0, "breast-carcinoma-in-situ-only": 0.0, "neoadjuvant-therapy": 0.0}


def model() -> Model:
    return shipped().models["predict-breast"]


def theirs() -> dict[str, Value]:
    """The woman of the makers' test."""
    return {
        **NOBODY,
        "sex": "female",
        "age": 25.0,
        "tumour-size": 2.0,
        "positive-nodes": 2.0,
        "tumour-grade": 1.0,
        "er-positive": 1.0,
        "her2-positive": 1.0,
        "ki67-positive": 1.0,
        "screen-detected": 1.0,
    }


def negative() -> dict[str, Value]:
    return {
        **NOBODY,
        "sex": "female",
        "age": 60.0,
        "tumour-size": 30.0,
        "positive-nodes": 4.0,
        "tumour-grade": 3.0,
        "er-positive": 0.0,
        "her2-positive": 0.0,
    }


def death(values: dict[str, Value], years: float = 10) -> float:
    found = predict(model(), values, "death-after-breast-cancer", years)
    assert isinstance(found, Prediction), found
    return found.value


def test_the_index_and_the_other_deaths_are_those_of_the_makers() -> None:
    numbers = model().numbers
    assert math.isclose(prognostic_index(numbers, theirs()), 0.5200516, abs_tol=1e-7)
    # chance to die of another cause after 1, 5, 10 and 15 years
    for years, expected in ((1, 0.00046123617167015407), (5, 0.003914850840574191), (10, 0.011146810094146975), (15, 0.02165059363589017)):
        assert math.isclose(-math.expm1(-other_hazard(numbers, theirs(), years)), expected, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("positive", "years", "expected"),
    [(1, 1, 0.0011302439325964351), (1, 10, 0.05193237928632519), (0, 1, 0.015012789617578808), (0, 10, 0.22253215565946607)],
)
def test_baselines_of_both_kinds_are_those_of_the_makers(positive: int, years: int, expected: float) -> None:
    numbers, person = model().numbers, theirs() | {"er-positive": float(positive)}
    assert math.isclose(breast_hazard(numbers, person, years) / math.exp(prognostic_index(numbers, person)), expected, rel_tol=1e-9)


def test_what_treatments_save_each_year_is_what_the_makers_say() -> None:
    numbers = model().numbers
    for years, expected in enumerate(SAVED, 1):
        other = other_hazard(numbers, theirs(), years)
        alone, treated = (math.exp(-other - breast_hazard(numbers, theirs() | more, years)) for more in ({}, TREATMENTS))
        assert math.isclose(treated - alone, expected, rel_tol=1e-9), years


def test_by_the_contract_five_and_ten_years() -> None:
    for years in (5, 10):
        assert math.isclose(death(theirs(), years) - death(theirs() | TREATMENTS, years), SAVED[years - 1], rel_tol=1e-9)


def test_a_negative_tumour_by_hand() -> None:
    index = (
        0.0089827 * (60 - 56.3254902)
        + 2.093446 * (math.sqrt(0.3) - 0.5090456276)
        + 0.6260541 * (math.log(0.5) + 1.086916249)
        + 1.129091
        - 0.0762
    )
    breast = math.exp(-1.156036 + 0.4707332 / 100 - 3.51355 / 10) * math.exp(index)
    other = math.exp(-6.052919 + 1.079863 * math.log(10) + 0.3255321 * math.sqrt(10)) * math.exp(0.0698252 * (36 - 34.23391957))
    assert math.isclose(death(negative()), 1 - math.exp(-breast - other), rel_tol=1e-12)


def test_treatments_count_only_for_the_tumours_that_they_are_for() -> None:
    assert death(negative() | {"endocrine-therapy": 1.0}) == death(negative())
    assert death(negative() | {"trastuzumab-therapy": 1.0}) == death(negative())
    unknown = {name: value for name, value in negative().items() if name != "her2-positive"}
    assert death(unknown | {"trastuzumab-therapy": 1.0}) == death(unknown)
    assert (
        death(negative() | {"chemotherapy": "third-generation"})
        < death(negative() | {"chemotherapy": "second-generation"})
        < death(negative())
    )
    assert death(negative() | {"chemotherapy": "none"}) == death(negative())
    assert death(theirs() | {"endocrine-therapy": 1.0}) < death(theirs())


def test_what_is_not_known_of_a_tumour_counts_as_its_makers_say() -> None:
    """Detection not known counts 0.204 of screening; HER2 and Ki-67 that are not known add nothing."""
    person = theirs()
    for name in ("screen-detected", "her2-positive", "ki67-positive"):
        del person[name]
    expected = prognostic_index(model().numbers, theirs()) - 0.2413 - 0.14904 + 0.22763366 * (1 - 0.204)
    assert math.isclose(prognostic_index(model().numbers, person), expected, rel_tol=1e-12)


def test_grade_2_and_3_are_one_in_negative_tumours() -> None:
    two, three = (death(negative() | {"tumour-grade": grade}) for grade in (2.0, 3.0))
    assert two == three > death(negative() | {"tumour-grade": 1.0})


def test_larger_tumours_and_more_nodes_are_worse() -> None:
    for person in (theirs(), negative()):
        sizes = [death(person | {"tumour-size": size}) for size in (5.0, 10.0, 20.0, 50.0, 120.0)]
        nodes = [death(person | {"positive-nodes": number}) for number in (0.0, 1.0, 3.0, 10.0, 30.0)]
        assert all(a < b for numbers in (sizes, nodes) for a, b in itertools.pairwise(numbers))


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        ({"metastatic-cancer": 1.0}, "metastatic-cancer"),
        ({"breast-carcinoma-in-situ-only": 1.0}, "breast-carcinoma-in-situ-only"),
        ({"neoadjuvant-therapy": 1.0}, "neoadjuvant-therapy"),
        ({"sex": "male"}, "sex"),
        ({"age": 24.0}, "age"),
        ({"age": 86.0}, "age"),
        ({"chemotherapy": "fourth-generation"}, "chemotherapy"),
        ({"ki67-positive": 0.5}, "ki67-positive"),
    ],
)
def test_whom_it_was_not_made_for_gets_no_number(changed: dict[str, Value], subject: str) -> None:
    found = predict(model(), negative() | changed)
    assert isinstance(found, tuple)
    assert [gap.subject for gap in found] == [f"{model().label}–{subject}"]


def test_its_name_says_that_it_is_superseded() -> None:
    assert "superseded by version 3" in model().label


def test_each_treatment_alone_is_told_beside_none() -> None:
    found = each_treatment(model(), theirs() | TREATMENTS, "death-after-breast-cancer", 10)
    none, each = found
    assert isinstance(none, Prediction) and isinstance(each, tuple)
    assert none.value == death(theirs())
    assert [(one.input, one.choice) for one in each] == [
        ("endocrine-therapy", 1.0),
        ("chemotherapy", "second-generation"),
        ("chemotherapy", "third-generation"),
        ("trastuzumab-therapy", 1.0),
        ("bisphosphonate-therapy", 1.0),
    ]
    for one in each:
        assert one.prediction.value == death(theirs() | {one.input: one.choice})
        assert one.saved == pytest.approx(none.value - one.prediction.value)


def test_a_treatment_that_is_not_for_the_tumour_saves_nothing() -> None:
    found = each_treatment(model(), negative(), "death-after-breast-cancer", 5)
    assert isinstance(found[1], tuple)
    saved = {(one.input, one.choice): one.saved for one in found[1]}
    assert saved["endocrine-therapy", 1.0] == saved["trastuzumab-therapy", 1.0] == 0
    assert saved["chemotherapy", "third-generation"] > saved["chemotherapy", "second-generation"] > 0


def test_whom_the_model_refuses_no_treatment_is_told_either() -> None:
    found = each_treatment(model(), negative() | {"metastatic-cancer": 1.0}, "death-after-breast-cancer", 10)
    assert all(isinstance(gap, Gap) for gap in found)
