"""What charts tell beside the patient's own problems and numbers: relatives, and markers of a tumour. Values only, as reported."""

from __future__ import annotations

from dataclasses import dataclass

from models.codes import Concept


@dataclass(frozen=True, slots=True)
class FamilyHistory:
    """One condition of one relative, as coded; never the patient's. Without a condition: a relative of whom none is recorded."""

    relationship: Concept  #: mother, paternal aunt …; empty where an entry of the patient's problem list says "family history of"
    condition: Concept = Concept()
    onset: tuple[float, float] | None = None  #: youngest and oldest age at onset, in years; None when not said
    deceased: bool | None = None  #: of the relative; None when not said
    sex: str = ""  #: administrative gender of the relative
    origin: str = ""  #: "FamilyMemberHistory/3": entries of one resource are about one relative


@dataclass(frozen=True, slots=True)
class Marker:
    """One final result of a tumour marker: a sign, a number with its unit, or an answer that is neither, as reported."""

    code: Concept  #: of the observation
    positive: bool | None = None  #: True or False where code or interpretation say so; None: equivocal, a number, or not said
    equivocal: bool = False
    value: float | None = None
    unit: str = ""  #: UCUM where given, else as written
    comparator: str = ""
    answer: Concept = Concept()  #: in codes or words; of a number, what its interpretation says
    effective: str = ""  #: ISO date or dateTime as reported
    origin: str = ""
    element: str = ""
    part: Concept = Concept()  #: of a component: its own code
    method: Concept = Concept()
    specimen: str = ""  #: "Specimen/1"; "" when not said
    laboratory: str = ""
