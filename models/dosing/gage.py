"""The form of Gage's equation: the daily dose is e to the power of a sum. Its numbers are in knowledge/equations."""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.dosing.person import Body


def daily_dose(c: Mapping[str, float], body: Body, terms: float) -> float:
    """mg a day. `terms`: what genes and other medicines add. Source: Gage et al., Clin Pharmacol Ther 2008;84:326."""
    return math.exp(
        c["intercept"]
        + c["bsa_m2"] * surface(body.height, body.weight)
        + c["age_year"] * body.age
        + c["target_inr"] * body.target_inr
        + c["smoker"] * body.smoker
        + c["black"] * ("black" in body.ancestry)
        + c["clot"] * body.clot
        + terms
    )


def surface(height: float, weight: float) -> float:
    """Body surface in m² from cm and kg, after DuBois and DuBois, Arch Intern Med 1916;17:863."""
    return float(0.007184 * height**0.725 * weight**0.425)
