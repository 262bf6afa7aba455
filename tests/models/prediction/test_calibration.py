"""Records of a site: sums that add up exactly, gates by what they hold, and fits that find what is true of the people."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.errors import KnowledgeError
from models.knowledge.model_types import Link
from models.prediction.calibration import Calibration, fit
from models.prediction.calibration_record import Record, RecordError, Tally, fingerprint, merged, on_scale, record_of
from models.prediction.contract import Prediction, predict
from models.prediction.record_files import document, read_record
from tests.support.made_up_models import dose_model, formula, people, risk_model

Person = tuple[float, bool]
LINKS: tuple[Link, ...] = ("logistic", "cloglog")


def recorded(persons: Iterable[Person], site: str = "st-elsewhere", link: Link = "logistic", **given: Any) -> Record:
    tally = Tally(link)
    for linear, event in persons:
        tally.risk(linear, event)
    model = risk_model(link)
    head: dict[str, Any] = {"outcome": "made up", "version": 1, "made": "2026-11-27", "first": "2024-01-01", "last": "2024-12-31"} | given
    return record_of(tally, model, model.formulas[0], site=site, **head)


def doses(residuals: Iterable[float], site: str = "st-elsewhere") -> Record:
    model, tally = dose_model(), Tally("square", "dose")
    for residual in residuals:
        tally.dose(5.0, (5.0 + residual) ** 2)
    given: dict[str, Any] = {"outcome": "stable dose", "version": 1, "made": "2026-11-27", "first": "2024-01-01", "last": "2024-12-31"}
    return record_of(tally, model, model.formulas[0], site=site, **given)


RECORD = recorded(people(500, 0, 1), "a")


def with_events(count: int, events: int) -> list[Person]:
    """So many people and events, whom the model tells apart about as well as it says."""
    rng = random.Random(count + events)
    linear = [rng.gauss(-3.0, 1.0) for _ in range(count)]
    noisy = sorted(range(count), key=lambda i: linear[i] - math.log(-math.log(rng.random())), reverse=True)
    had = set(noisy[:events])
    return [(round(x, 1), i in had) for i, x in enumerate(linear)]


# ---- sums add up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", LINKS)
def test_a_merged_record_is_that_of_all_its_people_to_the_last_digit(link: Link) -> None:
    everybody = list(people(1500, -0.5, 0.8, link))
    random.Random(5).shuffle(everybody)
    parts = [everybody[:300], everybody[300:900], everybody[900:]]
    sites = [recorded(part, site, link) for part, site in zip(parts, "abc", strict=True)]
    pooled = recorded(everybody, "pooled", link)
    told = [merged(order, site="pooled", version=1, made="2026-11-27") for order in itertools.permutations(sites)]
    nested = merged([merged(sites[:2], site="ab", version=1, made="2026-11-27"), sites[2]], site="pooled", version=1, made="2026-11-27")
    assert all(one == told[0] for one in (*told, nested)), "the order of merging changes nothing"
    assert replace(told[0], parts=pooled.parts) == pooled
    assert fit(told[0]).calibration == fit(pooled).calibration
    assert fit(pooled).calibration is not None


def test_merged_doses_are_those_of_all_their_people() -> None:
    rng = random.Random(3)
    everybody = [rng.gauss(0.2, 0.7) for _ in range(200)]
    together = merged([doses(everybody[:40], "a"), doses(everybody[40:], "b")], site="st-elsewhere", version=1, made="2026-11-27")
    pooled = doses(everybody)
    assert (together.people, together.residuals, together.squares) == (pooled.people, pooled.residuals, pooled.squares)
    assert fit(together).calibration == fit(pooled).calibration


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"model": "other"}, "differ in model"),
        ({"fingerprint": "0" * 16}, "differ in fingerprint"),
        ({"outcome": "another"}, "differ in outcome"),
        ({"parts": ()}, ""),
    ],
)
def test_unlike_records_are_not_merged(changed: dict[str, Any], words: str) -> None:
    one, other = RECORD, recorded(people(500, 0, 1, seed=2), "b")
    if not words:
        assert merged([one, other], site="c", version=1, made="2026-11-27").people == 1000
        return
    with pytest.raises(RecordError, match=words):
        merged([one, replace(other, **changed)], site="c", version=1, made="2026-11-27")


def test_nobody_counts_twice() -> None:
    one = RECORD
    again = recorded(people(600, 0, 1), "a", first="2024-06-01", last="2025-06-01")
    later = recorded(people(600, 0, 1, seed=9), "a", first="2025-01-01", last="2025-06-01")
    with pytest.raises(RecordError, match="site a is in them twice for the same months"):
        merged([one, again], site="c", version=1, made="2026-11-27")
    with pytest.raises(RecordError, match="two parts have the same sums"):
        merged([one, replace(one, parts=(replace(one.parts[0], site="b"),))], site="c", version=1, made="2026-11-27")
    with pytest.raises(RecordError, match="nothing to merge"):
        merged([one], site="c", version=1, made="2026-11-27")
    assert merged([one, later], site="c", version=1, made="2026-11-27").people == 1100


# ---- what is fitted ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("intercept", "slope"), [(0.5, 0.8), (-0.4, 1.2), (0.9, 1.0)])
def test_the_fit_from_sums_is_the_one_from_people(intercept: float, slope: float) -> None:
    persons = list(people(4000, intercept, slope))
    found = fit(recorded(persons)).calibration
    likely = likeliest(persons)
    assert found is not None
    assert found.intercept == pytest.approx(likely[0], abs=1e-3)
    assert found.slope == pytest.approx(likely[1], abs=1e-3)


def likeliest(persons: list[Person]) -> tuple[float, float]:
    """Intercept and slope of greatest likelihood, from everybody's own numbers, by Newton's method."""
    x = np.array([[1.0, linear] for linear, _ in persons])
    y = np.array([float(event) for _, event in persons])
    found = np.array([0.0, 1.0])
    for _ in range(30):
        risk = 1 / (1 + np.exp(-x @ found))
        found = found + np.linalg.solve((x * (risk * (1 - risk))[:, None]).T @ x, x.T @ (y - risk))
    return float(found[0]), float(found[1])


def test_a_cox_models_truth_is_found() -> None:
    found = fit(recorded(people(15_000, -0.4, 0.8, "cloglog"), link="cloglog")).calibration
    assert found is not None
    assert found.intercept == pytest.approx(-0.4, abs=0.2)
    assert found.slope == pytest.approx(0.8, abs=0.08)


def test_with_the_fit_as_many_are_expected_as_came() -> None:
    persons = list(people(5000, 0.7, 1.0))
    found = fit(recorded(persons)).calibration
    assert found is not None
    total = sum(1 / (1 + np.exp(-found.applied(linear))) for linear, _ in persons)
    assert total == pytest.approx(sum(event for _, event in persons), rel=1e-4)


def test_a_dose_is_moved_by_the_shrunken_mean() -> None:
    found = fit(doses([0.3] * 30)).calibration
    assert found is not None and found.intercept == pytest.approx(0.3 * 30 / 50)
    assert replace(found, intercept=0.0) == Calibration("made-up-dose", "f", "st-elsewhere", 0.0, 1.0, 30, 0, "1 of 2026-11-27")


def test_a_prediction_takes_the_calibration_on_the_linear_scale() -> None:
    calibration = fit(doses([0.3] * 30)).calibration
    plain, moved = (predict(dose_model(), {"weight": 80.0}, calibration=c) for c in (None, calibration))
    assert isinstance(plain, Prediction) and isinstance(moved, Prediction)
    assert moved.value == pytest.approx((plain.value**0.5 + 0.18) ** 2)
    assert (moved.calibration, plain.calibration) == (calibration, None)


@pytest.mark.parametrize(("link", "value", "scaled"), [("square", 25.0, 5.0), ("exp", 1.0, 0.0), ("identity", 7.0, 7.0)])
def test_a_dose_on_each_scale(link: Link, value: float, scaled: float) -> None:
    assert on_scale(link, value) == scaled


@pytest.mark.parametrize(("link", "value"), [("square", -1.0), ("exp", 0.0), ("table", 5.0)])
def test_a_dose_that_has_no_place_on_a_scale(link: Link, value: float) -> None:
    with pytest.raises(ValueError, match="no place"):
        on_scale(link, value)


# ---- gates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "events", "moved", "because"),
    [
        (5000, 49, None, "fewer than 1000 people or 50 events"),
        (999, 60, None, "fewer than 1000 people or 50 events"),
        (1000, 50, "intercept", "intercept alone"),
        (5000, 99, "intercept", "intercept alone"),
        (5000, 100, "both", "intercept and slope"),
        (1000, 960, None, "fewer than 1000 people or 50 events"),  # those without the event are the rarer ones
        (1000, 980, None, "fewer than 1000 people"),
    ],
)
def test_how_much_is_fitted_goes_by_the_number_of_events(count: int, events: int, moved: str | None, because: str) -> None:
    found = fit(recorded(with_events(count, events)))
    assert because in found.because
    assert (found.calibration is None) == (moved is None)
    if found.calibration is not None:
        assert (found.calibration.slope != 1.0) == (moved == "both")
        assert found.calibration.events == events


def test_a_site_beyond_mending_gets_no_calibration() -> None:
    found = fit(recorded([(-8.0, i < 900) for i in range(2000)]))
    assert found.calibration is None and "do not show this model there" in found.because


def test_few_doses_change_nothing() -> None:
    assert fit(replace(doses([0.1] * 11), people=10)).calibration is None
    assert fit(doses([0.1] * 11)).calibration is not None


# ---- nothing about few people ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persons", [with_events(100, 10), with_events(100, 90), with_events(10, 5)])
def test_sums_over_fewer_than_eleven_are_not_made(persons: list[Person]) -> None:
    with pytest.raises(RecordError, match="fewer than 11"):
        recorded(persons)


def test_one_person_more_or_less_stands_nowhere_alone() -> None:
    """A person whose prediction nobody else has moves every sum a little, and no number is theirs."""
    common = with_events(2000, 60)
    told, without = (document(recorded(p)) for p in ([*common, (4.321, True)], common))
    assert told.keys() == without.keys()
    whole = [(a, b) for rows in zip(told["expected"].values(), without["expected"].values(), strict=True) for a, b in _pairs(*rows)]
    assert len(whole) == 2 * 25 * 13 and all(a > b for a, b in whole if b > 0)
    assert min(told["events"], told["people"] - told["events"]) >= 11


def _pairs(one: list[list[int]], other: list[list[int]]) -> Iterator[tuple[int, int]]:
    return ((a, b) for rows in zip(one, other, strict=True) for a, b in zip(*rows, strict=True))


def test_risks_that_come_from_a_table_have_no_scale_to_be_moved_on() -> None:
    tally = Tally("table")
    for linear, event in people(500, 0, 1):
        tally.risk(linear, event)
    given: dict[str, Any] = {"outcome": "o", "site": "a", "version": 1, "made": "2026-11-27", "first": "2024-01", "last": "2024-12"}
    with pytest.raises(RecordError, match="come from a table"):
        record_of(tally, risk_model(), formula("table"), **given)


# ---- the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", [RECORD, doses([0.1] * 20)], ids=["risk", "dose"])
def test_a_record_comes_back_from_its_file(record: Record) -> None:
    assert read_record(json.loads(json.dumps(document(record))), "a.json") == record


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"people": 501}, "is not the sum of its parts' people"),
        ({"events": 3}, "fewer than 11 people"),
        ({"version": 0}, "must be 1 or more"),
        ({"format": "another"}, "another version of this software"),
        ({"more": 1}, "is not a key"),
        ({"made": "yesterday"}, "must be a date"),
        ({"expected": {"events": [[1]], "weighted": [[1]]}}, "must be 13 rows of 25 whole numbers"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change: dict[str, Any], words: str) -> None:
    told = document(RECORD) | change
    with pytest.raises(KnowledgeError, match="a.json: .*" + words):
        read_record(told, "a.json")


def test_another_coefficient_is_another_fingerprint() -> None:
    model = risk_model()
    assert fingerprint(model, formula()) != fingerprint(model, formula(intercept=-3.001))
    assert fingerprint(model, formula()) == fingerprint(risk_model(), formula())
