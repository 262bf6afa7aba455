"""Cases on inherited disease: short lines a pharmacist can read, made into a patient. `tests/cases_hereditary/*.toml`."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.chart import FamilyHistory
from models.codes import Code, Concept
from models.finding import Assessment, Drug
from models.hereditary.orders import hereditary_findings
from models.hereditary.somatic import confirm_in_germline
from models.hereditary.summary import hereditary_summary
from models.knowledge.types import Knowledge
from models.patient import Condition, PatientProfile
from models.variant import Variant
from tests.support.case_files import Case, read_cases
from tests.support.cases import coded

AS_OF = date(2026, 11, 26)
SAID = ("likely pathogenic", "pathogenic", "uncertain significance", "likely benign", "benign", "conflicting")
ZYGOSITIES = ("heterozygous", "homozygous", "hemizygous", "heteroplasmic", "homoplasmic")
SOURCES = ("germline", "somatic", "donor")
STATES = ("absent", "no-call", "reference")
KEYS = {"name", "ask", "order", "route", "variants", "sex", "born", "conditions", "family", "expect"}
EXPECTED = {"cards", "indicator", "action", "message", "summary", "detail", "removable", "gaps", "checked", "conditions"}


def all_cases() -> list[Case]:
    return read_cases("cases_hereditary", KEYS, EXPECTED)


def answer(case: Case, knowledge: Knowledge) -> Assessment:
    """`ask`: order (unless said otherwise), summary or tumour."""
    person, ask = profile(case, knowledge), case.given.get("ask", "order")
    if ask == "summary":
        return hereditary_summary(person, knowledge)
    if ask == "tumour":
        return confirm_in_germline(person, knowledge)
    drugs = {drug.name: drug for drug in knowledge.drugs.ingredients.values()}
    names = case.given["order"] if isinstance(case.given["order"], list) else [case.given["order"]]
    return hereditary_findings([_ordered(drugs[name], case.given.get("route", "")) for name in names], person, knowledge)


def _ordered(drug: Drug, route: str) -> tuple[Drug, tuple[str, ...], tuple[str, ...]]:
    return drug, ("MedicationRequest/1",), (route,)


def profile(case: Case, knowledge: Knowledge) -> PatientProfile:
    """The patient of a case. `family`: conditions of the mother, in words."""
    given = case.given
    return PatientProfile(
        as_of=AS_OF,
        birth_date=given.get("born", "1985-05-05"),
        sex=given.get("sex", ""),
        variants=tuple(variant(line, n) for n, line in enumerate(given.get("variants", ()), 1)),
        conditions=tuple(
            Condition(coded(name, knowledge), began="2026-10-01", origin=f"Condition/{name}") for name in given.get("conditions", ())
        ),
        family=tuple(FamilyHistory(Concept(text="mother"), Concept(text=words)) for words in given.get("family", ())),
    )


def variant(line: str, number: int) -> Variant:
    """ "F5 c.1601G>A heterozygous pathogenic germline", "BRCA1 p.C61G pathogenic 0.48", "HFE absent", "F5 'factor V Leiden' germline"."""
    line, _, rest = line.partition("'")
    text, _, after = rest.partition("'")
    words = [*line.split(), *after.split()]
    said = next((s for s in SAID if f" {s} " in f" {' '.join(words)} "), "")
    share = next((float(w) for w in words if w.replace(".", "", 1).isdigit()), None)
    state: Any = next((w for w in words if w in STATES), "present")
    zygosity: Any = next((w for w in words if w in ZYGOSITIES), "")
    return Variant(
        origin=f"Observation/{number}",
        state=state,
        genes=(Concept(text=words[0]),),
        coding=tuple(w for w in words if w.startswith("c.")),
        protein=tuple(w for w in words if w.startswith("p.")),
        genomic=tuple(w for w in words if w.startswith(("g.", "m."))),
        ids=tuple(Code("", w) for w in words if w.startswith("rs")),
        text=text,
        zygosity=zygosity,
        source_class=next((w for w in words if w in SOURCES), ""),
        allele_fraction=share,
        significance=(Concept(text="conflicting interpretations of pathogenicity" if said == "conflicting" else said),) if said else (),
        effective="2025-02-03",
        laboratory="Genetics laboratory",
    )
