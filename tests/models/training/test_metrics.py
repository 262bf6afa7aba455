"""Measures against values worked out by hand, and against scikit-learn's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from models.training import metrics
from models.training.metrics import Floats


def numbers(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def drawn(seed: int = 3, people: int = 500) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    risk = np.round(rng.beta(1, 9, people), 2) + 0.001
    return (rng.random(people) < risk).astype(np.float64), risk


def test_auroc_by_hand() -> None:
    assert metrics.auroc(numbers(0, 0, 1, 1), numbers(0.1, 0.4, 0.35, 0.8)) == pytest.approx(3 / 4)
    assert metrics.auroc(numbers(0, 1), numbers(0.5, 0.5)) == 0.5
    assert math.isnan(metrics.auroc(numbers(0, 0), numbers(0.1, 0.2)))


def test_auprc_by_hand() -> None:
    assert metrics.auprc(numbers(0, 0, 1, 1), numbers(0.1, 0.4, 0.35, 0.8)) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_with_ties_equal_those_of_scikit_learn(seed: int) -> None:
    outcome, risk = drawn(seed)
    assert metrics.auroc(outcome, risk) == pytest.approx(roc_auc_score(outcome, risk))
    assert metrics.auprc(outcome, risk) == pytest.approx(average_precision_score(outcome, risk))
    assert metrics.log_losses(outcome, risk).mean() == pytest.approx(log_loss(outcome, risk))


def test_brier_skill_by_hand() -> None:
    assert metrics.brier_skill(numbers(0, 1), numbers(0.5, 0.5)) == pytest.approx(0)
    assert metrics.brier_skill(numbers(0, 1), numbers(0, 1)) == 1
    assert metrics.brier_skill(numbers(0, 1), numbers(0.9, 0.9)) < 0


def test_calibration_error_by_hand() -> None:
    outcome, risk = numbers(0, 0, 0, 1), numbers(0.1, 0.1, 0.3, 0.5)
    assert metrics.calibration_error(outcome, risk, bins=2) == pytest.approx((abs(0 - 0.2) + abs(1 - 0.8)) / 4)
    assert metrics.calibration_error(numbers(0, 1), numbers(0, 1)) == 0


def test_observed_over_expected_by_hand() -> None:
    assert metrics.observed_over_expected(numbers(1, 0, 0, 1), numbers(0.5, 0.5, 0.25, 0.25)) == pytest.approx(4 / 3)


def test_recalibration_finds_what_was_done_to_the_risks() -> None:
    """Outcomes as expected counts: 100 people at each of nine risks. The logits told are half as steep and one too high."""
    true = np.repeat(np.linspace(0.1, 0.9, 9), 100)
    outcome = np.concatenate([np.r_[np.ones(round(p * 100)), np.zeros(100 - round(p * 100))] for p in np.linspace(0.1, 0.9, 9)])
    told = 1 / (1 + np.exp(-(1 + metrics.logit(true) / 2)))
    intercept, slope = metrics.recalibration(outcome, told)
    assert (intercept, slope) == pytest.approx((-2, 2))
    assert metrics.recalibration(outcome, true) == pytest.approx((0, 1), abs=1e-9)
    assert metrics.in_the_large(outcome, 1 / (1 + np.exp(-(metrics.logit(true) + 0.7)))) == pytest.approx(-0.7)


def test_a_recalibration_that_does_not_exist_is_no_number() -> None:
    assert all(map(math.isnan, metrics.recalibration(numbers(0, 0, 1, 1), numbers(0.1, 0.2, 0.8, 0.9))))
    assert all(map(math.isnan, metrics.recalibration(numbers(0, 1, 0), numbers(0.3, 0.3, 0.3))))


def test_net_benefit_by_hand() -> None:
    outcome, risk = numbers(1, 0, 0, 1, 0), numbers(0.5, 0.3, 0.1, 0.1, 0.1)
    assert metrics.net_benefit(outcome, risk, 0.25) == pytest.approx((1 - 1 / 3) / 5)
    assert metrics.net_benefit(outcome, risk, 0.99) == 0
