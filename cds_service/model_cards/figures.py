"""Recorded figures in words and as JSON, and which of them are not shown since too few people stand behind them. It measures nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.knowledge.card_types import FEWEST, Groups, Metric, Metrics

_COUNTS = ("people", "n", "rows")  #: a metric of one of these names is how many people there are
FEW = f"fewer than {FEWEST} people"
UNCOUNTED = "number of people not told"
BESIDE = "left out, or a smaller group could be worked out from the rest"


def number(value: float) -> str:
    """Three decimals below 1, two up to 100, none above; what would round to nothing keeps two digits."""
    size = abs(value)
    if value == int(value) and size >= 1:
        return f"{value:,.0f}"
    if 0 < size < 0.01:
        return f"{value:.2g}"
    return f"{value:.3f}" if size < 1 else f"{value:.2f}" if size < 100 else f"{value:,.0f}"


def said(metric: Metric) -> str:
    """ "0.811 (0.790 to 0.832; 9,001 people, 299 events)"."""
    interval = f"{number(metric.low)} to {number(metric.high)}" if metric.low is not None and metric.high is not None else ""
    people = f"{metric.people:,} people" if metric.people is not None else ""
    events = f"{metric.events:,} events" if metric.events is not None else ""
    counts = ", ".join(filter(None, (people, events)))
    inner = "; ".join(filter(None, (interval, counts)))
    return f"{number(metric.value)} ({inner})" if inner else number(metric.value)


def told(metric: Metric) -> str:
    return said(metric) if enough(metric) else FEW


def as_json(metrics: Metrics) -> list[dict[str, Any]]:
    """Members without a value are left out, and figures of too few people with them."""
    rows = [_members(name, metric) for name, metric in metrics.items() if enough(metric)]
    return [{name: value for name, value in members.items() if value is not None} for members in rows]


def _members(key: str, metric: Metric) -> dict[str, Any]:
    return {
        "metric": key,
        "value": metric.value,
        "low": metric.low,
        "high": metric.high,
        "people": metric.people,
        "events": metric.events,
    }


def enough(metric: Metric) -> bool:
    return metric.people is None or metric.people >= FEWEST


def people_of(metrics: Metrics) -> int | None:
    """Of one group; None where its figures do not say."""
    stated = [int(metrics[name].value) for name in _COUNTS if name in metrics]
    counted = [metric.people for metric in metrics.values() if metric.people is not None]
    return max(stated or counted, default=None)


def hidden(groups: Mapping[str, Metrics], *, complementary: bool = False) -> Mapping[str, str]:
    """Groups that are not shown, and why. `complementary`: where one alone is too small, the next smallest is not shown either."""
    people = {value: people_of(metrics) for value, metrics in groups.items()}
    found = {value: UNCOUNTED if count is None else FEW for value, count in people.items() if count is None or count < FEWEST}
    others = sorted((count, value) for value, count in people.items() if count is not None and value not in found)
    if complementary and len(found) == 1 and others:
        found[others[0][1]] = BESIDE
    return found


def subgroups(groups: Groups, *, complementary: bool = False) -> list[dict[str, Any]]:
    """A table for each grouping: people and figures of each group, or why they are not shown."""
    tables = []
    for by, values in groups.items():
        left_out = hidden(values, complementary=complementary)
        rows = [
            {"group": value, "notShown": left_out[value]}
            if value in left_out
            else {"group": value, "people": people_of(metrics), "figures": as_json(metrics)}
            for value, metrics in values.items()
        ]
        tables.append({"by": by, "groups": rows})
    return tables


def of_groups(groups: Mapping[str, Metrics], metric: str, *, complementary: bool = False) -> str:
    """The figure of every group that has it, in words."""
    left_out = hidden(groups, complementary=complementary)
    parts = [
        f"{value} {left_out[value] if value in left_out else told(metrics[metric])}"
        for value, metrics in groups.items()
        if value in left_out or metric in metrics
    ]
    return "; ".join(parts)


def spread(groups: Groups, names: Sequence[str], *, complementary: bool = False) -> str:
    """By grouping, of these figures with an interval the lowest and the highest: "auroc by sex: 0.801 (male) to 0.820 (female)"."""
    parts = []
    for by, values in groups.items():
        left_out = hidden(values, complementary=complementary)
        seen = {value: metrics for value, metrics in values.items() if value not in left_out}
        for name in names:
            ranked = sorted(
                (m[name].value, value) for value, m in seen.items() if name in m and m[name].low is not None and enough(m[name])
            )
            if len(ranked) < 2:
                continue
            (low, lowest), (high, highest) = ranked[0], ranked[-1]
            parts.append(f"{name} by {by}: {number(low)} ({lowest}) to {number(high)} ({highest})")
    return "; ".join(parts)


def counted(groups: Groups) -> str:
    """People by group, in words: "by sex: female 4,500, male 4,501"."""
    parts = []
    for by, values in groups.items():
        left_out = hidden(values)
        inner = [f"{value} {left_out.get(value) or format(people_of(metrics), ',')}" for value, metrics in values.items()]
        parts.append(f"by {by}: {', '.join(inner)}")
    return "; ".join(parts)
