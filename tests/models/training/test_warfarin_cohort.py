"""Acceptance on the published cohort: the figures that the literature and our own first measurement give, and the recorded run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from cds_service.model_cohort import SEED, differing, measured, recorded
from models.errors import PrecisionError
from models.knowledge.card_types import Metric
from models.knowledge.interval_types import By
from models.knowledge.load import load_cohort
from models.training import conformal, dose_error
from models.training.dose_error import Floats
from models.training.dose_intervals import Measured, table_id
from models.training.dose_intervals import measured as measured_intervals
from tests.support.cohort import cohort, cohort_wheel
from tests.support.shipped import shipped

ANCESTRIES = ("asian", "black", "unknown", "white")


def error(doses: Floats) -> float:
    return float(np.abs(doses - cohort().cohort.truth).mean())


@pytest.mark.parametrize(
    ("equation", "mae"), [("iwpc", 8.59), ("gage", 8.58), ("iwpc-clinical", 10.25), ("gage-clinical", 10.78), ("pgx", 8.53)]
)
def test_mean_errors_in_mg_a_week(equation: str, mae: float) -> None:
    assert error(cohort().doses[equation]) == pytest.approx(mae, abs=0.05)


def test_within_a_fifth_by_band_of_true_dose() -> None:
    """Table 3 of the article: 35.0, 55.9, 32.8 %."""
    truth, doses = cohort().cohort.truth, cohort().doses["iwpc"]
    bands = dose_error.dose_bands(truth, *cohort().definition.bands)
    found = [100 * dose_error.near(truth[who], doses[who]).mean() for who in bands.values()]
    assert found == pytest.approx([35, 56, 33], abs=1)


@pytest.mark.parametrize(
    ("equation", "by_ancestry"),
    [
        ("iwpc", (6.64, 12.01, 8.07, 8.89)),
        ("gage", (6.66, 12.02, 8.12, 8.85)),
        ("iwpc-clinical", (7.44, 12.31, 10.13, 11.21)),
        ("gage-clinical", (9.43, 12.24, 10.05, 11.21)),
        ("pgx", (6.61, 11.91, 8.06, 8.81)),
    ],
)
def test_mean_errors_by_ancestry(equation: str, by_ancestry: tuple[float, ...]) -> None:
    people, doses = cohort().cohort, cohort().doses[equation]
    found = [float(np.abs(doses - people.truth)[people.groups == one].mean()) for one in ANCESTRIES]
    assert found == pytest.approx(list(by_ancestry), abs=0.1)


@pytest.mark.parametrize("equation", ["iwpc", "gage"])
def test_the_mean_beats_each_of_its_equations_beyond_chance(equation: str) -> None:
    less = dose_error.mean_difference(cohort().cohort.truth, cohort().doses["pgx"], cohort().doses[equation], SEED)
    assert less.low < less.value < less.high < 0


def test_without_genes_the_mean_is_no_nearer_than_its_better_equation() -> None:
    """Why the mean of the clinical forms has no advantage to claim, and the better one has a table of its own."""
    truth, doses = cohort().cohort.truth, cohort().doses
    assert dose_error.mean_difference(truth, doses["clinical"], doses["iwpc-clinical"], SEED).low > 0
    assert dose_error.mean_difference(truth, doses["clinical"], doses["gage-clinical"], SEED).high < 0


def test_genes_gain_nothing_sure_in_people_of_african_ancestry() -> None:
    """The reason of CPIC's rule for them: the variants that matter there were not tested."""
    people = cohort().cohort
    differences = {}
    for one in ANCESTRIES:
        who = people.groups == one
        differences[one] = dose_error.mean_difference(people.truth[who], cohort().doses["pgx"][who], cohort().doses["clinical"][who], SEED)
    assert differences["black"].high > 0
    assert all(differences[one].high < 0 for one in ANCESTRIES if one != "black")


# ---- intervals -----------------------------------------------------------------------------------------------------------


@cache
def intervals(mean: str, by: By) -> Measured:
    return measured_intervals(cohort().sample(mean)[0], by, cohort().definition, SEED)


@pytest.mark.parametrize("mean", ["pgx", "clinical", "clinical-iwpc"])
def test_in_every_ancestry_enough_are_covered_in_every_check(mean: str) -> None:
    found = intervals(mean, "predicted").coverage
    assert {one.ancestry for one in found} == set(ANCESTRIES)
    assert {one.check for one in found} == {"unseen site", "level chosen anew", "random split"}
    assert all(one.covered >= 0.88 for one in found), [one for one in found if one.covered < 0.88]


@pytest.mark.parametrize(
    ("mean", "by"),
    [
        ("pgx", "predicted"),
        ("clinical", "predicted"),
        ("clinical-iwpc", "predicted"),
        ("pgx", "ancestry"),
        pytest.param("clinical", "ancestry", marks=pytest.mark.long),
        pytest.param("clinical-iwpc", "ancestry", marks=pytest.mark.long),
    ],
)
def test_the_shipped_table_is_the_measured_one(mean: str, by: By) -> None:
    table, found = shipped().intervals[table_id(cohort().definition, mean, by)], intervals(mean, by)
    assert [(r.ancestry, r.low, r.high, r.people) for r in table.residuals] == [
        (r.ancestry, r.low, r.high, r.people) for r in found.residuals
    ]
    for own, other in zip(table.residuals, found.residuals, strict=True):
        assert (own.lower, own.upper) == pytest.approx((other.lower, other.upper), abs=2e-4)
    for one, two in zip(table.coverage, found.coverage, strict=True):
        assert (one.ancestry, one.check, one.people) == (two.ancestry, two.check, two.people)
        assert (one.covered, one.low, one.high) == pytest.approx((two.covered, two.low, two.high), abs=2e-3)


def test_where_too_few_were_covered_the_table_refuses() -> None:
    """By ancestry, with the level chosen anew, fewer people of Asian ancestry are covered than the floor asks for."""
    table = shipped().intervals["iwpc-pgx-by-ancestry"]
    assert set(table.refused) == {one.ancestry for one in intervals("pgx", "ancestry").coverage if one.covered < table.floor} == {"asian"}


def test_a_plain_interval_covers_too_few_of_african_ancestry() -> None:
    """Why residuals are taken on the square-root scale and by predicted dose: the absolute ones cover four of five at nominal 0.9."""
    sample, _ = cohort().sample("pgx")
    off = np.abs(sample.truth - sample.predicted)
    held = off <= conformal.quantiles(off, 0.8)[1]  # two-sided: the upper end of 0.8 is the 90th percentile
    assert held.mean() == pytest.approx(0.9, abs=0.01)
    assert held[dict(sample.members())["black"]].mean() < 0.82


# ---- the recorded run ------------------------------------------------------------------------------------------------------


def metrics(run: str = "warfarin-iwpc-cohort") -> Mapping[str, Metric]:
    return shipped().evaluations[run].metrics


def test_no_challenger_was_promoted_and_random_folds_would_have_flattered_it() -> None:
    for name in ("ridge", "boosted"):
        less = metrics()[f"challenger.{name}.mae-less-champion"]
        assert less.low is not None and less.low > 0
        assert metrics()[f"challenger.{name}.promoted"].value == 0
        assert metrics()[f"challenger.{name}.mae-random-folds"].value < metrics()[f"challenger.{name}.mae"].value


def test_a_sites_own_patients_bring_doses_nearer() -> None:
    errors = [metrics()[f"site.local{size}.mae"].value for size in (0, 10, 20, 30, 50, 100)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] - errors[3] == pytest.approx(0.25, abs=0.05)
    assert all(metrics()[f"site.local{size}.coverage"].value >= 0.9 for size in (0, 10, 30, 100))


def test_recorded_figures_are_those_of_the_cohort() -> None:
    for one in cohort().definition.equations.values():
        assert metrics(one.run)["mae"].value == pytest.approx(error(cohort().doses[one.id]), abs=1e-4)
        assert shipped().evaluations[one.run].model == one.model


def test_another_model_and_another_file_are_refused(tmp_path: Path) -> None:
    definition, models = load_cohort("iwpc"), shipped().models
    with pytest.raises(PrecisionError, match="fib-4 is not measured on the IWPC cohort"):
        measured(tmp_path / "x.whl", definition, models, "fib-4")
    with pytest.raises(PrecisionError, match="cannot be read"):
        measured(tmp_path / "x.whl", definition, models, "warfarin-iwpc")
    (tmp_path / "x.whl").write_bytes(b"another one")
    with pytest.raises(PrecisionError, match="not the pinned wheel"):
        measured(tmp_path / "x.whl", definition, models, "warfarin-iwpc")


@pytest.mark.long
def test_the_recorded_runs_and_tables_are_what_the_command_measures(tmp_path: Path) -> None:
    """To the last byte with the recorded versions; elsewhere to the last digit that is kept."""
    found = measured(cohort_wheel(), load_cohort("iwpc"), shipped().models, "warfarin-iwpc")
    folder = Path(str(files("models.knowledge")))
    assert differing(found, folder) == []
    recorded(found, tmp_path, "2026-11-27")
    for run in found.runs:
        if run.software == shipped().evaluations[run.id].software:
            name = f"evaluations/{run.id}.json"
            assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    for name in found.tables:
        assert (tmp_path / "intervals" / name).read_bytes() == (folder / "intervals" / name).read_bytes()
    changed = (tmp_path / "intervals" / "iwpc-pgx-by-dose.toml").read_text("utf-8").replace("people = 1291", "people = 1292")
    (tmp_path / "intervals" / "iwpc-pgx-by-dose.toml").write_text(changed, "utf-8")
    (told,) = differing(found, tmp_path)
    assert told.startswith("iwpc-pgx-by-dose.toml: residuals")
