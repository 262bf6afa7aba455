"""What a monitor keeps of a month: sums of predictions and outcomes, and how each input was spread. Months add up; none is judged."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cds_service.population.prediction_log import Row
from models.prediction.calibration_record import Tally

PREDICTION = "prediction"  #: stands among the inputs: what a model could not work out is missing too
PARTS = 10  #: of a number's baseline, of the same size


@dataclass(slots=True)
class Sums:
    """Of those with an outcome: how many, observed, predicted, and the variance that chance gives to observed."""

    people: int = 0
    observed: float = 0.0
    expected: float = 0.0
    variance: float = 0.0

    def add(self, row: Row, risk: bool) -> None:
        if row.observed is None or row.predicted is None:
            return
        self.people += 1
        self.observed += row.observed
        self.expected += row.predicted
        # of a dose: the square of what was missed, so that months compare in standard errors
        self.variance += row.predicted * (1 - row.predicted) if risk else (row.observed - row.predicted) ** 2

    def __iadd__(self, other: Sums) -> Sums:
        self.people += other.people
        self.observed += other.observed
        self.expected += other.expected
        self.variance += other.variance
        return self


@dataclass(frozen=True, slots=True)
class Scale:
    """How an input's values are told apart: between the edges of a number, or as words."""

    edges: tuple[float, ...] | None

    def place(self, text: str) -> str:
        if self.edges is None:
            return text
        try:
            return str(bisect_right(self.edges, float(text)))
        except ValueError:
            return "no number"


def scale(values: Iterable[str]) -> Scale:
    """From the baseline's own values: tenths of a number, the words of a choice."""
    numbers: list[float] = []
    for value in values:
        try:
            numbers.append(float(value))
        except ValueError:
            return Scale(None)
    numbers.sort()
    if len(set(numbers)) <= PARTS:
        return Scale(None)  # flags, points: each value is its own word
    return Scale(tuple(dict.fromkeys(numbers[len(numbers) * i // PARTS] for i in range(1, PARTS))))


@dataclass(slots=True)
class Month:
    """One month, or several together."""

    people: int = 0
    all: Sums = field(default_factory=Sums)
    groups: dict[tuple[str, str], Sums] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    places: dict[str, Counter[str]] = field(default_factory=dict)
    tally: Tally = field(default_factory=lambda: Tally("logistic"))

    def add(self, row: Row, scales: Mapping[str, Scale], risk: bool) -> None:
        self.people += 1
        self.missing[PREDICTION] += row.predicted is None
        self.all.add(row, risk)
        for kind, group in row.groups.items():
            self.groups.setdefault((kind, group), Sums()).add(row, risk)
        for name, known in scales.items():
            value = row.inputs.get(name, "")
            if not value:
                self.missing[name] += 1
            else:
                self.places.setdefault(name, Counter())[known.place(value)] += 1
        if risk and row.observed is not None and row.predicted is not None and 0 < row.predicted < 1:
            self.tally.risk(math.log(row.predicted / (1 - row.predicted)), row.observed > 0)

    def __iadd__(self, other: Month) -> Month:
        self.people += other.people
        self.all += other.all
        for key, sums in other.groups.items():
            mine = self.groups.setdefault(key, Sums())
            mine += sums
        self.missing += other.missing
        for name, places in other.places.items():
            self.places.setdefault(name, Counter()).update(places)
        self.tally += other.tally
        return self


def psi(base: Counter[str], now: Counter[str]) -> float:
    """The population stability index; half a person stands where there is none, since nothing has a logarithm of its own."""
    places = set(base) | set(now)
    all_base, all_now = sum(base.values()) + 0.5 * len(places), sum(now.values()) + 0.5 * len(places)
    shares = (((base[p] + 0.5) / all_base, (now[p] + 0.5) / all_now) for p in places)
    return math.fsum((b - a) * math.log(b / a) for a, b in shares)
