"""Which of a guideline's patient groups the chart leaves open. It excludes; it never picks the nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.features.age import Age
from models.features.circumstances import Circumstances
from models.knowledge.types import Clinical, Guideline, Population

ADULT = 18  #: years


def open_populations(
    guideline: Guideline, age: Age | None, chart: Circumstances, clinical: Mapping[str, Clinical]
) -> tuple[Population, ...]:
    """Every population that the chart does not exclude; () when the patient fits none.

    A population with `unless_known = False` needs the chart to say so: an age, an exposure, a condition. An indication
    that the chart documents excludes the groups of the other indications; the order's own reason outranks the problems.
    A group that the chart has to name, and does, is never excluded by another: two warnings can hold at once.
    """
    possible = [p for p in guideline.populations if (_allowed(p, age, chart) if p.unless_known else _said(p, age, chart, clinical))]
    return _meant(possible, chart, clinical)


def age_undecided(guideline: Guideline, age: Age | None) -> bool:
    """Could the patient belong to a population by an age that the chart does not settle?"""
    return any(not p.unless_known and _bounded(p) and _age_allows(p, age) and not _age_says(p, age) for p in guideline.populations)


def not_settled(populations: Sequence[Population], age: Age | None, chart: Circumstances) -> tuple[str, ...]:
    """Why it is not known whether the patient belongs to these groups: one sentence for each limit that could not be tried.

    An adult without a weight on file counts as heavy enough (our rule): such limits are drawn for children.
    """
    found = []
    for population in populations:
        if population.weight_above is not None and chart.weight is None and not (age and age.surely_from(ADULT)):
            found.append(f"the advice is for over {population.weight_above:g} kg, and {chart.no_weight}")
        if population.dose_to is not None and chart.dose_per_day is None:
            found.append(f"the advice is for up to {population.dose_to:g} mg a day, and the order does not say how much a day")
    return tuple(dict.fromkeys(found))


def chosen_by_indication(guideline: Guideline, chart: Circumstances, clinical: Mapping[str, Clinical]) -> bool:
    """Did an indication of the chart exclude any group?"""
    named = [p for p in guideline.populations if p.conditions]
    return bool(named) and len(_meant(named, chart, clinical)) < len(named)


def _meant(possible: Sequence[Population], chart: Circumstances, clinical: Mapping[str, Clinical]) -> tuple[Population, ...]:
    """Those whose indication is documented, where any is; other groups always stay. Half a problem list excludes nothing.

    Nor does the problem list where the order has a reason of its own that no group knows: codes are many, ours are few.
    """
    rivals = [p for p in possible if p.conditions and p.unless_known]
    for documented in (_by_reason, *([_by_problem] if chart.conditions_whole and not chart.reasons else [])):
        found = [p for p in rivals if documented(p, chart, clinical)]
        if found:
            return tuple(p for p in possible if p in found or p not in rivals)
    return tuple(possible)


def _by_reason(population: Population, chart: Circumstances, clinical: Mapping[str, Clinical]) -> bool:
    return chart.reason_is([clinical[name] for name in population.conditions])


def _by_problem(population: Population, chart: Circumstances, clinical: Mapping[str, Clinical]) -> bool:
    """An active problem; one of the past where the group's indication outlasts it (prevention after a stroke)."""
    states = ("active", "past") if population.past_counts else ("active",)
    return chart.has([clinical[name] for name in population.conditions], *states)


def _said(population: Population, age: Age | None, chart: Circumstances, clinical: Mapping[str, Clinical]) -> bool:
    """Does the chart say everything that the group asks for? One that asks for nothing a chart can say stays closed."""
    asks = [
        *([_age_says(population, age)] if _bounded(population) else []),
        *([_by_reason(population, chart, clinical) or _by_problem(population, chart, clinical)] if population.conditions else []),
        *([_taken_long(population, chart)] if population.taken_days is not None else []),
    ]
    return bool(asks) and all(asks)


def _allowed(population: Population, age: Age | None, chart: Circumstances) -> bool:
    if not _age_allows(population, age):
        return False
    if population.naive_below_days is not None and chart.taken_days is not None and chart.taken_days >= population.naive_below_days:
        return False
    too_light = population.weight_above is not None and chart.weight is not None and chart.weight <= population.weight_above
    too_much = population.dose_to is not None and chart.dose_per_day is not None and chart.dose_per_day > population.dose_to
    return not (too_light or too_much)


def _taken_long(population: Population, chart: Circumstances) -> bool:
    return chart.taken_days is not None and population.taken_days is not None and chart.taken_days >= population.taken_days


def _bounded(population: Population) -> bool:
    return population.age_from is not None or population.age_below is not None


def _age_says(population: Population, age: Age | None) -> bool:
    if age is None or not _bounded(population):
        return False
    old_enough = population.age_from is None or age.surely_from(population.age_from)
    return old_enough and (population.age_below is None or age.surely_below(population.age_below))


def _age_allows(population: Population, age: Age | None) -> bool:
    if age is None:
        return True
    too_young = population.age_from is not None and age.surely_below(population.age_from)
    too_old = population.age_below is not None and age.surely_from(population.age_below)
    return not (too_young or too_old)
