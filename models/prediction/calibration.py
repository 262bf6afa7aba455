"""What a site's own record makes of a model's sum. How a record is made and signed is the edge's; which one holds is the site's choice."""

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
    events: int
    version: str

    def applied(self, linear: float) -> float:
        return self.intercept + self.slope * linear
