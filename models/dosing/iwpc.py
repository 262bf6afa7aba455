"""The form of the IWPC equation: the weekly dose is the square of a sum. Its numbers are in knowledge/equations."""

from __future__ import annotations

from collections.abc import Mapping

from models.dosing.person import Body

DAYS = 7
_ALONE = ("asian", "black")  #: ancestries with a coefficient of their own; the equation's reference is white


def daily_dose(c: Mapping[str, float], body: Body, terms: float) -> float:
    """mg a day. `terms`: what genes and other medicines add. Source: Klein et al., N Engl J Med 2009;360:753, supplement."""
    total = (
        c["intercept"]
        + c["age_decade"] * (body.age // 10)
        + c["height_cm"] * body.height
        + c["weight_kg"] * body.weight
        + _ancestry(c, body.ancestry)
        + terms
    )
    return max(0.0, total) ** 2 / DAYS


def _ancestry(c: Mapping[str, float], ancestry: tuple[str, ...]) -> float:
    """One reported ancestry counts as itself; none, several, or one that the equation does not know as missing or mixed."""
    if ancestry == ("white",):
        return 0.0
    return c[ancestry[0]] if len(ancestry) == 1 and ancestry[0] in _ALONE else c["missing_or_mixed"]
