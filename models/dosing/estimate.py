"""One equation, one patient: a dose, or why there is none. It knows no flow and decides on no card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.dosing import gage, iwpc
from models.dosing.person import Body, Person
from models.knowledge.dosing_types import Equation, MedicineTerm

DAYS = 7
FORMS: Mapping[str, Callable[[Mapping[str, float], Body, float], float]] = {"iwpc": iwpc.daily_dose, "gage": gage.daily_dose}
INPUT_WORDS = {"age": "age", "height": "body height", "weight": "body weight"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A dose in mg a day, or None and why there is none."""

    equation: Equation
    daily: float | None
    because: str = ""

    @property
    def weekly(self) -> float:
        return (self.daily or 0.0) * DAYS


def estimate(
    equation: Equation,
    person: Person,
    keys: Mapping[str, str],
    medicines: Sequence[MedicineTerm] = (),
    excluded: Sequence[str] = (),
) -> Estimate:
    """The dose for `keys` (gene → diplotype or phenotype), never beyond what the equation was made for."""
    because = refusal(equation, person, keys, excluded)
    body = person.body()
    if because or body is None:
        return Estimate(equation, None, because)
    terms = sum(term.terms[keys[term.gene]] for term in equation.genes) + sum(medicine.coefficient for medicine in medicines)
    daily, limit = FORMS[equation.form](equation.coefficients, body, terms), equation.limits["dose"]
    if not limit.low <= daily <= limit.high:
        return Estimate(equation, None, f"it gives a dose outside {limit.low:g} to {limit.high:g} {limit.unit}, where it cannot be trusted")
    return Estimate(equation, daily)


def refusal(equation: Equation, person: Person, keys: Mapping[str, str], excluded: Sequence[str]) -> str:
    """Why the equation may not be used; "" when it may."""
    for term in equation.genes:
        if term.gene not in keys:
            return f"it needs one undisputed genotype of {term.gene}"
        if keys[term.gene] not in term.terms:
            return f"it has no term for {term.gene} {keys[term.gene]}"
    if person.missing:
        return "it needs " + ", ".join(INPUT_WORDS[name] for name in person.missing)
    for name in INPUT_WORDS:
        value, limit = getattr(person, name), equation.limits[name]
        if not limit.low <= value <= limit.high:
            return f"it was not made for {INPUT_WORDS[name]} {value:g} {limit.unit}, only for {limit.low:g} to {limit.high:g}"
    if person.excluded:
        return f"a target INR above 3 is likely with {', '.join(person.excluded)}"
    return f"it has no term for {', '.join(excluded)}" if excluded else ""
