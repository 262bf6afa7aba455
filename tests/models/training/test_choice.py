"""Which candidate is chosen on unseen years."""

from __future__ import annotations

from models.training.asked import formulas
from models.training.choice import Tried, chosen, trials
from models.training.fit import Settings
from models.training.splits import Split
from tests.support.survey import people


def tried(knots: int, c: float, slope: float, behind: float = 0.0, error: float = 0.01) -> Tried:
    return Tried(Settings(knots, c), 100, 10, 0.8, 0.12, slope, behind, error)


def test_of_those_that_are_hardly_worse_than_the_best_the_slope_nearest_to_one_is_chosen() -> None:
    best, surer, calmer = tried(3, 3.0, 0.85, error=0.0), tried(3, 0.3, 0.98, 0.005), tried(2, 0.1, 1.2, 0.008)
    assert chosen([best, surer, calmer]) == surer


def test_one_that_is_clearly_worse_is_not_chosen_for_its_slope() -> None:
    best, worse = tried(3, 3.0, 0.85, error=0.0), tried(2, 0.03, 1.0, behind=0.02, error=0.01)
    assert chosen([best, worse]) == best


def test_of_equal_slopes_the_fewest_knots_and_then_the_strongest_penalty() -> None:
    assert chosen([tried(3, 0.1, 0.98), tried(2, 1.0, 1.02), tried(2, 0.3, 0.98)]).settings == Settings(2, 0.3)


def test_the_best_candidate_is_behind_nobody() -> None:
    found = trials(next(iter(formulas())), people(300), Split(), (Settings(2, 0.01), Settings(2, 1.0), Settings(3, 1.0)))
    assert min(one.behind for one in found) == 0
    assert all(one.behind >= 0 and one.error >= 0 for one in found)
    assert [one.log_loss for one in found if one.behind == 0] == [min(one.log_loss for one in found)]
