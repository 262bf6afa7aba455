"""Watches a model in use: what is expected and what comes, what is missing or has shifted, and what of it calls for something to be done.

Data are looked at first. Where inputs are missing or have shifted, a difference between observed and expected says nothing about the
model, and recalibrating to it would make things worse: such an alarm then leads to the data as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cds_service.population.bulk_files import BulkError, Trouble
from cds_service.population.intervals import Interval, poisson
from cds_service.population.prediction_log import rows
from cds_service.population.watched import Month, Scale, Sums, psi, scale
from models.knowledge.monitoring_types import ACTIONS, Limit, Thresholds, Watch
from models.prediction.calibration import errors, fit_slope
from models.prediction.expected_grid import CENTRE, THOUSAND, expected

MONTH = "%Y-%m"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One value beyond its limit. `subject`: an input or a group, "" for everybody."""

    check: str
    subject: str
    value: float
    action: Watch
    because: str = ""  #: why the action is another one than the limit's own


@dataclass(frozen=True, slots=True)
class Cusum:
    """Sums of standardised differences beyond the allowance, upwards (more comes than expected) and downwards."""

    up: float = 0.0
    down: float = 0.0
    pending: Sums = field(default_factory=Sums)  #: months that do not yet make a step


@dataclass(frozen=True, slots=True)
class Window:
    """Some months, the last of which names it."""

    first: str
    last: str
    sums: Month
    missing: Mapping[str, float]  #: rates
    shift: Mapping[str, float]  #: PSI, of inputs that were compared
    slope: tuple[float, float] | None  #: with its standard error; of the last window alone, where it has events enough
    cusum: Cusum
    alarms: tuple[Alarm, ...]

    @property
    def action(self) -> Watch:
        return max((a.action for a in self.alarms), key=ACTIONS.index, default="none")


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything that a monitor found in a log, before anything is withheld."""

    model: str
    baseline: Month
    windows: tuple[Window, ...]
    trouble: Trouble
    risk: bool


def watch(path: Path, model: str, until: date, limits: Thresholds, *, risk: bool) -> Watched:
    """`until`: the last day of the baseline. Raises BulkError for a log that cannot be read or holds nothing on either side of that day."""
    trouble = Trouble()
    scales = _scales(path, model, until)
    baseline, months = Month(), dict[str, Month]()
    for row in rows(path, model, trouble):
        month = baseline if row.day <= until else months.setdefault(row.day.strftime(MONTH), Month())
        month.add(row, scales, risk)
    if not baseline.people or not months:
        raise BulkError(
            f"{path.name}: has no predictions of {model} {'until' if not baseline.people else 'after'} {until}; nothing to compare"
        )
    return Watched(model, baseline, tuple(_windows(baseline, months, limits, risk)), trouble, risk)


def _scales(path: Path, model: str, until: date) -> dict[str, Scale]:
    """By what the baseline holds of each input; one that was never there then is told by its missing rate alone."""
    values: dict[str, list[str]] = {}
    for row in rows(path, model, Trouble()):
        for name, value in row.inputs.items():
            own = values.setdefault(name, [])
            if row.day <= until and value:
                own.append(value)
    return {name: scale(own) for name, own in values.items()}


def _windows(baseline: Month, months: Mapping[str, Month], limits: Thresholds, risk: bool) -> Iterator[Window]:
    names = sorted(months)
    cusum = Cusum()
    for place, last in enumerate(names):
        inside = names[max(0, place - limits.months + 1) : place + 1]
        sums = Month()
        for name in inside:
            sums += months[name]
        cusum = _stepped(cusum, months[last].all, limits)
        slope = _slope(sums, limits) if risk and place == len(names) - 1 else None
        missing = {name: count / sums.people for name, count in sorted(_missing(baseline, sums).items())}
        shift = _shift(baseline, sums, limits)
        alarms = tuple(_alarms(baseline, sums, missing, shift, slope, cusum, limits, risk))
        yield Window(inside[0], last, sums, missing, shift, slope, cusum, alarms)


def _missing(baseline: Month, sums: Month) -> dict[str, int]:
    names = {*baseline.missing, *baseline.places, *sums.missing, *sums.places}
    return {name: sums.missing[name] for name in names}


def _shift(baseline: Month, sums: Month, limits: Thresholds) -> dict[str, float]:
    """Among those who have the input: who has it is the missing rate's question."""
    found = {}
    for name, now in sorted(sums.places.items()):
        base = baseline.places.get(name)
        if base is not None and min(sum(base.values()), sum(now.values())) >= limits.least_people:
            found[name] = psi(base, now)
    return found


def _stepped(before: Cusum, month: Sums, limits: Thresholds) -> Cusum:
    """A step as soon as chance alone would move it by something: months are put together until then."""
    pending = Sums()
    pending += before.pending
    pending += month
    if pending.variance < limits.step_variance:
        return Cusum(before.up, before.down, pending)
    z = (pending.observed - pending.expected) / math.sqrt(pending.variance)
    return Cusum(max(0.0, before.up + z - limits.allowance), max(0.0, before.down - z - limits.allowance))


def _slope(sums: Month, limits: Thresholds) -> tuple[float, float] | None:
    tally = sums.tally
    if min(tally.events, tally.people - tally.events) < limits.slope_events:
        return None
    linear = sum(place * count for place, count in tally.had.items())
    table = expected("logistic", tally.seen)
    found = fit_slope(table, tally.events, linear, nearest=True)
    if found is None:
        return None
    intercept, slope = found
    return slope, errors(table, intercept + (slope - 1.0) * CENTRE / THOUSAND, slope)[1]


def ratio_of(sums: Sums, risk: bool, level: float) -> tuple[float, Interval] | None:
    """Observed over expected, of risks with the exact interval, of doses with the usual one; None where nothing was expected."""
    if sums.expected <= 0:
        return None
    value = sums.observed / sums.expected
    if risk:
        low, high = poisson(round(sums.observed), level)
        return value, (low / sums.expected, high / sums.expected)
    width = _normal(level) * math.sqrt(sums.variance) / sums.expected
    return value, (value - width, value + width)


def _normal(level: float) -> float:
    """The quantile of the normal distribution on both sides, by halving."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle / math.sqrt(2)) < level else (low, middle)
    return (low + high) / 2


def _alarms(
    baseline: Month,
    sums: Month,
    missing: Mapping[str, float],
    shift: Mapping[str, float],
    slope: tuple[float, float] | None,
    cusum: Cusum,
    limits: Thresholds,
    risk: bool,
) -> Iterator[Alarm]:
    data = list(_of_data(baseline, sums, missing, shift, limits))
    yield from data
    for alarm in _of_model(sums, slope, cusum, limits, risk):
        if data and alarm.action != limits.stop.action:
            because = "inputs are missing or have shifted, so this says nothing about the model yet"
            yield Alarm(alarm.check, alarm.subject, alarm.value, data[0].action, because)
        else:
            yield alarm


def _of_data(baseline: Month, sums: Month, missing: Mapping[str, float], shift: Mapping[str, float], limits: Thresholds) -> Iterator[Alarm]:
    if sums.people >= limits.least_people:
        for name, rate in missing.items():
            rise = rate - baseline.missing[name] / baseline.people
            if rise > limits.missing.high:
                yield Alarm("missing rate", name, rise, limits.missing.action)
    for name, value in shift.items():
        if value > limits.shift.high:
            yield Alarm("shift", name, value, limits.shift.action)


def _of_model(sums: Month, slope: tuple[float, float] | None, cusum: Cusum, limits: Thresholds, risk: bool) -> Iterator[Alarm]:
    if stop := _beyond("observed / expected", "", sums.all, limits.stop, limits, risk):
        yield stop
    elif found := _beyond("observed / expected", "", sums.all, limits.ratio, limits, risk):
        yield found
    for (kind, group), own in sorted(sums.groups.items()):
        if found := _beyond("observed / expected", f"{kind} {group}", own, limits.group, limits, risk):
            yield found
    for name, value in (("up", cusum.up), ("down", cusum.down)):
        if value > limits.cusum.high:
            yield Alarm(f"cusum {name}", "", value, limits.cusum.action)
    if slope is not None:
        value, error = slope
        if not limits.slope.low <= value <= limits.slope.high and abs(value - 1) > _normal(limits.level) * error:
            yield Alarm("slope", "", value, limits.slope.action)


def _beyond(check: str, subject: str, sums: Sums, limit: Limit, limits: Thresholds, risk: bool) -> Alarm | None:
    """Beyond the limit, and by more than chance."""
    found = ratio_of(sums, risk, limits.level)
    if found is None or (sums.expected if risk else sums.people) < limits.least_expected:
        return None
    value, (low, high) = found
    if limit.low <= value <= limit.high or low <= 1 <= high:
        return None
    return Alarm(check, subject, value, limit.action)
