"""Cases a pharmacist can read: from tests/cases/*.toml to a profile, and from an assessment back to the case's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from models.codes import ICD10_CM, LOINC, RXNORM, Code, Concept
from models.knowledge.types import Clinical, Knowledge
from models.patient import Allergy, Condition, Dosage, GeneResult, Measurement, Medication, Order, PatientProfile, Request
from tests.support.case_files import read_cases

FOLDER = Path(__file__).parents[1] / "cases"
AS_OF = date(2026, 11, 25)
PERSON = {
    "taking",
    "born",
    "sex",
    "ancestry",
    "takes",
    "took",
    "conditions",
    "past_conditions",
    "measured",
    "allergies",
    "reasons",
    "dose",
    "requests",
    "unread",
}
KNOWN = PERSON | {"name", "order", "route", "genes", "phenotypes", "presence", "results", "complete", "expect", "why"}
STATES: dict[Literal["active", "past"], str] = {"active": "conditions", "past": "past_conditions"}
EXPECTED = {"cards", "indicator", "kind", "action", "summary", "detail", "removable", "not_checked", "checked", "recommendations"}


@dataclass(frozen=True)
class Case:
    """One situation and what must follow. `expect.cards` is 0 or 1 unless said otherwise."""

    file: str
    name: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def all_cases(folder: Path = FOLDER, known: Collection[str] = KNOWN, expected: Collection[str] = EXPECTED) -> list[Case]:
    return [Case(f"{c.file}.toml", c.name, c.given, c.expect) for c in read_cases(folder.name, known, expected)]


def profile(case: Case, knowledge: Knowledge) -> PatientProfile:
    """The patient of a case; medicines by ingredient name, conditions, measurements and requests by clinical name."""
    results: list[GeneResult] = []
    given, drugs = case.given, {drug.name: rxnorm for rxnorm, drug in knowledge.drugs.ingredients.items()}
    for gene, diplotype in given.get("genes", {}).items():
        results.append(_result(len(results), gene, diplotypes=(diplotype,)))
    for gene, phenotype in given.get("phenotypes", {}).items():
        results.append(_result(len(results), gene, phenotype=phenotype, phenotype_text=phenotype))
    for allele, present in given.get("presence", {}).items():
        results.append(_result(len(results), allele.split("*")[0], presence_of=allele, present=present))
    for raw in given.get("results", ()):
        row = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items() if k != "gene"}
        results.append(_result(len(results), raw["gene"], **row))
    names = given["order"] if isinstance(given["order"], list) else [given["order"]]
    orders = tuple(_order(i, name, drugs, given, knowledge) for i, name in enumerate(names))
    medicines = tuple(_medicine(name, drugs) for name in given.get("takes", ()))
    medicines += tuple(_medicine(name, drugs, ended) for name, ended in given.get("took", {}).items())
    medicines += tuple(_taken(name, stated, drugs) for name, stated in given.get("taking", {}).items())
    return PatientProfile(
        medications=medicines,
        as_of=AS_OF,
        birth_date=given.get("born", ""),
        sex=given.get("sex", ""),
        ancestry=tuple(given.get("ancestry", ())),
        genotypes=tuple(results),
        orders=orders,
        conditions=_conditions(given, knowledge),
        measurements=tuple(_measurement(name, stated, knowledge) for name, stated in given.get("measured", {}).items()),
        allergies=tuple(
            Allergy(coded(name, knowledge) if name in knowledge.clinical else _medicine(name, drugs).medication)
            for name in given.get("allergies", ())
        ),
        requests=tuple(Request(coded(name, knowledge), draft=True) for name in given.get("requests", ())),
        unread=frozenset(given.get("unread", ())),
        genotypes_complete=given.get("complete", True),
    )


def coded(name: str, knowledge: Knowledge) -> Concept:
    """A clinical name as a chart would code it: by one of its codes. A LOINC code of a test ("50956-2") stands for itself."""
    if name not in knowledge.clinical and name[:1].isdigit():
        return Concept((Code(LOINC, name),))
    known: Clinical = knowledge.clinical[name]
    system, code = min(known.codes) if known.codes else (ICD10_CM, known.icd[0])
    return Concept((Code(system, code),))


def _conditions(given: Mapping[str, Any], knowledge: Knowledge) -> tuple[Condition, ...]:
    """A name, with the day it began where that matters ("stem-cell-transplant, 2024-05-01")."""
    said = [(state, *name.partition(", ")[::2]) for state, key in STATES.items() for name in given.get(key, ())]
    return tuple(
        Condition(coded(name, knowledge), state, began, origin=f"Condition/{i + 1}") for i, (state, name, began) in enumerate(said)
    )


def _measurement(name: str, stated: str, knowledge: Knowledge) -> Measurement:
    """`stated`: "62 kg", with a date where it matters ("62 kg, 2026-11-01"), or an answer in words."""
    said, _, dated = stated.partition(", ")
    number, _, unit = said.partition(" ")
    try:
        return Measurement(coded(name, knowledge), float(number), unit, effective=dated or "2026-11-01", origin="Observation/m")
    except ValueError:
        return Measurement(coded(name, knowledge), answer=Concept(text=said), effective=dated or "2026-11-01", origin="Observation/m")


def _result(number: int, gene: str, **members: Any) -> GeneResult:
    return GeneResult(gene=Concept(text=gene), origin=f"Observation/{number + 1}", **({"effective": "2024-03-01"} | members))


def _medicine(name: str, drugs: Mapping[str, str], ended: str = "") -> Medication:
    """`name` may say since when: "carbamazepine since 2025-11-01"."""
    name, _, began = name.partition(" since ")
    code = name if name.isdigit() else drugs[name]
    return Medication(Concept((Code(RXNORM, code, name),)), active=not ended, ended=ended, origin="MedicationRequest/past", began=began)


def _taken(name: str, stated: str, drugs: Mapping[str, str]) -> Medication:
    """`stated`: "2026-01-01, 50 mg, 1": since when, how much each time, how often a day."""
    began, _, dose = stated.partition(", ")
    return replace(_medicine(name, drugs), began=began, dosages=_dosages(dose))


def _dosages(stated: str) -> tuple[Dosage, ...]:
    """`stated`: "75 mg, 1" for one 75 mg dose a day."""
    amount, _, per_day = stated.partition(", ")
    value, _, unit = amount.partition(" ")
    return (Dosage(float(value), float(value), unit, float(per_day) if per_day else None),) if amount else ()


def _order(number: int, name: str, drugs: Mapping[str, str], given: Mapping[str, Any], knowledge: Knowledge) -> Order:
    """`dose`: "75 mg, 1" for one 75 mg dose a day."""
    code = name if name.isdigit() else drugs[name]
    return Order(
        f"MedicationRequest/{number + 1}",
        Concept((Code(RXNORM, code, name),)),
        route=Concept(text=given.get("route", "")),
        origin=f"MedicationRequest/{number + 1}",
        reasons=tuple(coded(reason, knowledge) for reason in given.get("reasons", ())),
        dosages=_dosages(given.get("dose", "")),
    )
