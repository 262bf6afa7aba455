"""Figures in words, and what is not shown since too few people stand behind it."""

from __future__ import annotations

import pytest

from cds_service.model_cards.figures import BESIDE, FEW, UNCOUNTED, as_json, counted, hidden, number, of_groups, said, spread, subgroups
from models.knowledge.card_types import Metric


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.8107, "0.811"),
        (0.5, "0.500"),
        (0.0071, "0.0071"),
        (0.00042, "0.00042"),
        (8.591, "8.59"),
        (-2.5, "-2.50"),
        (99.987, "99.99"),
        (1234.5, "1,234"),
        (9001.0, "9,001"),
        (0.0, "0.000"),
        (1.0, "1"),
    ],
)
def test_numbers_as_people_read_them(value: float, told: str) -> None:
    assert number(value) == told


def test_a_figure_with_what_is_known_of_it() -> None:
    assert said(Metric(0.8107, 0.79, 0.832, 907, 99)) == "0.811 (0.790 to 0.832; 907 people, 99 events)"
    assert said(Metric(0.0071)) == "0.0071"
    assert said(Metric(0.9, people=50)) == "0.900 (50 people)"


def group(people: int, value: float = 0.8) -> dict[str, Metric]:
    return {"auroc": Metric(value, value - 0.05, value + 0.05, people)}


def test_ten_people_are_not_shown_and_eleven_are() -> None:
    told = hidden({"ten": group(10), "eleven": group(11), "unknown": {"auroc": Metric(0.8)}})
    assert told == {"ten": FEW, "unknown": UNCOUNTED}


def test_a_group_that_says_how_many_it_has_is_shown() -> None:
    assert hidden({"told": {"people": Metric(40.0), "auroc": Metric(0.8)}}) == {}


def test_one_small_group_hides_the_next_where_the_rest_would_tell_it() -> None:
    groups = {"a": group(5), "b": group(30), "c": group(900)}
    assert hidden(groups, complementary=True) == {"a": FEW, "b": BESIDE}
    assert hidden(groups) == {"a": FEW}
    assert hidden({**groups, "d": group(6)}, complementary=True) == {"a": FEW, "d": FEW}
    assert hidden({"b": group(30)}, complementary=True) == {}


def test_tables_of_groups() -> None:
    (table,) = subgroups({"sex": {"female": group(500), "other": group(5, 0.99)}})
    assert table["by"] == "sex"
    assert table["groups"][0]["people"] == 500 and table["groups"][0]["figures"][0]["metric"] == "auroc"
    assert table["groups"][1] == {"group": "other", "notShown": FEW}


def test_nothing_of_a_small_group_stands_in_words() -> None:
    groups = {"sex": {"female": group(500, 0.82), "male": group(400, 0.8), "other": group(5, 0.99)}}
    for text in (of_groups(groups["sex"], "auroc"), spread(groups, ("auroc",)), counted(groups)):
        assert "0.99" not in text and " 5 " not in text
    assert spread(groups, ("auroc",)) == "auroc by sex: 0.800 (male) to 0.820 (female)"
    assert spread({"sex": {"female": group(500), "other": group(5)}}, ("auroc",)) == "", "one group compares with nothing"
    assert counted(groups) == f"by sex: female 500, male 400, other {FEW}"


def test_a_figure_of_few_people_is_left_out_of_the_json() -> None:
    assert as_json({"auroc": Metric(0.8, people=10), "ece": Metric(0.01)}) == [{"metric": "ece", "value": 0.01}]
