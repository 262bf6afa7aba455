"""Predicts for everybody of a study, and keeps what is needed to tell how well it went. What may be told of it is the report's."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from cds_service.population.people import Person
from cds_service.population.study import Study
from models.knowledge.model_types import Link, Model
from models.prediction.calibration_record import Kind, Tally
from models.prediction.contract import Prediction, predict


@dataclass(slots=True)
class Results:
    """Predicted values and what came, in the order of people; of a risk 1.0 or 0.0."""

    predicted: array[float] = field(default_factory=lambda: array("d"))
    observed: array[float] = field(default_factory=lambda: array("d"))

    def add(self, predicted: float, observed: float) -> None:
        self.predicted.append(predicted)
        self.observed.append(observed)

    def __iadd__(self, other: Results) -> Results:
        self.predicted.extend(other.predicted)
        self.observed.extend(other.observed)
        return self


@dataclass(slots=True)
class Followed:
    """Of everybody with a prediction, lost from sight or not: days, whether the event came, and what was predicted."""

    days: array[int] = field(default_factory=lambda: array("i"))
    events: array[int] = field(default_factory=lambda: array("b"))
    predicted: array[float] = field(default_factory=lambda: array("d"))

    def __iadd__(self, other: Followed) -> Followed:
        self.days.extend(other.days)
        self.events.extend(other.events)
        self.predicted.extend(other.predicted)
        return self


@dataclass(slots=True)
class Kept:
    """Of those whom one formula answered, or several."""

    tally: Tally
    results: Results = field(default_factory=Results)
    groups: dict[str, dict[str, Results]] = field(default_factory=dict)  #: kind of group → group
    followed: Followed = field(default_factory=Followed)

    def __iadd__(self, other: Kept) -> Kept:
        self.tally += other.tally
        self.results += other.results
        for kind, groups in other.groups.items():
            for group, results in groups.items():
                mine = self.groups.setdefault(kind, {}).setdefault(group, Results())
                mine += results
        self.followed += other.followed
        return self

    @property
    def lost(self) -> float:
        """The part of those with a prediction who were lost from sight."""
        everybody = len(self.followed.days)
        return 1 - len(self.results.observed) / everybody if everybody else 0.0


@dataclass(slots=True)
class Evaluation:
    """One model on one site's people."""

    study: Study
    model: Model
    kept: dict[str, Kept] = field(default_factory=dict)  #: by formula
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
        dose = self.kind == "dose"
        kept = self._kept(found.formula)
        if not dose:
            kept.followed.days.append(person.outcome.days)
            kept.followed.events.append(person.outcome.state == "event")
            kept.followed.predicted.append(found.value)
        if person.observed is None:
            self.left["lost from sight before the end, without the outcome"] += 1
            return
        if dose:
            kept.tally.dose(found.linear, person.observed)
        else:
            kept.tally.risk(found.linear, bool(person.observed))
        self.days.add(person.day)
        kept.results.add(found.value, person.observed)
        for kind, group in person.groups.items():
            kept.groups.setdefault(kind, {}).setdefault(group, Results()).add(found.value, person.observed)

    @property
    def kind(self) -> Kind:
        return "dose" if self.model.output.what == "dose" else "risk"

    def _kept(self, formula: str) -> Kept:
        if formula not in self.kept:
            link = next(f.link for f in self.model.formulas if f.id == formula)
            self.kept[formula] = Kept(Tally(link, self.kind))
        return self.kept[formula]

    def together(self, formulas: Collection[str]) -> Kept:
        """All of these at once. Their tallies mean something together only where `one_scale`."""
        link: Link = next((self.kept[f].tally.link for f in formulas), "logistic")
        whole = Kept(Tally(link, self.kind))
        for formula in formulas:
            whole += self.kept[formula]
        return whole

    def one_scale(self, formulas: Iterable[str]) -> bool:
        return len({self.kept[f].tally.link for f in formulas}) == 1


_WHY = {
    "before": "had the outcome on the index day already",
    "unclear": "the day of the outcome cannot be told",
    "untested": "was not tested in that time",
    "unseen": "nothing on file in the time before the index day",
    "dead": "had died before the index day",
}
