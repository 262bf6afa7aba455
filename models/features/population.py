"""Which of a guideline's patient groups the chart leaves open. It excludes; it never picks the nearest."""

from __future__ import annotations

from models.features.age import Age
from models.knowledge.types import Guideline, Population


def open_populations(guideline: Guideline, age: Age | None) -> tuple[Population, ...]:
    """Every population that the chart does not exclude; () when the patient fits none.

    A population with `unless_known = False` needs the chart to say so (prior exposure): until exposure is read,
    it is left out, which is what "unknown counts as naive" means.
    """
    return tuple(p for p in guideline.populations if p.unless_known and _age_allows(p, age))


def _age_allows(population: Population, age: Age | None) -> bool:
    if age is None:
        return True
    too_young = population.age_from is not None and age.surely_below(population.age_from)
    too_old = population.age_below is not None and age.surely_from(population.age_below)
    return not (too_young or too_old)
