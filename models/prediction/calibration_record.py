"""The sums that a site keeps of what it predicted and what came: whole numbers that add up exactly, and nothing of one person.

Of doses: how many, Σ residual and Σ residual² on the model's linear scale. Of risks: how many, events, the sum of the events'
linear predictors, and what the model expects at shifted intercepts and other slopes (expected_grid). How they are fitted is calibration's.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from models.errors import PrecisionError
from models.knowledge.model_digest import digest_of
from models.knowledge.model_types import Formula, Link, Model
from models.prediction.expected_grid import LINKS, THOUSAND, Expected, expected

Kind = Literal["dose", "risk"]
LEAST = 11  #: people: no sum over fewer leaves a site


class RecordError(PrecisionError):
    """Records that cannot be made, or that do not belong together."""


@dataclass(frozen=True, slots=True)
class Part:
    """One site's share of a record: whose people, indexed between which months, and a digest of its sums, so that none counts twice."""

    site: str
    first: str
    last: str
    people: int
    digest: str


@dataclass(frozen=True, slots=True)
class Record:
    """Sums over people of whom one formula predicted something. Linear predictors and residuals are in thousandths and millionths."""

    model: str
    formula: str
    fingerprint: str  #: of the formula's numbers: a record is of no use to another version of the model
    outcome: str  #: how it was told who had it, as the study says
    kind: Kind
    site: str
    version: int
    made: str  #: ISO date
    parts: tuple[Part, ...]
    people: int
    events: int = 0
    linear: int = 0  #: Σ linear predictor of those with the event, thousandths
    residuals: int = 0  #: Σ residual, thousandths
    squares: int = 0  #: Σ residual², millionths
    grid: Expected | None = field(default=None)

    @property
    def expected_(self) -> Expected:
        if self.grid is None:
            raise RecordError("a record of doses expects no events")
        return self.grid

    @property
    def mean_residual(self) -> float:
        return self.residuals / THOUSAND / self.people


class Tally:
    """People as they come, at the site alone: it holds counts by linear predictor, which may be of one person, and is never written."""

    def __init__(self, link: Link, kind: Kind = "risk") -> None:
        self.link, self.kind = link, kind
        self.seen: Counter[int] = Counter()  #: of risks: people by linear predictor in thousandths
        self.had: Counter[int] = Counter()  #: those of them with the event
        self.people = self.residuals = self.squares = 0

    def risk(self, linear: float, event: bool) -> None:
        place = round(linear * THOUSAND)
        self.people += 1
        self.seen[place] += 1
        self.had[place] += event

    def dose(self, linear: float, actual: float) -> None:
        """`linear`: the model's sum; `actual`: the dose that was right, in its unit. Raises ValueError where it has no such scale."""
        residual = round((on_scale(self.link, actual) - linear) * THOUSAND)
        self.people += 1
        self.residuals += residual
        self.squares += residual * residual

    def __iadd__(self, other: Tally) -> Tally:
        self.seen += other.seen
        self.had += other.had
        self.people, self.residuals, self.squares = (
            self.people + other.people,
            self.residuals + other.residuals,
            self.squares + other.squares,
        )
        return self

    @property
    def events(self) -> int:
        return sum(self.had.values())


def on_scale(link: Link, value: float) -> float:
    """A dose on the linear scale of a formula: its root where the formula squares, its logarithm where it raises e."""
    if link == "square" and value >= 0:
        return math.sqrt(value)
    if link == "exp" and value > 0:
        return math.log(value)
    if link == "identity":
        return value
    raise ValueError(f"a dose has no place on the scale of link '{link}'")


def record_of(
    tally: Tally, model: Model, formula: Formula, *, outcome: str, site: str, version: int, made: str, first: str, last: str
) -> Record:
    """The sums of one site. Raises RecordError where they would be over fewer than eleven people, with the event or without it."""
    if tally.kind == "risk" and tally.link not in LINKS:
        raise RecordError(f"its risks come from a {tally.link}, which has no scale on which they could be moved")
    events = tally.events
    few = min(events, tally.people - events) if tally.kind == "risk" else tally.people
    if few < LEAST:
        what = "people with the event, or without it," if tally.kind == "risk" else "people"
        raise RecordError(
            f"fewer than {LEAST} {what} were found, so no sums about them are written; take more time or more places together"
        )
    linear = sum(place * count for place, count in tally.had.items())
    grid = expected(tally.link, tally.seen) if tally.kind == "risk" else None
    sums = (tally.people, events, linear, tally.residuals, tally.squares, grid)
    part = Part(site, first, last, tally.people, hashlib.sha256(repr(sums).encode()).hexdigest()[:16])
    head = (model.id, formula.id, fingerprint(model, formula), outcome, tally.kind, site, version, made, (part,))
    return Record(*head, *sums)


def fingerprint(model: Model, formula: Formula) -> str:
    """Of what decides this formula's output: a record of another version of the model tells nothing of this one."""
    return digest_of(replace(model, formulas=(formula,)))


def merged(records: Sequence[Record], *, site: str, version: int, made: str) -> Record:
    """One record of all their people; in whichever order they come the sums are the same, to the last digit.

    Raises RecordError where they are not of the same formula and outcome, or where some people would count twice.
    """
    if faults := list(_apart(records)):
        raise RecordError("; ".join(faults))
    first = records[0]
    grid = None if first.grid is None else first.grid
    for other in records[1:]:
        grid = grid + other.grid if grid is not None and other.grid is not None else None
    return Record(
        first.model,
        first.formula,
        first.fingerprint,
        first.outcome,
        first.kind,
        site,
        version,
        made,
        tuple(sorted((p for r in records for p in r.parts), key=lambda p: (p.site, p.first, p.digest))),
        people=sum(r.people for r in records),
        events=sum(r.events for r in records),
        linear=sum(r.linear for r in records),
        residuals=sum(r.residuals for r in records),
        squares=sum(r.squares for r in records),
        grid=grid,
    )


def _apart(records: Sequence[Record]) -> Iterator[str]:
    if len(records) < 2:
        yield "there is nothing to merge; name two records or more"
        return
    for what in ("model", "formula", "fingerprint", "outcome", "kind"):
        told = list(dict.fromkeys(str(getattr(record, what)) for record in records))
        if len(told) > 1:
            yield f"they differ in {what} ({told[0]} and {told[1]}), so their sums mean different things; merge like with like"
    parts = sorted((p for record in records for p in record.parts), key=lambda p: (p.site, p.first))
    for one, other in pairwise(parts):
        if one.site == other.site and other.first <= one.last:
            yield f"site {one.site} is in them twice for the same months, so people would count twice; leave one out"
    digests = Counter(p.digest for p in parts)
    if any(count > 1 for count in digests.values()):
        yield "two parts have the same sums, so the same people would count twice; leave one out"
