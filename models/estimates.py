"""Predicted numbers as a finding carries them: the figure, what it rests on, how the model came to it. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A predicted number and the interval in which it lies for `level` of such patients; None where no interval was measured."""

    value: float
    unit: str  #: UCUM
    low: float | None = None
    high: float | None = None
    level: float | None = None  #: 0.9: of a hundred such patients ninety lie within


@dataclass(frozen=True, slots=True)
class InputUsed:
    """One value that an estimate rests on, as it was read."""

    name: str  #: in words
    value: str
    unit: str = ""
    as_of: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """What one input adds to a model's sum, against the model's reference person."""

    name: str  #: of the input, in words
    amount: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a model came to its number: reference + the shares = linear, exactly."""

    model: str
    formula: str
    scale: str  #: of the sum: "log odds", "log hazard", "points" …
    reference: float
    linear: float
    shares: tuple[Shared, ...]
    fitted: tuple[str, float, float] | None = None  #: to a site: its name, intercept and slope; the number is of intercept + slope × linear
