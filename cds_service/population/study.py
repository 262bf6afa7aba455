"""A site's own question as data: which model, whose charts as of which day, how the files tell who had the outcome. No patient is read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.errors import KnowledgeError
from models.knowledge.model_types import Formula, Model
from models.knowledge.shape import Table
from models.knowledge.types import Knowledge

GROUPS = ("sex", "age", "ancestry")  #: in every report


@dataclass(frozen=True, slots=True)
class Reached:
    """A measurement that is the outcome where it is at least so high, in the unit of its clinical name."""

    name: str
    at_least: float


@dataclass(frozen=True, slots=True)
class Event:
    """How bulk files tell the outcome. `within_days` is for models without a horizon: what was there already, and is found by then."""

    conditions: tuple[str, ...]  #: clinical names: the first problem of any of them
    reached: tuple[Reached, ...]
    among_tested: tuple[str, ...]  #: clinical names: only people with one of these measured in that time count; () : everybody
    within_days: int | None

    def words(self) -> str:
        """The same at every site that asks the same: records of different questions are not merged."""
        told = [*(f"problem {name}" for name in self.conditions), *(f"{r.name} of {r.at_least:g} or more" for r in self.reached)]
        tested = f", among those tested for {', '.join(self.among_tested)}" if self.among_tested else ""
        return f"first of {'; '.join(told)}{tested}"


@dataclass(frozen=True, slots=True)
class Study:
    """One question about one model at one site."""

    site: str
    model: str
    outcome: str  #: of the model; "" where it has one
    horizon_years: float | None
    version: int
    index: date | None  #: bulk files: the day as of which charts are read; None: each row of a table has its own
    until: date | None  #: bulk files: the last day of which they tell
    event: Event | None  #: None: a table tells the outcome itself
    told: str  #: how a table's outcome was told, in words
    seen_days: int  #: whoever has nothing on file in so many days before the index day is not counted
    taken_days: int  #: a medicine whose order has ended since counts as taken on the index day if ordered so many days before it, or fewer
    groups: tuple[str, ...]
    server: str  #: FHIR base URL, where bulk files have absolute references

    def words(self) -> str:
        """What the outcome is, for the record."""
        years = f" within {self.horizon_years:g} years" if self.horizon_years else ""
        days = f" within {self.event.within_days} days" if self.event and self.event.within_days else ""
        return f"{self.outcome or self.model}: {self.event.words() if self.event else self.told}{years or days}"

    @property
    def days(self) -> int:
        """From the index day to the end of what is predicted."""
        if self.event is not None and self.event.within_days:
            return self.event.within_days
        return round((self.horizon_years or 0.0) * 365.25)


def read_study(path: Path, knowledge: Knowledge) -> Study:
    """Raises KnowledgeError with the place in the file."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"{path.name}: cannot be read as TOML ({error}); correct it (docs/local-fit.md)") from None
    with Table(values, path.name) as file:
        with file.table("study") as head:
            named = {name: head.text(name) for name in ("site", "model")}
            outcome, told = head.text("outcome", ""), head.text("told", "")
            horizon, version = head.number("horizon_years", None), head.whole_within("version", 1, 1_000_000, 1)
        with file if not file.has("people") else file.table("people") as people:
            days = [people.whole_within(name, 1, 36_500, usual) for name, usual in (("seen_days", 730), ("taken_days", 365))]
            index, until = people.day("index", None), people.day("until", None)
            groups, server = people.texts("groups", []), people.text("server", "")
        study = Study(
            named["site"],
            named["model"],
            outcome,
            horizon,
            version or 1,
            index,
            until,
            _event(file) if file.has("event") else None,
            told,
            days[0] or 0,
            days[1] or 0,
            (*GROUPS, *(g for g in groups if g not in GROUPS)),
            server,
        )
    if faults := list(_faults(study, knowledge)):
        raise KnowledgeError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return study


def _event(file: Table) -> Event:
    with file.table("event") as event:
        reached = (
            [Reached(r.text("name"), r.number("at_least") or 0.0) for r in event.tables("measurement")] if event.has("measurement") else []
        )
        return Event(
            event.texts("conditions", []), tuple(reached), event.texts("among_tested", []), event.whole_within("within_days", 1, 36_500)
        )


def formulas(study: Study, model: Model) -> tuple[Formula, ...]:
    """Those that the study asks for."""
    of_outcome = (f for f in model.formulas if study.outcome in ("", f.outcome))
    return tuple(f for f in of_outcome if study.horizon_years is None or f.horizon_years == study.horizon_years)


def _faults(study: Study, knowledge: Knowledge) -> Iterator[str]:
    model = knowledge.models.get(study.model)
    if model is None:
        yield f"'{study.model}' is no model of this knowledge; `knowledge check` counts them, `GET /models` names them"
        return
    if model.output.what not in ("risk", "dose"):
        yield f"{model.id} gives no risk and no dose, so nothing that comes can be held against it"
        return
    asked = formulas(study, model)
    if not asked:
        yield f"{model.id} has no formula for outcome '{study.outcome}' and horizon {study.horizon_years}; correct one of them"
    elif len({(f.outcome, f.horizon_years) for f in asked}) > 1:
        yield f"{model.id} has several outcomes or horizons; say `outcome` and `horizon_years`"
    if study.event is None:
        if not study.told:
            yield "without [event], `told` must say how the table's outcome was told, so that only like records are merged"
        return
    yield from _event_faults(study, study.event, knowledge)


def _event_faults(study: Study, event: Event, knowledge: Knowledge) -> Iterator[str]:
    if study.index is None or study.until is None:
        yield "[people] must say `index` and `until`: the day as of which charts are read, and the last day of which the files tell"
    if not event.conditions and not event.reached:
        yield "[event] must name conditions or measurements by which the outcome is known"
    if bool(event.within_days) == bool(study.horizon_years):
        yield "say `horizon_years` for what comes, or `within_days` for what is there already and is found by then; one of the two"
    for name in (*event.conditions, *(r.name for r in event.reached), *event.among_tested):
        if name not in knowledge.clinical:
            yield f"'{name}' is no clinical name of this knowledge; correct it"
    for name in (*(r.name for r in event.reached), *event.among_tested):
        if name in knowledge.clinical and knowledge.clinical[name].measured is None:
            yield f"'{name}' is nothing that is measured; correct it"
