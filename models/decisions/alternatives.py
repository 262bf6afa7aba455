"""Every alternative that a finding names, screened for this patient in one step: the screening asks for no further alternatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.codes import RXNORM, Code, Concept
from models.decisions.screen import Patient, screen
from models.features.age import age
from models.features.circumstances import WEIGHT, body_weight
from models.features.ingredients import ingredients
from models.features.phenoconversion import taken
from models.features.understood import half_understood
from models.finding import Assessment, Drug, Finding, Screened
from models.knowledge.types import Knowledge
from models.patient import Gap, Order, PatientProfile

#: by these routes too little reaches the blood for a duplicate or an interaction (our rule)
LOCAL_ROUTES = frozenset({"TOPICAL", "OPHTHALMIC", "OTIC", "VAGINAL"})
Assess = Callable[[PatientProfile, Knowledge], Assessment]


def with_options(found: Assessment, profile: PatientProfile, knowledge: Knowledge, assess: Assess) -> Assessment:
    """`found` with a verdict on each named alternative. `assess` answers a profile's orders without looking at alternatives."""
    faults: list[Gap] = []
    findings = tuple(replace(f, options=_options(f, profile, knowledge, assess, faults)) for f in found.findings)
    return replace(found, findings=findings, gaps=tuple(dict.fromkeys((*found.gaps, *faults))))


def _options(finding: Finding, profile: PatientProfile, knowledge: Knowledge, assess: Assess, faults: list[Gap]) -> tuple[Screened, ...]:
    named = tuple(dict.fromkeys(drug for said in finding.recommendations for drug in said.alternatives))
    return screened(named, finding.drug, profile, knowledge, assess, faults)


def screened(
    named: Sequence[Drug], instead_of: Drug, profile: PatientProfile, knowledge: Knowledge, assess: Assess, faults: list[Gap]
) -> tuple[Screened, ...]:
    """A verdict on each of several medicines of which one would be chosen; what breaks is added to `faults`."""
    if not named:
        return ()
    patient = _without(instead_of, profile, knowledge)

    def alone(drug: Drug) -> Assessment:
        """The answer to an order of this drug, beside the drafts that stay. A rule that breaks silences this drug only."""
        if not any(drug.key in rules for rules in (knowledge.guidelines, knowledge.flows, knowledge.hereditary.by_medicine)):
            return Assessment()
        order = Order("", Concept((Code(RXNORM, drug.key),)))
        try:
            return assess(replace(patient.profile, orders=(order, *patient.profile.orders), requests=()), knowledge)
        except Exception as fault:  # noqa: BLE001 - the card is right without this alternative (DESIGN.md, "Errors")
            faults.append(Gap(drug.name, "fault", f"screening it as an alternative failed ({type(fault).__name__})"))
            return Assessment(gaps=(faults[-1],))

    return tuple(screen(drug, patient, knowledge, alone, named) for drug in named)


def _without(drug: Drug, profile: PatientProfile, knowledge: Knowledge) -> Patient:
    """The patient as if `drug` were gone, which an alternative replaces; the other drafts are medicines that it would meet."""
    beside = tuple(replace(o, selected=False) for o in profile.orders if drug not in {d for d, _ in ingredients(o, knowledge.drugs).drugs})
    rest = replace(profile, orders=beside)
    years = age(profile.birth_date, profile.as_of)
    weight, _ = body_weight(profile.measurements, knowledge.clinical.get(WEIGHT), years, profile.as_of)
    systemic = tuple(m for m in taken(rest, knowledge) if m.route not in LOCAL_ROUTES and m.drug != drug.key)
    return Patient(rest, years, weight, systemic, half_understood(rest, knowledge))
