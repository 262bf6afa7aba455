"""The shape of prediction intervals: how far from predicted doses the true ones lay, and in whom that was measured. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.knowledge.source_block import Source

#: unseen site: quantiles of all other sites, tried on the one left out · level chosen anew: the same, and the level as well is chosen
#: without the site · random split: quantiles of one half, tried on the other half
Check = Literal["unseen site", "level chosen anew", "random split"]
CHECKS: tuple[Check, ...] = ("unseen site", "level chosen anew", "random split")
By = Literal["ancestry", "predicted"]


@dataclass(frozen=True, slots=True)
class Residuals:
    """√true - √predicted of one group of people: between which two quantiles the level's share of them lay."""

    ancestry: str  #: of a table by ancestry; "" in one by predicted dose
    low: float  #: of a table by predicted dose: predictions in [low, high), in the table's unit; 0 and infinity in one by ancestry
    high: float
    people: int
    lower: float  #: quantile, a negative number
    upper: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the true dose lay in the interval, in people whom its quantiles had not seen."""

    ancestry: str
    check: Check
    people: int  #: of a random split: those whom one split tests
    covered: float  #: share of one; over all splits
    low: float  #: 95 % interval of that share, exact (Clopper and Pearson)
    high: float


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """An interval for the mean of some models' predictions. With m = √prediction it is (max(0, m + lower)², (m + upper)²)."""

    id: str  #: "warfarin-pgx-by-dose"
    set: str  #: the name of this mean in the runs that measured it: "pgx", "clinical"
    models: tuple[str, ...]  #: whose predictions are averaged, each first converted to `unit`
    unit: str
    by: By
    nominal: float  #: what a card may claim: so large a part of patients
    level: float  #: at which the quantiles were taken; above `nominal`, since unseen sites cover less than random halves
    floor: float  #: an ancestry of which less was covered in any check is refused
    preferred: bool  #: of the tables of one `set` the one to use
    residuals: tuple[Residuals, ...]
    coverage: tuple[Coverage, ...]
    refused: Mapping[str, str]  #: ancestry → why no interval is given; one that `coverage` lacks was never measured, and is refused as well
    source: Source
