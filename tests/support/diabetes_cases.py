"""Cases on the plan for diabetes: short lines a clinician can read, made into a patient. `tests/cases_diabetes/*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from models.chart import FamilyHistory
from models.codes import RXNORM, Code, Concept
from models.decisions.diabetes_plan import assess_diabetes
from models.finding import Assessment, Finding
from models.knowledge.types import Knowledge
from models.patient import Allergy, Condition, GeneResult, Measurement, Medication, PatientProfile, Request
from tests.support.case_files import Case, read_cases
from tests.support.cases import coded
from tests.support.hereditary_cases import variant

AS_OF = date(2026, 11, 27)
STATES: Mapping[str, Literal["active", "past", "suspected"]] = {"problems": "active", "past": "past", "suspected": "suspected"}
KEYS = {*"name born sex problems past suspected done measured taking variants genes relatives allergies requests unread expect".split()}
EXPECTED = {*"cards stances review kind tests targets due not_due kitchen foods no_food energy carbohydrate".split()}
EXPECTED |= {*"gaps checked summary detail not_detail indicator about options".split()}


def all_cases() -> list[Case]:
    return read_cases("cases_diabetes", KEYS, EXPECTED)


def answer(case: Case, knowledge: Knowledge) -> Assessment:
    return assess_diabetes(profile(case.given, knowledge), knowledge)


def the_plan(found: Assessment) -> Finding | None:
    return next((finding for finding in found.findings if finding.care is not None), None)


def on_the_kind(found: Assessment) -> list[Finding]:
    return [finding for finding in found.findings if finding.care is None]


def profile(given: Mapping[str, Any], knowledge: Knowledge) -> PatientProfile:
    """`problems` and `done` by clinical name, with the day that they began or were done ("type-2-diabetes, 2015-02-03")."""
    problems = [(state, *said.partition(", ")[::2]) for key, state in STATES.items() for said in given.get(key, ())]
    conditions = [Condition(coded(name, knowledge), state, began, origin=f"Condition/{name}") for state, name, began in problems]
    for said in given.get("done", ()):
        name, _, day = said.partition(", ")
        conditions.append(Condition(_procedure(name, knowledge), "past", day, origin=f"Procedure/{name}", category="procedure"))
    return PatientProfile(
        as_of=AS_OF,
        birth_date=given.get("born", "1970-05-05"),
        sex=given.get("sex", "male"),
        conditions=tuple(conditions),
        measurements=tuple(_measured(said, knowledge) for said in given.get("measured", ())),
        medications=tuple(_taken(name, knowledge) for name in given.get("taking", ())),
        variants=tuple(variant(line, n) for n, line in enumerate(given.get("variants", ()), 1)),
        genotypes=tuple(_gene(gene, said) for gene, said in given.get("genes", {}).items()),
        family=tuple(_relative(said, knowledge) for said in given.get("relatives", ())),
        allergies=tuple(Allergy(_drug(name, knowledge), origin="AllergyIntolerance/1") for name in given.get("allergies", ())),
        requests=tuple(Request(coded(name, knowledge), origin="ServiceRequest/1") for name in given.get("requests", ())),
        unread=frozenset(given.get("unread", ())),
    )


def _procedure(name: str, knowledge: Knowledge) -> Concept:
    system, code = next(pair for pair in sorted(knowledge.clinical[name].codes) if "snomed" in pair[0])
    return Concept((Code(system, code),))


def _measured(said: str, knowledge: Knowledge) -> Measurement:
    """ "hba1c 8.4 %", "uacr <5 mg/g, 2026-01-03", "gad-antibodies positive", "kitchen-preference = kitchen-west-african"."""
    said, _, day = said.partition(", ")
    name, _, rest = said.partition(" ")
    day, origin, code = day or "2026-10-01", f"Observation/{name}", coded(name, knowledge)
    if rest.startswith("= "):
        return Measurement(code, answer=coded(rest[2:], knowledge), effective=day, origin=origin)
    if rest in ("positive", "negative"):
        return Measurement(code, answer=coded(f"{rest}-answer", knowledge), effective=day, origin=origin)
    number, _, unit = rest.partition(" ")
    comparator = number.rstrip("0123456789.")
    return Measurement(code, float(number.removeprefix(comparator)), unit, comparator, effective=day, origin=origin)


def _drug(name: str, knowledge: Knowledge) -> Concept:
    key = next(drug.key for drug in knowledge.drugs.ingredients.values() if drug.name == name)
    return Concept((Code(RXNORM, key),))


def _taken(name: str, knowledge: Knowledge) -> Medication:
    return Medication(_drug(name, knowledge), origin=f"MedicationRequest/{name.split()[0]}")


def _gene(gene: str, said: str) -> GeneResult:
    """A diplotype ("*3/*3") or a phenotype ("Deficient")."""
    diplotypes, phenotype = ((said,), "") if said.startswith("*") else ((), said)
    return GeneResult(Concept(text=gene), f"Observation/{gene}", diplotypes=diplotypes, phenotype=phenotype)


def _relative(said: str, knowledge: Knowledge) -> FamilyHistory:
    """ "mother: type-2-diabetes", "father: none"."""
    who, _, name = said.partition(": ")
    code = {"mother": "MTH", "father": "FTH", "cousin": "COUSN"}[who]
    role = Concept((Code("http://terminology.hl7.org/CodeSystem/v3-RoleCode", code),))
    return FamilyHistory(role, Concept() if name == "none" else coded(name, knowledge), origin="FamilyMemberHistory/1")
