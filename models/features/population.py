"""Which of a guideline's patient groups the chart leaves open. It excludes; it never picks the nearest."""

from __future__ import annotations

from models.features.age import Age
from models.knowledge.types import Guideline, Population


def open_populations(guideline: Guideline, age: Age | None) -> tuple[Population, ...]:
    """Every population that the chart does not exclude; () when the patient fits none.

    A population with `unless_known = False` needs the chart to say so: an age that is known, or prior exposure. Until
    exposure is read, the latter is left out, which is what "unknown counts as naive" means.
    """
    return tuple(p for p in guideline.populations if (_age_allows(p, age) if p.unless_known else _age_says(p, age)))


def age_undecided(guideline: Guideline, age: Age | None) -> bool:
    """Could the patient belong to a population by an age that the chart does not settle?"""
    return any(not p.unless_known and _bounded(p) and _age_allows(p, age) and not _age_says(p, age) for p in guideline.populations)


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
