"""Cases on risks: short lines a pharmacist can read, made into a patient. `tests/cases_risk/*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from models.chart import FamilyHistory
from models.codes import Code, Concept
from models.decisions.risks import assess_risks
from models.finding import Assessment
from models.knowledge.site import with_stated, with_terms
from models.knowledge.types import Knowledge
from models.patient import Condition, Measurement, Medication, PatientProfile
from tests.support.case_files import Case, read_cases
from tests.support.cases import coded
from tests.support.hereditary_cases import variant

AS_OF = date(2026, 11, 27)
#: whom a case is about, unless it says otherwise: a person in whom nothing is worth a card
NOBODY: Mapping[str, Any] = {
    "born": "1971-03-03",
    "sex": "female",
    "smoking": "never-smoker",
    "measured": {
        "height": "170 cm",
        "weight": "66 kg",
        "systolic-pressure": "118 mm[Hg]",
        "total-cholesterol": "180 mg/dL",
        "hdl-cholesterol": "60 mg/dL",
        "ldl-cholesterol": "100 mg/dL",
        "creatinine": "0.8 mg/dL",
        "hba1c": "5.2 %",
    },
}
KEYS = {
    "name",
    "why",
    "born",
    "sex",
    "ancestry",
    "hispanic",
    "smoking",
    "measured",
    "without",
    "conditions",
    "past_conditions",
    "suspected",
    "takes",
    "unknown_medicine",
    "family",
    "variants",
    "unread",
    "deceased",
    "region",
    "accepted",
    "risk",
    "expect",
}
EXPECTED = {"card", "indicator", "message", "value", "summary", "detail", "not_detail", "gaps", "checked", "orders", "condition"}
RELATIVES = {"mother": "MTH", "father": "FTH", "brother": "BRO", "sister": "SIS", "aunt": "AUNT", "grandmother": "GRMTH", "cousin": "COUSN"}
RELATIVES_SEX = {"mother": "female", "sister": "female", "aunt": "female", "grandmother": "female", "father": "male", "brother": "male"}
ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
DAY = "2026-11-01"


def risk_of(case: Case) -> str:
    """The file's name, unless the case says otherwise."""
    return str(case.given.get("risk", case.file))


def all_cases() -> list[Case]:
    return read_cases("cases_risk", KEYS, EXPECTED)


def answer(case: Case, knowledge: Knowledge) -> Assessment:
    """What is said of the case's risk alone."""
    known = with_terms(with_stated(knowledge, {"region": case.given.get("region", "")}), case.given.get("accepted", ()))
    return assess_risks(profile(case, known), replace(known, risks={risk_of(case): known.risks[risk_of(case)]}))


def profile(case: Case, knowledge: Knowledge) -> PatientProfile:
    given = {**NOBODY, **case.given}
    measured = {**NOBODY["measured"], **case.given.get("measured", {})}
    values = [_measurement(name, said, knowledge) for name, said in measured.items() if name not in given.get("without", ())]
    if given["smoking"]:
        answered = coded(given["smoking"], knowledge)
        values.append(Measurement(coded("smoking-status", knowledge), answer=answered, effective=DAY, origin="Observation/smoking"))
    return PatientProfile(
        as_of=AS_OF,
        birth_date=given["born"],
        sex=given["sex"],
        ancestry=tuple(given.get("ancestry", ())),
        hispanic=given.get("hispanic"),
        deceased=given.get("deceased", False),
        measurements=tuple(values),
        conditions=_conditions(given, knowledge),
        medications=_medicines(given, knowledge),
        family=tuple(_relative(said, knowledge) for said in given.get("family", ())),
        variants=tuple(variant(said, number) for number, said in enumerate(given.get("variants", ()), 1)),
        unread=frozenset(given.get("unread", ())),
    )


def _measurement(name: str, said: str, knowledge: Knowledge) -> Measurement:
    """`said`: "118 mm[Hg]", or with its day "118 mm[Hg], 2019-05-05", or above a value ">300 mg/g"."""
    stated, _, day = said.partition(", ")
    number, _, unit = stated.partition(" ")
    value, comparator = number.lstrip("<>"), number[:1] if number[:1] in "<>" else ""
    return Measurement(coded(name, knowledge), float(value), unit, comparator, effective=day or DAY, origin=f"Observation/{name}")


def _conditions(given: Mapping[str, Any], knowledge: Knowledge) -> tuple[Condition, ...]:
    states: tuple[tuple[str, Literal["active", "past", "suspected"]], ...] = (
        ("conditions", "active"),
        ("past_conditions", "past"),
        ("suspected", "suspected"),
    )
    said = [(*name.partition(", ")[::2], state) for key, state in states for name in given.get(key, ())]  # "colorectal-cancer, 2015-03-01"
    return tuple(
        Condition(coded(name, knowledge), state, began, origin=f"Condition/{number}") for number, (name, began, state) in enumerate(said, 1)
    )


def _medicines(given: Mapping[str, Any], knowledge: Knowledge) -> tuple[Medication, ...]:
    drugs = {drug.name: rxnorm for rxnorm, drug in knowledge.drugs.ingredients.items()}
    rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
    known = [Medication(Concept((Code(rxnorm, drugs[name], name),)), origin="MedicationRequest/1") for name in given.get("takes", ())]
    unknown = [Medication(Concept(text="a medicine of the house"), origin="MedicationRequest/2")] if given.get("unknown_medicine") else []
    return (*known, *unknown)


def _relative(said: str, knowledge: Knowledge) -> FamilyHistory:
    """`said`: "father: coronary-disease at 50", "mother: nothing"."""
    who, _, what = said.partition(": ")
    name, _, onset = what.partition(" at ")
    relationship = Concept((Code(ROLE_CODES, RELATIVES[who]),))
    condition = Concept() if name == "nothing" else coded(name, knowledge)
    ages = (float(onset), float(onset)) if onset else None
    return FamilyHistory(relationship, condition, ages, None, RELATIVES_SEX.get(who, ""), f"FamilyMemberHistory/{who}")
