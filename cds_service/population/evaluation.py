"""Predicts for everybody of a study, and keeps what is needed to tell how well it went. What may be told of it is the report's."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cds_service.population.people import Person
from cds_service.population.study import Study
from models.knowledge.model_types import Model
from models.prediction.calibration_record import Tally
from models.prediction.contract import Prediction, predict


@dataclass(slots=True)
class Results:
    """Predicted values and what came, in the order of people; of a risk 1.0 or 0.0."""

    predicted: array[float] = field(default_factory=lambda: array("d"))
    observed: array[float] = field(default_factory=lambda: array("d"))

    def add(self, predicted: float, observed: float) -> None:
        self.predicted.append(predicted)
        self.observed.append(observed)


@dataclass(slots=True)
class Followed:
    """Of everybody with a prediction, lost from sight or not: days, whether the event came, and what was predicted."""

    days: array[int] = field(default_factory=lambda: array("i"))
    events: array[int] = field(default_factory=lambda: array("b"))
    predicted: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Evaluation:
    """One model on one site's people."""

    study: Study
    model: Model
    tallies: dict[str, Tally] = field(default_factory=dict)  #: by formula
    results: Results = field(default_factory=Results)
    groups: dict[str, dict[str, Results]] = field(default_factory=dict)  #: kind of group → group
    followed: Followed = field(default_factory=Followed)
    left: Counter[str] = field(default_factory=Counter)  #: people who do not count, by why
    missing: Counter[str] = field(default_factory=Counter)  #: by input, of those who were asked about
    asked: int = 0  #: people for whom a prediction was tried
    refused: Counter[str] = field(default_factory=Counter)  #: reasons of the contract; one person may have several
    days: set[str] = field(default_factory=set)  #: of predictions

    def take(self, people: Iterable[Person]) -> None:
        for person in people:
            self._take(person)

    def _take(self, person: Person) -> None:
        if person.observed is None and person.outcome.state != "censored":
            self.left[_WHY[person.outcome.state]] += 1
            return
        self.asked += 1
        self.missing.update(name for name in self.model.inputs if name not in person.values)
        found = self._answer(person)
        if isinstance(found, Prediction):
            self._predicted(person, found)
            return
        self.left["no prediction: see refused"] += 1
        self.refused.update(found)

    def _answer(self, person: Person) -> Prediction | set[str]:
        """As in a call: whoever a model refuses must be known not to be one of those."""
        unknown = {f"{self.model.label}–{name}: unavailable" for name in self.model.refuses if name not in person.values}
        if unknown:
            return unknown
        found = predict(self.model, person.values, self.study.outcome, self.study.horizon_years)
        return found if isinstance(found, Prediction) else {f"{gap.subject}: {gap.reason}" for gap in found}

    def _predicted(self, person: Person, found: Prediction) -> None:
        dose = self.model.output.what == "dose"
        if not dose:
            self.followed.days.append(person.outcome.days)
            self.followed.events.append(person.outcome.state == "event")
            self.followed.predicted.append(found.value)
        if person.observed is None:
            self.left["lost from sight before the end, without the outcome"] += 1
            return
        tally = self._tally(found.formula)
        if dose:
            tally.dose(found.linear, person.observed)
        else:
            tally.risk(found.linear, bool(person.observed))
        self.days.add(person.day)
        self.results.add(found.value, person.observed)
        for kind, group in person.groups.items():
            self.groups.setdefault(kind, {}).setdefault(group, Results()).add(found.value, person.observed)

    def _tally(self, formula: str) -> Tally:
        if formula not in self.tallies:
            link = next(f.link for f in self.model.formulas if f.id == formula)
            self.tallies[formula] = Tally(link)
        return self.tallies[formula]

    @property
    def lost(self) -> float:
        """The part of those with a prediction who were lost from sight."""
        everybody = len(self.followed.days)
        return 1 - len(self.results.observed) / everybody if everybody else 0.0


_WHY = {
    "before": "had the outcome on the index day already",
    "unclear": "the day of the outcome cannot be told",
    "untested": "was not tested in that time",
    "unseen": "nothing on file in the time before the index day",
    "dead": "had died before the index day",
}
