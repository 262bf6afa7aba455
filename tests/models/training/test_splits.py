"""By survey cycle and never by random rows: what is refused, and who is in which step."""

from __future__ import annotations

import pytest

from models.training.asked import formulas
from models.training.choice import trials
from models.training.fit import Settings
from models.training.refusals import TrainingRefused
from models.training.splits import Split, of_cycles
from models.training.train import trained
from models.training.validate import unseen
from tests.support.survey import people

OFFICE = next(iter(formulas()))


def test_the_steps_are_years_in_order_and_none_is_used_twice() -> None:
    split = Split()
    assert split.fit == (1, 2, 3, 4, 5, 6) and split.choose == (7,) and split.report == (8,)
    assert split.refit == (1, 2, 3, 4, 5, 6, 7)


@pytest.mark.parametrize(
    ("fit", "choose", "report"),
    [
        ((1, 7), (7,), (8,)),
        ((1, 8), (7,), (9,)),
        ((1,), (2, 8), (8,)),
        ((1,), (3,), (2,)),
        ((), (7,), (8,)),
        ((1,), (), (8,)),
        ((1,), (2,), ()),
    ],
)
def test_a_step_that_would_see_later_years_is_refused(fit: tuple[int, ...], choose: tuple[int, ...], report: tuple[int, ...]) -> None:
    with pytest.raises(TrainingRefused):
        Split(fit, choose, report)


def test_a_cycle_of_which_the_data_hold_nobody_is_refused() -> None:
    with pytest.raises(TrainingRefused, match="nobody of survey cycle 9"):
        of_cycles(people(2), (8, 9))


def test_years_that_were_trained_on_are_no_unseen_years() -> None:
    with pytest.raises(TrainingRefused, match="cycle 7 was trained on"):
        unseen(people(2), (7, 8), Split())
    assert set(unseen(people(2), (8,), Split())["cycle"]) == {8}


def test_the_choice_does_not_change_with_the_years_reported_on() -> None:
    some = people(300)
    other = some.copy()
    other.loc[other["cycle"] == 8, "outcome"] = 1 - other["outcome"]
    grid = (Settings(2, 0.3), Settings(3, 1.0))
    assert trials(OFFICE, some, Split(), grid) == trials(OFFICE, other, Split(), grid)


def test_the_formula_does_not_change_with_the_years_reported_on_but_its_bands_do() -> None:
    some = people(300)
    other = some.copy()
    other.loc[other["cycle"] == 8, "outcome"] = 1 - other["outcome"]
    one, two = trained(OFFICE, some, Split()).formula, trained(OFFICE, other, Split()).formula
    assert (one.intercept, one.terms, one.factors) == (two.intercept, two.terms, two.factors)
    assert one.bands != two.bands
