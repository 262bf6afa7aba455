"""Cases a pharmacist can read: from tests/cases/*.toml to a profile, and from an assessment back to the case's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomli

from models.codes import RXNORM, Code, Concept
from models.patient import GeneResult, Medication, Order, PatientProfile

FOLDER = Path(__file__).parents[1] / "cases"
AS_OF = date(2026, 11, 25)
PERSON = {"born", "sex", "takes", "took"}
KNOWN = PERSON | {"name", "order", "route", "genes", "phenotypes", "presence", "results", "complete", "expect", "why"}
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


def all_cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for table in tomli.loads(path.read_text("utf-8"))["case"]:
            unknown = set(table) - KNOWN | set(table["expect"]) - EXPECTED
            assert not unknown, f"{path.name}, case '{table.get('name')}': unknown words {sorted(unknown)}"
            found.append(Case(path.name, table["name"], table, table["expect"]))
    return found


def profile(case: Case, drugs: Mapping[str, str]) -> PatientProfile:
    """`drugs`: ingredient name → RxNorm id."""
    results: list[GeneResult] = []
    given = case.given
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
    orders = tuple(_order(i, name, drugs, given.get("route", "")) for i, name in enumerate(names))
    medicines = tuple(_medicine(name, drugs) for name in given.get("takes", ()))
    medicines += tuple(_medicine(name, drugs, ended) for name, ended in given.get("took", {}).items())
    return PatientProfile(
        medications=medicines,
        as_of=AS_OF,
        birth_date=given.get("born", ""),
        sex=given.get("sex", ""),
        genotypes=tuple(results),
        orders=orders,
        genotypes_complete=given.get("complete", True),
    )


def _result(number: int, gene: str, **members: Any) -> GeneResult:
    return GeneResult(gene=Concept(text=gene), origin=f"Observation/{number + 1}", **({"effective": "2024-03-01"} | members))


def _medicine(name: str, drugs: Mapping[str, str], ended: str = "") -> Medication:
    code = name if name.isdigit() else drugs[name]
    return Medication(Concept((Code(RXNORM, code, name),)), active=not ended, ended=ended, origin="MedicationRequest/past")


def _order(number: int, name: str, drugs: Mapping[str, str], route: str) -> Order:
    code = name if name.isdigit() else drugs[name]
    return Order(
        f"MedicationRequest/{number + 1}",
        Concept((Code(RXNORM, code, name),)),
        route=Concept(text=route),
        origin=f"MedicationRequest/{number + 1}",
    )
