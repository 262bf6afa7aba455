"""The gate between champion and challenger: both verdicts, and each reason alone."""

from __future__ import annotations

import numpy as np
import pytest

from models.training.gate import judge
from models.training.metrics import Floats, logit

RNG = np.random.default_rng(11)
TRUE = 1 / (1 + np.exp(-(RNG.normal(-2, 1.5, 3000))))
OUTCOME = (RNG.random(3000) < TRUE).astype(np.float64)


def blurred(noise: float) -> Floats:
    """The true risk, seen through noise and told as sure as that noise allows."""
    seen = logit(TRUE) + np.random.default_rng(12).normal(0, noise, len(TRUE))
    weight = 1.5**2 / (1.5**2 + noise**2)
    middle = -2 + weight * (seen + 2)
    return np.asarray(1 / (1 + np.exp(-middle / np.sqrt(1 + 0.346 * weight * noise**2))))


def verdict(champion: Floats, challenger: Floats) -> tuple[str, ...]:
    found = judge(OUTCOME, champion, challenger, times=80, seed=1)
    assert found.promoted == (not found.against)
    return found.against


def test_a_challenger_that_sees_more_is_promoted() -> None:
    assert verdict(blurred(2.0), TRUE) == ()


def test_the_champion_is_not_replaced_by_one_that_sees_less() -> None:
    against = verdict(TRUE, blurred(2.0))
    assert [reason.split(" is ")[0] for reason in against][:2] == ["log-loss", "AUROC"]


def test_an_equal_does_not_win() -> None:
    assert len(verdict(TRUE, TRUE.copy())) == 2


def test_better_ranking_with_worse_calibration_is_not_enough() -> None:
    weighted = 1 / (1 + np.exp(-(logit(TRUE) + 3)))
    against = verdict(blurred(3.0), weighted)
    assert any(reason.startswith("calibration error is worse") for reason in against)
    assert any(reason.startswith("distance of observed/expected") for reason in against)
    assert not any(reason.startswith("AUROC") for reason in against)


def test_too_sure_of_itself_is_worse_calibrated() -> None:
    against = verdict(blurred(3.0), 1 / (1 + np.exp(-(2 * (logit(TRUE) + 2) - 2))))
    assert any(reason.startswith("distance of the slope") for reason in against)


def test_a_risk_that_cannot_be_recalibrated_does_not_win() -> None:
    assert any("slope" in reason for reason in verdict(blurred(2.0), np.full(len(TRUE), OUTCOME.mean())))


def test_the_same_seed_gives_the_same_verdict() -> None:
    one, two = (judge(OUTCOME, blurred(2.0), TRUE, times=40, seed=5) for _ in range(2))
    assert one == two
    assert one.log_loss.low <= one.log_loss.value <= one.log_loss.high < 0


@pytest.mark.parametrize("measure", ["log_loss", "auroc"])
def test_the_difference_is_challenger_less_champion(measure: str) -> None:
    one = getattr(judge(OUTCOME, blurred(2.0), TRUE, times=50, seed=5), measure)
    other = getattr(judge(OUTCOME, TRUE, blurred(2.0), times=50, seed=5), measure)
    assert one.value == pytest.approx(-other.value)
