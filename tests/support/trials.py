"""Made-up trials and patients for tests of matching: from tests/trials to records, and from a case's words to a patient."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomli

from models.features.age import age
from models.features.tumour_fit import fit, tumour_tree
from models.features.tumours import Tumour
from models.knowledge.biomarker_types import UNTESTED, Atom, Told
from models.knowledge.types import Knowledge
from models.oncology.patient import TumourPatient
from models.oncology.trials import TrialPatient, trial_patient

FOLDER = Path(__file__).parents[1] / "trials"
AS_OF = date(2026, 11, 25)
NAMES = ("TEST-0001", "TEST-0002", "TEST-0003")


def document(name: str) -> dict[str, Any]:
    """A fresh copy of a trial's file, to change."""
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return copy.deepcopy(read)


def one_criterion(node: Mapping[str, Any]) -> dict[str, Any]:
    """A trial whose only criterion is this node of its match tree."""
    return {
        "protocol_no": "TEST-0009",
        "short_title": "made up",
        "status": "Open to Accrual",
        "treatment_list": {"step": [{"arm": [{"arm_code": "A", "match": [dict(node)]}]}]},
    }


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomli.loads((FOLDER / "cases.toml").read_text("utf-8"))["case"]
    return found


def patient(case: Mapping[str, Any], knowledge: Knowledge) -> TrialPatient:
    tree = tumour_tree(knowledge.clinical, knowledge.biomarkers.blood)
    code = case.get("tumour", "")
    tumour = Tumour(f"tumour-{code}" if code else "", code, code, "active")
    found, absent = case.get("found", ()), case.get("absent", ())

    def answer(atom: Atom) -> Told:
        return Told(True) if atom.text in found else Told(False) if atom.text in absent else UNTESTED

    asked = TumourPatient((tumour,), answer, lambda t, codes, excepted: fit(t, codes, excepted, tree), age(case.get("born", ""), AS_OF))
    return trial_patient(asked, tumour, case.get("sex", ""))
