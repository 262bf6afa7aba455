"""Doses of a loading phase: what brings the amount in the body to that of steady state in some days. Its numbers are data."""

from __future__ import annotations

import math

from models.knowledge.model_types import Formula, Model, Values
from models.prediction.scored import Scored


def score(model: Model, formula: Formula, values: Values) -> Scored:
    """mg on the formula's day, linear in the maintenance dose (mg a day).

    With e, what is left after a day, and n days: load = dose / ((1 - e)(1 + e + ... + e^(n-1))). Source: the model's file.
    """
    numbers = model.numbers
    left = math.exp(-float(numbers["hours"]) * float(numbers["eliminated"][values[numbers["choice"]]]))
    dose = float(values[numbers["dose"]])
    load = dose / ((1 - left) * sum(left**day for day in range(int(numbers["days"]))))
    of_load, of_dose = numbers["given"][formula.id]
    given = float(of_load * load + of_dose * dose)
    return Scored(given, given)
