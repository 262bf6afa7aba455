"""Energy, carbohydrate and foods of a day for one person. A kitchen is stated or there is none: nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

from models.careplans.facts import Facts, verdict
from models.features.clinical import conditions_of, means, measurements_of
from models.knowledge.careplan_types import Culture, DietRows, Energy
from models.knowledge.types import Knowledge
from models.patient import Measurement, PatientProfile
from models.plan_values import DietPlan, Sentence

KCAL_PER_GRAM = 4.0  #: of carbohydrate
STEP_KCAL, STEP_GRAMS = 50, 5  #: to which ranges are rounded
COSTS = ("low", "middle", "high")
CONTRADICT = "care-kitchens-differ"  #: message id


def diet_plan(rows: DietRows, facts: Facts, profile: PatientProfile, knowledge: Knowledge) -> DietPlan:
    """The facts that `needs` names are known; who must not get it was asked before."""
    low, high, less = energy(rows.energy, facts, profile.sex)
    culture, origins, contradiction = _culture(rows, profile, knowledge)
    means_, more = _means(rows, profile, knowledge)
    notes = [Sentence(message) for when, message in rows.notes if verdict(when, facts).holds]
    lower = verdict(rows.lower_not, facts).holds is False
    return DietPlan(
        energy=(low, high),
        carbohydrate=grams(low, high, rows.carbohydrate),
        lower_carbohydrate=grams(low, high, rows.lower) if lower else None,
        deficit=less,
        culture=culture.label if culture else "",
        means=means_,
        foods=tuple(food for cost, food in culture.foods if COSTS.index(cost) <= COSTS.index(means_ or COSTS[-1])) if culture else (),
        choices=() if culture else tuple(one.label for one in rows.cultures),
        notes=(*notes, *([Sentence(CONTRADICT)] if contradiction else [])),
        origins=(*origins, *more),
    )


def energy(rows: Energy, facts: Facts, sex: str) -> tuple[int, int, bool]:
    """(kcal a day from, to, whether it is less than is used). Raises KeyError for a sex that the equation does not know."""
    resting = [
        rows.weight * _end(facts, "weight", i) + rows.height * _end(facts, "height", i) + rows.age * _end(facts, "age", 1 - i)
        for i in (0, 1)
    ]
    used = [(value + rows.by_sex[sex]) * activity for value, activity in zip(resting, rows.activity, strict=True)]
    less = bool(verdict(rows.lose, facts).holds)
    if less:
        used = [used[0] - rows.deficit[1], used[1] - rows.deficit[0]]
    floor = rows.floor[sex]
    low, high = (int(round(max(value, floor) / STEP_KCAL) * STEP_KCAL) for value in used)
    return low, high, less


def _end(facts: Facts, name: str, which: int) -> float:
    fact = facts[name]
    value = fact.low if which == 0 else fact.high
    if value is None:
        raise ValueError(f"{name} is no number")
    return value


def grams(low: float, high: float, percent: tuple[float, float]) -> tuple[int, int]:
    """Grams of carbohydrate a day for a range of energy and a range of its share."""
    ends = (low * percent[0], high * percent[1])
    return (
        round(ends[0] / 100 / KCAL_PER_GRAM / STEP_GRAMS) * STEP_GRAMS,
        round(ends[1] / 100 / KCAL_PER_GRAM / STEP_GRAMS) * STEP_GRAMS,
    )


def _answers(names: Sequence[str], profile: PatientProfile, knowledge: Knowledge) -> tuple[Measurement, ...]:
    """Coded answers to the questions of these names, the latest first."""
    found = [m for name in names for m in measurements_of(profile.measurements, knowledge.clinical[name]) if m.answer.codings]
    return tuple(sorted(found, key=lambda m: m.effective, reverse=True))


def _culture(rows: DietRows, profile: PatientProfile, knowledge: Knowledge) -> tuple[Culture | None, tuple[str, ...], bool]:
    """The kitchen that was stated last; several of one day choose none."""
    told = [
        (m, culture)
        for m in _answers(rows.asked, profile, knowledge)
        for culture in rows.cultures
        if any(means(m.answer, knowledge.clinical[name]) for name in culture.answers)
    ]
    last = [(m, culture) for m, culture in told if m.effective == told[0][0].effective]
    if len({culture.id for _, culture in last}) != 1:
        return None, (), bool(last)
    return last[0][1], (last[0][0].origin,), False


def _means(rows: DietRows, profile: PatientProfile, knowledge: Knowledge) -> tuple[str, tuple[str, ...]]:
    """What food may cost: a recorded strain, else the latest answer; "" where nothing is said."""
    for name in rows.strained:
        if problems := conditions_of(profile.conditions, knowledge.clinical[name], "active"):
            return COSTS[0], (problems[0].origin,)
    for answer in _answers(rows.asked_of_means, profile, knowledge):
        for cost in COSTS:
            if any(means(answer.answer, knowledge.clinical[name]) for name in rows.means[cost]):
                return cost, (answer.origin,)
    return "", ()
