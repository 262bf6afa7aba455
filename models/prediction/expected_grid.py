"""How many events a model would expect at shifted intercepts and other slopes: sums over everybody that add up exactly. It fits nothing.

A recalibration needs of the people only these: how many events there were, the sum of their linear predictors, and what
would be expected at each (shift, slope). Sums over all people at fixed places hold no small cell, as a histogram of predictions
would, and they are whole numbers of millionths, so that the sums of two sites are, to the last digit, those of all their people.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.knowledge.model_types import Link

MILLION = 1_000_000  #: risks are rounded to millionths
THOUSAND = 1_000  #: linear predictors are rounded to thousandths first: a twentieth of a per cent of a risk at most
CENTRE = -3_000  #: thousandths: where a slope turns, about 5 in 100. Fixed, so that records of all sites fit together
SHIFTS = tuple(i / 4 for i in range(-12, 13))  #: of the linear predictor
SLOPES = tuple(i / 8 for i in range(2, 15))  #: 0.25 to 1.75
LINKS: tuple[Link, ...] = ("logistic", "cloglog")  #: of risks
_POINTS = 6  #: of a local polynomial


@dataclass(frozen=True, slots=True)
class Expected:
    """`events[slope][shift]`: Σ risk, millionths; `weighted`: Σ risk × (linear − centre), billionths. Rows as SLOPES, columns as SHIFTS."""

    events: tuple[tuple[int, ...], ...]
    weighted: tuple[tuple[int, ...], ...]

    def __add__(self, other: Expected) -> Expected:
        return Expected(_added(self.events, other.events), _added(self.weighted, other.weighted))

    def at(self, shift: float, slope: float) -> tuple[float, float]:
        """(events, weighted) between the places, by polynomials through the nearest six of each direction."""
        across, down = _weights(SHIFTS, shift), _weights(SLOPES, slope)
        return sum(_terms(self.events, across, down)) / MILLION, sum(_terms(self.weighted, across, down)) / MILLION / THOUSAND


def expected(link: Link, people: Mapping[int, int]) -> Expected:
    """Of people by linear predictor in thousandths. Raises ValueError for a link that is none of a risk's."""
    if link not in LINKS:
        raise ValueError(f"link '{link}' gives no risk")
    events, weighted = [], []
    for slope in SLOPES:
        rows = [_column(link, people, shift, slope) for shift in SHIFTS]
        events.append(tuple(row[0] for row in rows))
        weighted.append(tuple(row[1] for row in rows))
    return Expected(tuple(events), tuple(weighted))


def _column(link: Link, people: Mapping[int, int], shift: float, slope: float) -> tuple[int, int]:
    """Each person's part is rounded before it is added: rounding afterwards would depend on who is added first."""
    risk_of = _logistic if link == "logistic" else _cloglog
    start, steep = shift + CENTRE / THOUSAND, slope / THOUSAND
    parts = [(count * round(risk_of(start + steep * (linear - CENTRE)) * MILLION), linear) for linear, count in people.items()]
    return sum(part for part, _ in parts), sum(part * (linear - CENTRE) for part, linear in parts)


def _logistic(linear: float) -> float:
    return 1.0 / (1.0 + math.exp(-linear)) if linear > -700.0 else 0.0


def _cloglog(linear: float) -> float:
    return -math.expm1(-math.exp(linear)) if linear < 700.0 else 1.0


def _added(one: tuple[tuple[int, ...], ...], other: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(a + b for a, b in zip(*rows, strict=True)) for rows in zip(one, other, strict=True))


def _weights(places: tuple[float, ...], at: float) -> list[tuple[int, float]]:
    """Of Lagrange's polynomial through the places around `at`."""
    step = places[1] - places[0]
    first = min(max(math.floor((at - places[0]) / step) - _POINTS // 2 + 1, 0), len(places) - _POINTS)
    near = range(first, first + _POINTS)
    return [(i, math.prod((at - places[j]) / (places[i] - places[j]) for j in near if j != i)) for i in near]


def _terms(table: tuple[tuple[int, ...], ...], across: list[tuple[int, float]], down: list[tuple[int, float]]) -> Iterator[float]:
    for row, one in down:
        for column, other in across:
            yield one * other * table[row][column]
