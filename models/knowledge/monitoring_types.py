"""When what is watched of a model calls for something to be done: limits and actions. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

#: the gravest last
Watch = Literal["none", "recalibrate intercept", "recalibrate slope", "look at data join", "stop showing"]
ACTIONS: tuple[Watch, ...] = get_args(Watch)


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that must not be below `low` or above `high`, and what to do where it is."""

    low: float
    high: float
    action: Watch


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Of one release; a site may give its own file."""

    months: int
    least_people: int
    least_expected: float
    level: float
    missing: Limit  #: of the rise of an input's missing rate
    shift: Limit  #: of PSI
    ratio: Limit  #: observed over expected, of everybody
    group: Limit  #: the same, of a group
    stop: Limit  #: the same, from where the model should no longer be shown
    slope: Limit
    slope_events: int
    cusum: Limit
    allowance: float
    step_variance: float
