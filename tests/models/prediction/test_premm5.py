"""PREMM5 by plain arithmetic (no independent values are known), its limits, and whom it refuses."""

from __future__ import annotations

import math

import pytest

from models.knowledge.model_types import Model, Value
from models.prediction.contract import Prediction, predict
from tests.support.shipped import shipped

CANCERS = ("colorectal-cancer", "endometrial-cancer", "other-lynch-cancer")
RELATIVES = [f"{d}-degree-{c}-cancers" for d in ("first", "second") for c in ("colorectal", "endometrial", "other-lynch")]


def premm5() -> Model:
    return shipped().models["premm5"]


def person(**told: Value) -> dict[str, Value]:
    nobody: dict[str, Value] = dict.fromkeys((*CANCERS, *RELATIVES, "several-colorectal-cancers", "lynch-syndrome", "lynch-variant"), 0.0)
    return nobody | {"age": 50.0, "sex": "female"} | {name.replace("_", "-"): value for name, value in told.items()}


def chance(**told: Value) -> float:
    return chance_of("lynch-syndrome-variant", **told)


def chance_of(outcome: str, **told: Value) -> float:
    found = predict(premm5(), person(**told), outcome)
    assert isinstance(found, Prediction), found
    return found.value


def softmax(sums: list[float]) -> list[float]:
    whole = 1 + sum(math.exp(s) for s in sums)
    return [math.exp(s) / whole for s in sums]


def test_a_healthy_woman_of_50_by_hand() -> None:
    """Only intercepts and age: -5.325 - 0.0476 x 50 and so on."""
    by_hand = softmax([-5.325 - 0.0476 * 50, -4.427 - 0.0482 * 50, -4.675 - 0.0363 * 50, -4.913 - 0.0074 * 50])
    assert math.isclose(chance(), sum(by_hand), rel_tol=1e-12)
    for gene, expected in zip(("mlh1", "msh2", "msh6", "pms2"), by_hand, strict=True):
        assert math.isclose(chance_of(f"lynch-syndrome-variant-of-one-gene-{gene}"), expected, rel_tol=1e-12)


def test_a_man_with_bowel_cancer_at_40_and_relatives_by_hand() -> None:
    """His own at 40, a father's at 48, two second-degree relatives from 62 on: V5 = 1 + 1, V8 = -5 + 3 + 17."""
    told: dict[str, Value] = {
        "sex": "male",
        "age": 42.0,
        "colorectal_cancer": 1.0,
        "colorectal_cancer_age": 40.0,
        "first_degree_colorectal_cancers": 1.0,
        "first_degree_colorectal_age": 48.0,
        "second_degree_colorectal_cancers": 2.0,
        "second_degree_colorectal_age": 62.0,
    }
    v5, v8, v10 = 2.0, 15.0, 42.0
    by_hand = softmax(
        [
            -5.325 + 0.904 + 2.586 + 1.56 * v5 - 0.0557 * v8 - 0.0476 * v10,
            -4.427 + 0.937 + 1.799 + 1.337 * v5 - 0.0441 * v8 - 0.0482 * v10,
            -4.675 + 0.816 + 1.265 + 0.545 * v5 - 0.0095 * v8 - 0.0363 * v10,
            -4.913 + 0.294 + 0.989 - 0.002 * v5 - 0.0086 * v8 - 0.0074 * v10,
        ]
    )
    assert math.isclose(chance(**told), sum(by_hand), rel_tol=1e-12)


def test_a_woman_with_cancer_of_the_womb_and_others_in_the_family_by_hand() -> None:
    """Womb at 52, ovary herself, a mother's womb at 47, an aunt's stomach: V6 = 1, V7 = 0.5, V9 = 7 + 2."""
    told: dict[str, Value] = {
        "age": 60.0,
        "endometrial_cancer": 1.0,
        "endometrial_cancer_age": 52.0,
        "other_lynch_cancer": 1.0,
        "first_degree_endometrial_cancers": 1.0,
        "first_degree_endometrial_age": 47.0,
        "second_degree_other_lynch_cancers": 3.0,
    }
    by_hand = softmax(
        [
            -5.325 + 1.621 + 1.276 + 0.804 + 0.397 * 0.5 + 0.0115 * 9 - 0.0476 * 60,
            -4.427 + 1.924 + 1.585 + 0.67 + 0.607 * 0.5 + 0.0002 * 9 - 0.0482 * 60,
            -4.675 + 1.759 + 0.538 + 0.923 + 0.313 * 0.5 + 0.0344 * 9 - 0.0363 * 60,
            -4.913 + 0.739 + 0.395 - 0.426 - 0.105 * 0.5 + 0.0008 * 9 - 0.0074 * 60,
        ]
    )
    assert math.isclose(chance(**told), sum(by_hand), rel_tol=1e-12)


@pytest.mark.parametrize(("relatives", "same_as"), [(2.0, 5.0), (3.0, 20.0)])
def test_more_than_two_relatives_count_as_two(relatives: float, same_as: float) -> None:
    few, many = (chance(first_degree_colorectal_cancers=n, first_degree_colorectal_age=50.0) for n in (relatives, same_as))
    assert few == many


@pytest.mark.parametrize(
    ("age", "cancer", "inside", "beyond"),
    [
        ("age", "", 83.0, 95.0),
        ("age", "", 22.0, 18.0),
        ("colorectal-cancer-age", "colorectal-cancer", 27.0, 15.0),
        ("colorectal-cancer-age", "colorectal-cancer", 77.0, 90.0),
        ("first-degree-colorectal-age", "first-degree-colorectal-cancers", 28.0, 12.0),
        ("second-degree-endometrial-age", "second-degree-endometrial-cancers", 70.0, 88.0),
    ],
)
def test_ages_beyond_the_limits_count_as_the_limit(age: str, cancer: str, inside: float, beyond: float) -> None:
    told: dict[str, Value] = {cancer.replace("-", "_"): 1.0} if cancer else {}
    assert chance(**told, **{age.replace("-", "_"): inside}) == chance(**told, **{age.replace("-", "_"): beyond})


@pytest.mark.parametrize(("cancer", "age"), [(i.needed_with, i.name) for i in premm5().inputs.values() if i.needed_with])
def test_a_cancer_needs_its_age(cancer: str, age: str) -> None:
    found = predict(premm5(), person(**{cancer.replace("-", "_"): 1.0}))
    assert isinstance(found, tuple)
    assert [(gap.subject, gap.reason) for gap in found] == [(f"PREMM5–{age}", "unavailable")]


def test_ages_of_cancers_that_nobody_had_change_nothing() -> None:
    assert chance(colorectal_cancer_age=30.0, first_degree_endometrial_age=35.0) == chance()


def test_two_bowel_cancers_and_a_known_syndrome_are_refused() -> None:
    for name in ("several_colorectal_cancers", "lynch_syndrome", "lynch_variant"):
        found = predict(premm5(), person(**{name: 1.0}))
        assert isinstance(found, tuple)
        assert found[0].reason == "out_of_range"


def test_the_number_for_two_bowel_cancers_is_not_shipped() -> None:
    """-53.205 of one gene says only that no such carrier was seen."""
    genes = premm5().numbers["gene"]
    assert "several" not in {name for coefficients in genes.values() for name in coefficients}
    assert min(min(coefficients.values()) for coefficients in genes.values()) > -6


def test_younger_people_and_more_cancers_are_likelier_carriers() -> None:
    assert chance(age=30.0) > chance(age=50.0) > chance(age=70.0)
    assert chance(sex="male") > chance()
    assert chance() < chance(other_lynch_cancer=1.0)
    one = chance(first_degree_colorectal_cancers=1.0, first_degree_colorectal_age=40.0)
    assert chance() < one < chance(first_degree_colorectal_cancers=2.0, first_degree_colorectal_age=40.0)


def test_its_rights_ask_for_the_sites_consent() -> None:
    assert premm5().terms
    assert "terms" in premm5().rights
