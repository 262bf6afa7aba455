"""BCRAT against values of the R package BCRA, by hand, and whom it refuses.

The values were recorded by another project (epiverse/bcra-js) from runs of BCRA 2.1.2; they are per cent.
"""

from __future__ import annotations

import itertools
import math

import pytest

from models.knowledge.model_types import Model, Value
from models.prediction.bcrat import absolute_risk, relative_risks
from models.prediction.contract import Prediction, predict
from tests.support.shipped import shipped

#: from, to, biopsies, hyperplasia, menarche, first birth, relatives; what was not known counts as none in that package
WOMEN = (
    (40, 50, 1, "unknown", 12, "from-25", 1),
    (45, 55, 2, "yes", 10, "none", 2),
    (30, 35, 0, "unknown", 14, "from-20", 0),
    (50, 60, 0, "unknown", 14, "before-20", 0),
    (40, 45, 1, "no", 11, "none", 1),
    (25, 30, 0, "unknown", 13, "before-20", 0),
    (70, 80, 1, "unknown", 12, "from-25", 0),
    (55, 65, 3, "unknown", 11, "from-30", 1),
    (42, 52, 1, "no", 12, "from-25", 3),
    (38, 48, 1, "unknown", 9, "from-20", 1),
)
#: one line for each group, one number for each woman
EXPECTED = {
    group: tuple(float(number) for number in numbers.split())
    for group, numbers in (
        (
            "white",
            "4.5136216073 24.125253066 0.095603326859 1.3863082967 1.8983595395 0.024129171937 4.5936976595 "
            "8.956792832 7.7073715194 4.0939728739",
        ),
        (
            "black",
            "2.7300575728 11.4017761885 0.11293841745 1.8901109571 1.0088314365 0.05366941602 3.442200511 "
            "4.9888568211 4.5675991663 2.3135631172",
        ),
        (
            "hispanic-us",
            "1.8869997821 5.8245861091 0.12918276337 1.9479105765 0.87467784039 0.027729517727 3.263055622 "
            "4.5523888304 2.0161619073 1.5788693384",
        ),
        (
            "hispanic-elsewhere",
            "3.337429861 16.0564828123 0.053911528049 0.69478315423 2.5618113231 0.014746535537 3.6257281987 "
            "13.3025723217 3.561390923 3.6031469383",
        ),
        (
            "chinese",
            "3.9785550501 15.8392569501 0.058923079685 0.84315550627 1.549843681 0.01176012768 2.8387007171 "
            "14.8548659583 4.0633623787 2.7376047823",
        ),
        (
            "japanese",
            "4.9921994486 23.4178324615 0.089821031955 1.4387369886 1.9500749503 0.025455990398 5.3269992557 "
            "27.0960044332 5.6094079814 3.3993929472",
        ),
        (
            "filipino",
            "4.8802680186 21.3997396725 0.071178178106 1.2133353288 1.9115693839 0.020747427428 3.5565533716 "
            "21.6971744537 5.2780656772 3.3335646732",
        ),
        (
            "hawaiian",
            "6.8664096125 29.2279753785 0.10616464745 2.0865720263 2.801069303 0.025217696092 8.0759610923 "
            "35.8867105742 7.4627075106 4.7700586158",
        ),
        (
            "other-pacific-islander",
            "2.5347624258 14.5300240896 0.090230193443 1.0339235989 1.2788445091 0.018288628632 3.0351211108 "
            "19.9103309885 3.1021953916 1.9925571425",
        ),
        (
            "other-asian",
            "3.0822121069 13.4772413319 0.057676362106 0.71242078666 1.3434769118 0.0152344771 1.722484414 "
            "12.895179158 3.2731363448 2.2055259775",
        ),
    )
}
#: the first of the women at other ages
BETWEEN_BIRTHDAYS = (
    ("white", 49.9, 54.9, 2.4205408529),
    ("white", 50, 55, 2.4141393723),
    ("white", 50.1, 55.1, 2.4250341035),
    ("white", 45.5, 50.5, 2.6934056167),
    ("white", 48.3, 51.7, 1.7593653666),
    ("white", 49, 51, 1.0404966448),
    ("white", 35.3, 40.7, 1.1780246553),
    ("white", 67.8, 72.2, 3.7527705041),
    ("white", 40.1, 41.1, 0.37547344345),
    ("white", 55, 56, 0.60344315567),
    ("white", 70.3, 85.7, 10.841909905),
    ("white", 89, 90, 0.84957718153),
    ("white", 49.5, 50.5, 0.52225234897),
    ("white", 60.2, 65.8, 4.0831151276),
    ("black", 45.5, 50.5, 1.7192701842),
    ("hispanic-us", 45.5, 50.5, 1.1873921535),
    ("hispanic-elsewhere", 45.5, 50.5, 2.0874290258),
    ("japanese", 45.5, 50.5, 3.2645076717),
    ("other-pacific-islander", 45.5, 50.5, 1.4922876399),
)
KNOWN_NOT = dict.fromkeys(("breast-cancer", "breast-carcinoma-in-situ", "high-risk-breast-variant", "hodgkin-lymphoma"), 0.0)


def bcrat() -> Model:
    return shipped().models["bcrat"]


def woman(row: tuple[float, float, int, str, int, str, int], **more: Value) -> dict[str, Value]:
    age, _, biopsies, hyperplasia, menarche, birth, relatives = row
    return {
        **KNOWN_NOT,
        "sex": "female",
        "race-ethnicity": "white",
        "age": float(age),
        "breast-biopsies": float(biopsies),
        "atypical-hyperplasia": hyperplasia,
        "age-at-menarche": float(menarche),
        "first-birth": birth,
        "first-degree-breast-cancers": float(relatives),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def risk(group: str, row: tuple[float, float, int, str, int, str, int], start: float, end: float) -> float:
    numbers = bcrat().numbers
    of = numbers["group"][group]
    return 100 * absolute_risk(of, relative_risks(numbers, of, woman(row)), start, end)


@pytest.mark.parametrize("group", EXPECTED)
def test_ten_women_of_each_group_get_the_values_of_the_r_package(group: str) -> None:
    for row, expected in zip(WOMEN, EXPECTED[group], strict=True):
        assert math.isclose(risk(group, row, row[0], row[1]), expected, rel_tol=1e-9), row


@pytest.mark.parametrize(("group", "start", "end", "expected"), BETWEEN_BIRTHDAYS)
def test_ages_between_birthdays_get_the_values_of_the_r_package(group: str, start: float, end: float, expected: float) -> None:
    assert math.isclose(risk(group, WOMEN[0], start, end), expected, rel_tol=1e-9)


def test_by_the_contract_a_woman_gets_five_years_and_the_time_to_90() -> None:
    five = predict(bcrat(), woman(WOMEN[4]), "breast-cancer", 5)
    assert isinstance(five, Prediction)
    assert math.isclose(100 * five.value, 1.8983595395, rel_tol=1e-9)
    life = predict(bcrat(), woman(WOMEN[4]), "breast-cancer-to-90")
    assert isinstance(life, Prediction)
    assert life.value > five.value
    assert math.isclose(100 * life.value, risk("white", WOMEN[4], 40, 90), rel_tol=1e-12)


def test_one_year_by_hand() -> None:
    """At 55, no factor: incidence 0.002721 x 0.5788413, other deaths 0.005852, both constant over the year."""
    row = (55, 56, 0, "unknown", 14, "before-20", 0)
    cancer, other = 0.002721 * 0.5788413, 0.005852
    by_hand = cancer / (cancer + other) * (1 - math.exp(-(cancer + other)))
    assert math.isclose(risk("white", row, 55, 56), 100 * by_hand, rel_tol=1e-12)


def test_relative_risks_by_hand() -> None:
    """One biopsy without hyperplasia, menarche at 12, first birth at 25, one relative; log(0.93) for the biopsy."""
    numbers = bcrat().numbers
    early, late = relative_risks(numbers, numbers["group"]["white"], woman((40, 45, 1, "no", 12, "from-25", 1)))
    total = 0.5292641686 + 0.0940103059 + 2 * 0.2186262218 + 0.9583027845 - 2 * 0.1908113865
    assert math.isclose(early, 0.93 * math.exp(total), rel_tol=1e-12)
    assert math.isclose(late, 0.93 * math.exp(total - 0.288042483), rel_tol=1e-12)


def test_hyperplasia_counts_only_where_there_was_a_biopsy() -> None:
    without = [risk("white", (45, 50, 0, hyperplasia, 12, "none", 0), 45, 50) for hyperplasia in ("no", "unknown", "yes")]
    with_one = [risk("white", (45, 50, 1, hyperplasia, 12, "none", 0), 45, 50) for hyperplasia in ("no", "unknown", "yes")]
    assert without[0] == without[1] == without[2]
    assert with_one[0] < with_one[1] < with_one[2]


def test_a_longer_time_is_a_higher_risk() -> None:
    for group in EXPECTED:
        risks = [risk(group, WOMEN[0], 40, end) for end in (41, 45, 50, 60, 75, 90)]
        assert all(a < b for a, b in itertools.pairwise(risks))


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        ({"breast-cancer": 1.0}, "breast-cancer"),
        ({"breast-carcinoma-in-situ": 1.0}, "breast-carcinoma-in-situ"),
        ({"high-risk-breast-variant": 1.0}, "high-risk-breast-variant"),
        ({"hodgkin-lymphoma": 1.0}, "hodgkin-lymphoma"),
        ({"age": 34.0}, "age"),
        ({"age": 86.0}, "age"),
        ({"sex": "male"}, "sex"),
        ({"race-ethnicity": "american-indian"}, "race-ethnicity"),
        ({"race-ethnicity": "hispanic"}, "birthplace"),
        ({"race-ethnicity": "asian"}, "asian-pacific-group"),
    ],
)
def test_whom_it_was_not_made_for_gets_no_number(changed: dict[str, Value], subject: str) -> None:
    found = predict(bcrat(), woman(WOMEN[0]) | changed, "breast-cancer", 5)
    assert isinstance(found, tuple)
    assert [gap.subject for gap in found] == [f"BCRAT (Gail)–{subject}"]


def test_groups_are_told_apart_by_where_a_woman_was_born() -> None:
    us, elsewhere = (
        predict(bcrat(), woman(WOMEN[0], race_ethnicity="hispanic", birthplace=place), "breast-cancer", 5) for place in ("us", "elsewhere")
    )
    assert isinstance(us, Prediction) and isinstance(elsewhere, Prediction)
    assert (us.formula, elsewhere.formula) == ("hispanic-us_5y", "hispanic-elsewhere_5y")
