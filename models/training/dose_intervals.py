"""Interval tables measured on a cohort: residual quantiles, coverage by three checks, and the file that holds them. It serves nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.knowledge.cohort_types import CohortDefinition
from models.knowledge.interval_files import refusals
from models.knowledge.interval_types import By, Check, Coverage, Residuals
from models.training import conformal
from models.training.conformal import Learned, Sample
from models.training.dose_error import Measure, dose_bands, share

DIGITS = 4
WAYS: dict[By, str] = {"predicted": "by-dose", "ancestry": "by-ancestry"}
PREFERRED: By = "predicted"  #: asks for no ancestry, and its worst ancestry is covered better than by the other way


@dataclass(frozen=True, slots=True)
class Measured:
    """One way of making intervals, tried on one set of people."""

    by: By
    residuals: tuple[Residuals, ...]
    coverage: tuple[Coverage, ...]
    overall: Measure  #: at unseen sites, everybody
    by_dose: dict[str, Measure]  #: the same, by band of true dose, which nobody knows beforehand
    worst_site: float  #: of the sites with 50 people and more
    width: dict[str, float]  #: mean, by group, in the unit of the dose


def measured(sample: Sample, by: By, definition: CohortDefinition, seed: int) -> Measured:
    claim = definition.claim
    everybody = np.ones(len(sample), dtype=np.bool_)
    learned = conformal.learn(sample, everybody, by, claim.level)
    unseen = conformal.at_unseen_sites(sample, by, claim.level)
    anew = conformal.with_level_chosen_anew(sample, by, claim.floor)
    low, high = learned.ends(sample.predicted, sample.groups)
    coverage = [_coverage(name, "unseen site", share(unseen[who])) for name, who in sample.members()]
    coverage += [_coverage(name, "level chosen anew", share(anew[who])) for name, who in sample.members()]
    coverage += _halves(sample, by, claim.level, seed)
    sites, counts = np.unique(sample.sites, return_counts=True)
    return Measured(
        by=by,
        residuals=tuple(_residuals(learned)),
        coverage=tuple(coverage),
        overall=share(unseen),
        by_dose={band: share(unseen[who]) for band, who in dose_bands(sample.truth, *definition.bands).items()},
        worst_site=min(float(unseen[sample.sites == site].mean()) for site in sites[counts >= 50]),
        width={name: float((high - low)[who].mean()) for name, who in sample.members()},
    )


def _coverage(group: str, check: Check, found: Measure) -> Coverage:
    return Coverage(group, check, found.people, *(round(v, DIGITS) for v in (found.value, found.low, found.high)))


def _halves(sample: Sample, by: By, level: float, seed: int) -> Iterator[Coverage]:
    """The share over all splits; its interval is that of one split's people, since every split tests the same cohort again."""
    splits = [(sample.groups[tested], held) for tested, held in conformal.in_random_halves(sample, by, level, seed)]
    for place, name in enumerate(sample.names):
        each = [held[groups == place] for groups, held in splits]
        people, value = len(each[0]), float(np.mean([one.mean() for one in each]))
        typical = np.arange(people) < round(value * people)
        found = share(typical)
        yield _coverage(name, "random split", Measure(value, found.low, found.high, people))


def _residuals(learned: Learned) -> Iterator[Residuals]:
    """Rounded outwards, so that rounding takes nobody out."""
    scale = 10**DIGITS
    ends = [
        (math.floor(low * scale) / scale, math.ceil(high * scale) / scale) for low, high in zip(learned.lower, learned.upper, strict=True)
    ]
    if learned.by == "ancestry":
        for name, people, (low, high) in zip(learned.names, learned.people, ends, strict=True):
            yield Residuals(name, 0.0, math.inf, people, low, high)
        return
    borders = [0.0, *(float(b) for b in learned.borders), math.inf]
    for at, (people, (low, high)) in enumerate(zip(learned.people, ends, strict=True)):
        yield Residuals("", borders[at], borders[at + 1], people, low, high)


def table_id(definition: CohortDefinition, mean: str, by: By) -> str:
    return f"{definition.id}-{mean}-{WAYS[by]}"


def file_text(definition: CohortDefinition, mean: str, found: Measured) -> str:
    """The TOML of one table, as models/knowledge/interval_files reads it."""
    refused = refusals(found.coverage, definition.claim.floor)
    told = "; ".join(f"{name}: {why}" for name, why in refused.items()) or "no ancestry"
    lines = [
        f"# How far true doses lay from the mean of {' and '.join(definition.means[mean])}. A command writes it: docs/warfarin-cohort.md.",
        "",
        "[source]",
        f'body = "precision-hooks, from the data of {definition.source.body}"',
        f'version = "{definition.source.version}"',
        f'date = "{definition.source.date}"',
        f'url = "{definition.source.url}"',
        f'retrieved = "{definition.source.retrieved}"',
        'data = "figures worked out from data under CC BY-SA 4.0, which are not in this project"',
        f'note = "Measured in everybody to whom each of the models gives a number. Refused: {told}."',
        "",
        "[interval]",
        f'id = "{table_id(definition, mean, found.by)}"',
        f'set = "{mean}"',
        f"models = [{', '.join(_quoted(definition.equations[one].model) for one in definition.means[mean])}]",
        f'unit = "{definition.unit}"',
        f'by = "{found.by}"',
        f"nominal = {definition.claim.nominal}",
        f"level = {definition.claim.level}",
        f"floor = {definition.claim.floor}",
        f"preferred = {str(found.by == PREFERRED).lower()}",
    ]
    for row in found.residuals:
        ends = [f'ancestry = "{row.ancestry}"'] if row.ancestry else [f"low = {row.low:g}"]
        ends += [f"high = {row.high:g}"] if math.isfinite(row.high) else []
        lines += ["", "[[residuals]]", *ends, f"people = {row.people}", f"lower = {row.lower}", f"upper = {row.upper}"]
    for one in found.coverage:
        lines += ["", "[[coverage]]", f'ancestry = "{one.ancestry}"', f'check = "{one.check}"', f"people = {one.people}"]
        lines += [f"covered = {one.covered}", f"low = {one.low}", f"high = {one.high}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return f'"{text}"'
