"""The local-validity report: how a model did on a site's people, by group, with intervals, and nothing about fewer than eleven of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cds_service.population.bulk_files import Trouble
from cds_service.population.evaluation import Evaluation, Kept, Results
from cds_service.population.intervals import Z, auroc, followed, ratio
from cds_service.population.suppression import HIDDEN, LEAST, few, hidden, table, told
from models.prediction.calibration import errors, fit, intercept_alone, slope_too
from models.prediction.calibration_record import Record
from models.prediction.expected_grid import CENTRE, THOUSAND

WITHIN = 0.2  #: part of the right dose within which a predicted one counts as close
TOO_FEW = "answered by a formula that answered too few"
Metric = dict[str, Any]


def report(evaluation: Evaluation, records: Mapping[str, Record], pooled: Record | None, trouble: Trouble, made: str) -> dict[str, Any]:
    """JSON values. `pooled`: the sums of all formulas together, where they are on one scale.

    With records, it tells of those in them alone: the others would be few, and could be told from the difference.
    """
    study, kept = evaluation.study, evaluation.together(tuple(records or evaluation.kept))
    results = kept.results
    left = evaluation.left + Counter(
        {TOO_FEW: sum(len(k.results.observed) for f, k in evaluation.kept.items() if records and f not in records)}
    )
    risk = evaluation.model.output.what != "dose"
    events = int(sum(results.observed)) if risk else 0
    found: dict[str, Any] = {
        "model": study.model,
        "site": study.site,
        "made": made,
        "outcome": study.words(),
        "people": told(len(results.observed)),
    }
    if risk:
        found["events"] = _events(len(results.observed), events)
    found["metrics"] = (_risk(results) | _sums(pooled) | _by_time(evaluation, kept)) if risk else _dose(results)
    found["groups"] = {kind: _groups(groups, risk) for kind, groups in sorted(kept.groups.items())}
    found["missing"] = {name: _rate(evaluation.missing[name], evaluation.asked) for name in evaluation.model.inputs}
    found["refused"] = table(evaluation.refused)
    found["left_out"] = table(left)
    found["formulas"] = {name: _formula(record) for name, record in sorted(records.items())}
    found["files"] = {"unreadable": trouble.unreadable, "first": trouble.first, "of_nobody": trouble.unattributed}
    return found


def _events(people: int, events: int) -> int | str:
    """Those without the event are a secret as well where they are few."""
    return HIDDEN if few(people) or few(events) or few(people - events) else events


def _risk(results: Results) -> dict[str, Metric | str]:
    people, events = len(results.observed), int(sum(results.observed))
    if _events(people, events) == HIDDEN or not people:
        return {}
    expected = math.fsum(results.predicted)
    brier = math.fsum((p - o) ** 2 for p, o in zip(results.predicted, results.observed, strict=True)) / people
    found: dict[str, Metric | str] = {"expected": {"value": _short(expected)}, "brier": {"value": _short(brier), "n": people}}
    if expected > 0:
        value, (low, high) = ratio(events, expected)
        found["o_e"] = _metric(value, low, high, people, events)
    area = auroc(results.predicted, [o > 0 for o in results.observed]) if min(events, people - events) >= LEAST else None
    if area is not None:
        found["auroc"] = _metric(area[0], *area[1], people, events)
    return found


def _metric(value: float, low: float, high: float, people: int, events: int | None = None) -> Metric:
    found: Metric = {"value": _short(value), "low": _short(low), "high": _short(high), "n": people}
    return found if events is None else found | {"events": events}


def _sums(record: Record | None) -> dict[str, Metric]:
    """The intercept with the slope left at 1, and the slope: as the sums tell them, whatever the gates of a calibration say."""
    if record is None or record.kind != "risk":
        return {}
    found: dict[str, Metric] = {}
    alone, both = intercept_alone(record), slope_too(record)
    if alone is not None:
        error = errors(record.expected_, alone[0], 1.0)[0]
        found["calibration_in_the_large"] = _metric(alone[0], alone[0] - Z * error, alone[0] + Z * error, record.people, record.events)
    if both is not None:
        shift = both[0] + (both[1] - 1.0) * CENTRE / THOUSAND
        error = errors(record.expected_, shift, both[1])[1]
        found["slope"] = _metric(both[1], both[1] - Z * error, both[1] + Z * error, record.people, record.events)
    return found


def _by_time(evaluation: Evaluation, kept: Kept) -> dict[str, Metric]:
    """With those lost from sight, by Kaplan and Meier: leaving them out makes the outcome look too common."""
    seen = kept.followed
    people, lost = len(seen.days), len(seen.days) - len(kept.results.observed)
    if not evaluation.study.horizon_years or few(lost) or _events(people, sum(seen.events)) == HIDDEN:
        return {}
    found = followed(seen.days, [bool(e) for e in seen.events], evaluation.study.days)
    mean = math.fsum(seen.predicted) / people if people else 0.0
    if found is None or mean <= 0:
        return {}
    value, (low, high) = found
    return {"o_e_by_time": _metric(value / mean, low / mean, high / mean, people, sum(seen.events))}


def _dose(results: Results) -> dict[str, Metric]:
    people = len(results.observed)
    if people < LEAST:
        return {}
    errors = [p - o for p, o in zip(results.predicted, results.observed, strict=True)]
    close = sum(abs(e) <= WITHIN * o for e, o in zip(errors, results.observed, strict=True))
    found = {"bias": _mean(errors), "mae": _mean([abs(e) for e in errors])}
    if few(close) or few(people - close):
        return found
    part = close / people
    width = Z * math.sqrt(part * (1 - part) / people)
    return found | {"within_20": _metric(part, max(0.0, part - width), min(1.0, part + width), people)}


def _mean(values: list[float]) -> Metric:
    mean = math.fsum(values) / len(values)
    error = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))
    return _metric(mean, mean - Z * error, mean + Z * error, len(values))


def _groups(groups: Mapping[str, Results], risk: bool) -> dict[str, Any]:
    """Of one kind. What is not told of people, and what of events, adds up to eleven or more, so that no total gives it away."""
    people = {name: len(results.observed) for name, results in groups.items()}
    secret = hidden(people)
    if not risk:
        return {name: {"people": HIDDEN} if name in secret else {"people": people[name]} | _dose(groups[name]) for name in sorted(groups)}
    events = {name: int(sum(results.observed)) for name, results in groups.items()}
    quiet = hidden(events, {n for n in groups if n in secret or _events(people[n], events[n]) == HIDDEN})
    found: dict[str, Any] = {}
    for name in sorted(groups):
        if name in secret:
            found[name] = {"people": HIDDEN}
        elif name in quiet:
            found[name] = {"people": people[name], "events": HIDDEN}
        else:
            found[name] = {"people": people[name], "events": events[name]} | _risk(groups[name])
    return found


def _rate(count: int, people: int) -> Metric | str:
    if few(count) or few(people - count) or not people:
        return HIDDEN
    return {"value": _short(count / people), "n": people}


def _formula(record: Record) -> dict[str, Any]:
    fitted = fit(record)
    found: dict[str, Any] = {"people": record.people, "events": record.events, "calibration": fitted.because}
    if fitted.calibration is not None:
        found |= {"intercept": _short(fitted.calibration.intercept), "slope": _short(fitted.calibration.slope)}
    return found


def _short(value: float) -> float:
    return float(f"{value:.5g}")
