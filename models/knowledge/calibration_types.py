"""What a site's own record makes of a model's sum, as a value of the snapshot. How it is fitted is models/prediction's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """On the linear scale of one formula: intercept + slope × linear."""

    model: str
    formula: str  #: "" for every formula of the model
    site: str
    intercept: float
    slope: float
    people: int
    events: int  #: 0 of doses
    version: str

    def applied(self, linear: float) -> float:
        return self.intercept + self.slope * linear
