"""A cohort's whole evaluation of its dose equations: one recorded run for each model, and interval tables. It writes no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np

from models.knowledge.cohort_types import CohortDefinition
from models.knowledge.interval_types import By
from models.knowledge.model_digest import digest_of
from models.training import dose_error
from models.training.conformal import Sample, sample_of
from models.training.dose_challenger import Verdict, challengers, try_out
from models.training.dose_equations import Models, Scores, answered, mean_doses, people, score
from models.training.dose_error import Floats, Mask, Measure
from models.training.dose_intervals import PREFERRED, WAYS, Measured, file_text, measured, table_id
from models.training.iwpc_cohort import Cohort, read_cohort
from models.training.record import DataFile, Run
from models.training.site_shift import Point, learning_curve, sites_with_enough

DIGITS = 4
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """The cohort with every equation's sums, and every equation's and mean's doses."""

    definition: CohortDefinition
    cohort: Cohort
    scores: Mapping[str, Scores]
    answered: Mapping[str, Mask]  #: by equation: whom the contract gives a number
    doses: Mapping[str, Floats]  #: by equation and by mean

    def sample(self, mean: str) -> tuple[Sample, list[Scores]]:
        """Those to whom each equation of the mean gives a number, and its equations' sums for them."""
        of = self.definition.means[mean]
        who = np.logical_and.reduce([self.answered[one] for one in of])
        people = self.cohort.of(who)
        return sample_of(people.truth, self.doses[mean][who], people.sites, people.groups), [self.scores[one].of(who) for one in of]


def scored(wheel: IO[bytes], definition: CohortDefinition, models: Models) -> Scored:
    """Raises Untrusted where the file is not the pinned one, KeyError where a model is not known."""
    cohort = read_cohort(wheel, definition)
    everybody = people(cohort)
    scores = {one.id: score(one, everybody, models) for one in definition.equations.values()}
    doses = {name: one.doses() for name, one in scores.items()}
    doses |= {mean: mean_doses([scores[one] for one in of]) for mean, of in definition.means.items()}
    return Scored(definition, cohort, scores, {one.id: answered(one, everybody, models) for one in definition.equations.values()}, doses)


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything that was measured: one run for each model, and interval tables by file name."""

    runs: tuple[Run, ...]
    tables: Mapping[str, str]


def validate(
    wheel: IO[bytes], definition: CohortDefinition, models: Models, *, command: str, software: Mapping[str, str], seed: int
) -> Validation:
    """The same bytes and seed give the same figures. `command` is what repeats them; the runs are not yet dated.

    Raises Untrusted where the file is not the pinned one.
    """
    found = scored(wheel, definition, models)
    ways: dict[tuple[str, By], Measured] = {}
    for mean in definition.means:
        sample, _ = found.sample(mean)
        ways |= {(mean, by): measured(sample, by, definition, seed) for by in WAYS}
    runs = []
    for one in definition.equations.values():
        metrics, groups = own_figures(found, one.id, seed)
        if one.id == definition.means[definition.champion][0]:
            more, more_groups = shared_figures(found, ways, seed)
            metrics |= more
            groups = {name: {**values, **more_groups.get(name, {})} for name, values in groups.items()}
        by = {definition.group: groups}
        run = Run(one.run, one.model, command, seed, _data(definition), "", software, metrics, by)
        runs.append(replace(run, note=definition.source.data, model_digest=digest_of(models[one.model])))
    tables = {f"{table_id(definition, mean, by)}.toml": file_text(definition, mean, way) for (mean, by), way in ways.items()}
    return Validation(tuple(runs), tables)


def own_figures(found: Scored, name: str, seed: int) -> tuple[Json, dict[str, Json]]:
    """Error and shares of one equation, or of a mean: of everybody, by band of true dose, and by group."""
    truth, doses = found.cohort.truth, found.doses[name]
    metrics = _errors(truth, doses, seed) | {"r2": round(dose_error.explained(truth, doses), DIGITS)}
    for band, who in dose_error.dose_bands(truth, *found.definition.bands).items():
        metrics[f"within20.{band}"] = _figure(dose_error.share(dose_error.near(truth[who], doses[who])))
    if name in found.answered:
        metrics["answered"] = _figure(dose_error.share(found.answered[name]))
    return metrics, {group: _errors(truth[who], doses[who], seed) for group, who in _groups(found)}


def _errors(truth: Floats, doses: Floats, seed: int) -> Json:
    return {
        "mae": _figure(dose_error.mean_error(truth, doses, seed)),
        "within20": _figure(dose_error.share(dose_error.near(truth, doses))),
        "above20": _figure(dose_error.share(dose_error.far_above(truth, doses))),
    }


def _groups(found: Scored) -> Iterator[tuple[str, Mask]]:
    for group in np.unique(found.cohort.groups):
        yield str(group), found.cohort.groups == group


def shared_figures(found: Scored, ways: Mapping[tuple[str, By], Measured], seed: int) -> tuple[Json, dict[str, Json]]:
    """What belongs to no equation alone: means, intervals, what a site's own patients add, challengers."""
    metrics: Json = {"people": len(found.cohort), "sites": len(np.unique(found.cohort.sites))}
    groups: dict[str, Json] = {group: {} for group, _ in _groups(found)}
    for mean in found.definition.means:
        own, by_group = _mean_figures(found, mean, seed)
        metrics |= own
        for group, figures in by_group.items():
            groups[group] |= figures
    for (mean, by), way in ways.items():
        for name, figure, group in _interval_figures(f"{mean}.interval.{WAYS[by]}", way):
            (groups[group] if group else metrics)[name] = figure
    sample, scores = found.sample(found.definition.champion)
    metrics["site.sites"] = len(sites_with_enough(sample.sites))
    for point in learning_curve(scores, sample, PREFERRED, found.definition.claim.level, seed):
        metrics |= _site_figures(point)
    for name, make in challengers(found.cohort, seed).items():
        metrics |= _challenger_figures(name, try_out(make, found.cohort, found.doses[found.definition.champion], seed))
    return metrics, groups


def _mean_figures(found: Scored, mean: str, seed: int) -> tuple[Json, dict[str, Json]]:
    """A mean's own figures, and how much nearer it is than each of its equations and, by group, than every other mean."""
    own, by_group = own_figures(found, mean, seed)
    metrics = {f"{mean}.{name}": figure for name, figure in own.items()}
    truth, doses = found.cohort.truth, found.doses
    for one in found.definition.means[mean]:
        metrics[f"{mean}.mae-less-{one}"] = _figure(dose_error.mean_difference(truth, doses[mean], doses[one], seed))
    groups = {group: {f"{mean}.{name}": figure for name, figure in figures.items()} for group, figures in by_group.items()}
    for other in (one for one in found.definition.means if one != mean):
        for group, who in _groups(found):
            less = dose_error.mean_difference(truth[who], doses[mean][who], doses[other][who], seed)
            groups[group][f"{mean}.mae-less-{other}"] = _figure(less)
    return metrics, groups


def _interval_figures(prefix: str, way: Measured) -> Iterator[tuple[str, Any, str]]:
    """(name, figure, group or "")."""
    yield f"{prefix}.coverage", _figure(way.overall), ""
    yield f"{prefix}.worst-site", round(way.worst_site, DIGITS), ""
    for band, held in way.by_dose.items():
        yield f"{prefix}.coverage.{band}", _figure(held), ""
    for one in way.coverage:
        check = one.check.replace(" ", "-")
        yield f"{prefix}.{check}", {"value": one.covered, "low": one.low, "high": one.high, "n": one.people}, one.ancestry
    for group, width in way.width.items():
        yield f"{prefix}.width", round(width, 2), group


def _site_figures(point: Point) -> Json:
    prefix = f"site.local{point.local}"
    figures = {"mae": point.error, "within20": point.near, "bias": point.bias, "coverage": point.coverage, "worst": point.worst_coverage}
    return {f"{prefix}.{name}": round(value, DIGITS) for name, value in figures.items()}


def _challenger_figures(name: str, verdict: Verdict) -> Json:
    prefix = f"challenger.{name}"
    return {
        f"{prefix}.mae": round(verdict.challenger, DIGITS),
        f"{prefix}.mae-random-folds": round(verdict.at_random, DIGITS),
        f"{prefix}.mae-less-champion": _figure(verdict.difference),
        f"{prefix}.promoted": int(verdict.promoted),
    }


def _figure(measure: Measure) -> Json:
    found: Json = {key: round(getattr(measure, key), DIGITS) for key in ("value", "low", "high")} | {"n": measure.people}
    return found if measure.events is None else found | {"events": measure.events}


def _data(definition: CohortDefinition) -> DataFile:
    package = definition.package
    return DataFile(f"{package.name} {package.version}: {package.member}", package.member_sha256, package.rows)
