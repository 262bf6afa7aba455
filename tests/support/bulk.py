"""A made-up bulk export with a table of the same people: patients for PREVENT, whose outcome follows a shifted PREVENT."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models.knowledge.model_types import Value
from models.prediction.contract import Prediction, predict
from models.prediction.expected_grid import _logistic
from tests.support.shipped import shipped

Json = dict[str, Any]
LOINC, SNOMED, ICD, RXNORM, UCUM = (
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://unitsofmeasure.org",
)
INDEX, UNTIL = date(2012, 1, 1), date(2024, 12, 31)
STUDY = f"""
[study]
site = "st-elsewhere"
model = "prevent"
outcome = "ascvd"
horizon_years = 10
told = "first of problem coronary-disease; problem stroke-or-tia"
[people]
index = {INDEX}
until = {UNTIL}
"""
EVENT = """
[event]
conditions = ["coronary-disease", "stroke-or-tia"]
"""
_MEASURED = {
    "total-cholesterol": ("2093-3", "mg/dL"),
    "hdl-cholesterol": ("2085-9", "mg/dL"),
    "bmi": ("39156-5", "kg/m2"),
    "egfr": ("98979-8", "mL/min/{1.73_m2}"),
}
_RACES = {"white": "2106-3", "black": "2054-5", "asian": "2028-9"}
_CODES = {"atorvastatin": "83367", "lisinopril": "29046"}


@dataclass(frozen=True, slots=True)
class Made:
    """One person: resources as an export has them, and the row that says the same."""

    id: str
    resources: list[Json]
    values: dict[str, Value]
    ancestry: str
    event: bool


def person(number: int, shift: float = 0.5, *, missing: str = "") -> Made:
    """The same for the same number. `missing`: a measurement that nobody made."""
    rng = random.Random(number)
    age, sex = rng.randint(40, 75), rng.choice(("female", "male"))
    values: dict[str, Value] = {
        "age": float(age),
        "sex": sex,
        "total-cholesterol": float(rng.randint(150, 260)),
        "hdl-cholesterol": float(rng.randint(35, 80)),
        "systolic-pressure": float(rng.randint(105, 165)),
        "bmi": round(rng.uniform(20, 36), 1),
        "egfr": float(rng.randint(50, 110)),
        "current-smoker": float(rng.random() < 0.2),
        "diabetes": float(rng.random() < 0.15),
        "statin": float(rng.random() < 0.3),
        "antihypertensive": float(rng.random() < 0.3),
        "atherosclerosis": 0.0,
        "heart-failure": 0.0,
    }
    found = predict(shipped().models["prevent"], values, "ascvd", 10.0)
    assert isinstance(found, Prediction), found
    event = rng.random() < _logistic(found.linear + shift)
    if missing:
        values.pop(missing, None)
    ancestry = rng.choice(("white", "white", "black", "asian"))
    return Made(f"p{number}", _resources(f"p{number}", values, ancestry, event, rng), values, ancestry, event)


def _resources(id: str, values: dict[str, Value], ancestry: str, event: bool, rng: random.Random) -> list[Json]:
    race = {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": _RACES[ancestry]}}
    found: list[Json] = [
        {
            "resourceType": "Patient",
            "id": id,
            "gender": values["sex"],
            "birthDate": f"{INDEX.year - int(values['age']) - 1}-06-15",
            "extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": [race]}],
        }
    ]
    seen = INDEX - timedelta(days=rng.randint(5, 300))
    for name, (code, unit) in _MEASURED.items():
        if name in values:
            found.append(observation(id, code, seen, float(values[name]), unit))
            # what was measured since must not be seen
            found.append(observation(id, code, INDEX + timedelta(days=400), float(values[name]) * 1.2, unit))
    if "systolic-pressure" in values:
        found.append(_pressure(id, seen, float(values["systolic-pressure"])))
    found.append(_answer(id, seen, "77176002" if values["current-smoker"] else "266919005"))
    if values["diabetes"]:
        found.append(condition(id, ICD, "E11.9", date(2008, 3, 1)))
    elif rng.random() < 0.1:
        found.append(condition(id, ICD, "E11.9", date(2015, 3, 1)))  # since
    for flag, medicine in (("statin", "atorvastatin"), ("antihypertensive", "lisinopril")):
        if values[flag]:  # stopped since, and ordered again
            found.append(_order(id, medicine, INDEX - timedelta(days=100), "completed"))
    if rng.random() < 0.2:
        found.append(_order(id, "atorvastatin", INDEX + timedelta(days=500), "active"))
    if event:
        found.append(condition(id, SNOMED, "22298006", INDEX + timedelta(days=rng.randint(30, 3500))))
    found.append(observation(id, "2093-3", date(2023, 6, 1), 200.0, "mg/dL"))  # seen to the end
    return found


def observation(id: str, code: str, day: date, value: float, unit: str) -> Json:
    return _observed(id, code, day) | {"valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}}


def _observed(id: str, code: str, day: date) -> Json:
    return {
        "resourceType": "Observation",
        "id": f"{id}-{code}-{day}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{id}"},
        "effectiveDateTime": day.isoformat(),
    }


def _pressure(id: str, day: date, systolic: float) -> Json:
    """As US Core has it: a panel with its values in components."""
    pairs = (("8480-6", systolic), ("8462-4", 80.0))
    parts = [
        {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
        }
        for code, value in pairs
    ]
    return _observed(id, "85354-9", day) | {"component": parts}


def _answer(id: str, day: date, code: str) -> Json:
    return _observed(id, "72166-2", day) | {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]}}


def condition(id: str, system: str, code: str, day: date) -> Json:
    return {
        "resourceType": "Condition",
        "id": f"{id}-{code}",
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": f"Patient/{id}"},
        "onsetDateTime": day.isoformat(),
        "recordedDate": day.isoformat(),
    }


def _order(id: str, medicine: str, day: date, status: str) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{id}-{medicine}-{day}",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": _CODES[medicine]}]},
        "subject": {"reference": f"Patient/{id}"},
        "authoredOn": day.isoformat(),
    }


def write_bulk(folder: Path, people: list[Made], files: int = 2) -> Path:
    """By type, each type in several files and in no order of patients, as a bulk export comes."""
    folder.mkdir(parents=True, exist_ok=True)
    resources = [r for made in people for r in made.resources]
    random.Random(7).shuffle(resources)
    for kind in sorted({r["resourceType"] for r in resources}):
        own = [json.dumps(r) for r in resources if r["resourceType"] == kind]
        for part in range(files):
            (folder / f"{kind}.{part:03}.ndjson").write_text("".join(f"{line}\n" for line in own[part::files]), "utf-8")
    return folder


def write_table(path: Path, people: list[Made]) -> Path:
    names = [*dict.fromkeys(name for made in people for name in made.values), "ancestry", "outcome", "date"]
    out = io.StringIO()
    rows = csv.DictWriter(out, names, restval="")
    rows.writeheader()
    for made in people:
        rows.writerow({**made.values, "ancestry": made.ancestry, "outcome": int(made.event), "date": INDEX.isoformat()})
    path.write_text(out.getvalue(), "utf-8")
    return path
