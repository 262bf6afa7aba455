"""A monitor's findings as JSON values and as text, without anything about fewer than eleven people. It judges nothing anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.population.monitor import Alarm, Watched, Window, ratio_of
from cds_service.population.suppression import HIDDEN, few, hidden, told
from cds_service.population.watched import Sums
from models.knowledge.monitoring_types import ACTIONS, Thresholds, Watch

EXIT: Mapping[Watch, int] = {"none": 0, "recalibrate intercept": 1, "recalibrate slope": 1, "look at data join": 1, "stop showing": 3}
SHOWN = 0.95  #: level of the intervals that are told; alarms have their own
_MEANS = {
    "missing rate": "share of people without it, over the baseline's",
    "shift": "population stability index against the baseline",
    "observed / expected": "beyond its limit and beyond chance",
    "cusum up": "more came than expected, month after month",
    "cusum down": "fewer came than expected, month after month",
    "slope": "high predictions are not as high, and low ones not as low, as they should be",
}


def document(found: Watched, limits: Thresholds, made: str) -> dict[str, Any]:
    """`action` is that of the last window; earlier ones tell how it came to that.

    Windows overlap, and the counts of two that do would tell those of a single month: only every third one tells counts.
    """
    last = found.windows[-1]
    apart = set(range(len(found.windows) - 1, -1, -limits.months))
    return {
        "model": found.model,
        "made": made,
        "action": last.action,
        "actions": sorted({a.action for a in last.alarms}, key=ACTIONS.index, reverse=True),
        "baseline": {"people": told(found.baseline.people)} | _outcomes(found.baseline.all, found.risk),
        "windows": [_window(w, found.risk) if i in apart else _briefly(w, found.risk) for i, w in enumerate(found.windows)],
        "limits": {
            "months": limits.months,
            "cusum": {"allowance": limits.allowance, "limit": limits.cusum.high},
            "level": limits.level,
        },
        "files": {"unreadable": found.trouble.unreadable, "first": found.trouble.first},
    }


def _window(window: Window, risk: bool) -> dict[str, Any]:
    sums = window.sums
    found: dict[str, Any] = {"from": window.first, "to": window.last, "people": told(sums.people)}
    found |= _outcomes(sums.all, risk)
    found["cusum"] = {"up": _short(window.cusum.up), "down": _short(window.cusum.down)}
    if window.slope is not None:
        found["slope"] = _short(window.slope[0])
    missing = {name: (sums.missing[name], rate) for name, rate in window.missing.items()}
    found["missing"] = {n: HIDDEN if few(c) or few(sums.people - c) else _short(rate) for n, (c, rate) in missing.items()}
    found["shift"] = {name: _short(value) for name, value in window.shift.items()}
    found["groups"] = _groups(sums.groups, risk)
    found["alarms"] = [_alarm(alarm, window, risk) for alarm in window.alarms]
    found["action"] = window.action
    return found


def _briefly(window: Window, risk: bool) -> dict[str, Any]:
    alarms = [_alarm(alarm, window, risk) for alarm in window.alarms]
    return {"from": window.first, "to": window.last, "alarms": alarms, "action": window.action}


def _outcomes(sums: Sums, risk: bool) -> dict[str, Any]:
    found = ratio_of(sums, risk, SHOWN)
    if found is None or _secret(sums, risk):
        return {"with_outcome": told(sums.people), "observed": HIDDEN} if sums.people else {"with_outcome": 0}
    value, (low, high) = found
    told_ = {"with_outcome": sums.people, "observed": _short(sums.observed), "expected": _short(sums.expected)}
    return told_ | {"o_e": {"value": _short(value), "low": _short(low), "high": _short(high)}}


def _secret(sums: Sums, risk: bool) -> bool:
    events = round(sums.observed)
    return few(sums.people) or (risk and (few(events) or few(sums.people - events)))


def _groups(groups: Mapping[tuple[str, str], Sums], risk: bool) -> dict[str, dict[str, Any]]:
    """What is not told of one kind adds up to eleven or more, so that no total gives it away."""
    found: dict[str, dict[str, Any]] = {}
    for kind in sorted({kind for kind, _ in groups}):
        own = {group: sums for (k, group), sums in groups.items() if k == kind}
        counts = {group: round(sums.observed) if risk else sums.people for group, sums in own.items()}
        few_people = hidden({g: s.people for g, s in own.items()})
        secret = hidden(counts, {*few_people, *(g for g, s in own.items() if _secret(s, risk))})
        found[kind] = {g: {"observed": HIDDEN} if g in secret else _outcomes(own[g], risk) for g in sorted(own)}
    return found


def _alarm(alarm: Alarm, window: Window, risk: bool) -> dict[str, Any]:
    """Of a group that is not told, the value is not told either."""
    kind, _, group = alarm.subject.partition(" ")
    own = window.sums.groups.get((kind, group)) if alarm.check == "observed / expected" and alarm.subject else window.sums.all
    secret = alarm.check == "observed / expected" and own is not None and _secret(own, risk)
    found = {"check": alarm.check, "subject": alarm.subject, "value": HIDDEN if secret else _short(alarm.value), "action": alarm.action}
    return {name: value for name, value in (found | {"because": alarm.because}).items() if value != ""}


def text(report: Mapping[str, Any]) -> Iterator[str]:
    """The last window for people, and one line for each window before it in which something was due."""
    last = report["windows"][-1]
    yield f"{report['model']}, {last['from']} to {last['to']}: {report['action']}"
    yield f"  {last['people']} predictions, {last['with_outcome']} with an outcome; {_ratio(last)}"
    for alarm in last["alarms"]:
        subject = f" of {alarm['subject']}" if "subject" in alarm else ""
        because = f" – {alarm['because']}" if "because" in alarm else ""
        yield f"  {alarm['action']}: {alarm['check']}{subject} {alarm['value']} ({_MEANS[alarm['check']]}){because}"
    for window in report["windows"][:-1]:
        if window["alarms"]:
            yield f"  earlier, {window['from']} to {window['to']}: {window['action']}"


def _ratio(window: Mapping[str, Any]) -> str:
    told_ = window.get("o_e")
    return f"observed / expected {told_['value']} ({told_['low']} to {told_['high']})" if told_ else "observed / expected not told"


def _short(value: float) -> float:
    return float(f"{value:.4g}")
