"""What was read about one patient, and what could not be read. Values only: nothing here interprets them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.chart import FamilyHistory, Marker
from models.codes import Concept
from models.variant import Variant

Reason = Literal[
    "not_tested",
    "not_callable",
    "unknown_allele",
    "conflict",
    "unattributed",
    "other_patient",
    "unavailable",
    "out_of_range",
    "not_understood",
    "fault",
]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not, or could not be, looked at: never an absence.

    `subject` names a gene, a drug, an input or a resource; `because` is one sentence without patient data.
    """

    subject: str
    reason: Reason
    because: str
    origin: str = ""  #: where it was seen, e.g. "Observation/12"; "" when there was nothing to see


GENETIC_REPORT = "genetic report"  #: subject of a Gap about a report as a whole


@dataclass(frozen=True, slots=True)
class GeneResult:
    """One laboratory result for one gene, as reported. `models.features` resolves it against Knowledge.

    Exactly one of the groups is filled: diplotypes (a genotype), haplotype (one chromosome), phenotype
    (a status without a genotype), presence (one allele tested for), or none of them with `callable` False.
    A genotype may carry the phenotype that the laboratory gave beside it; an activity score may stand beside both or alone.
    """

    gene: Concept  #: gene as coded or written; a single-gene LOINC code counts as naming the gene
    origin: str  #: "Observation/12"
    diplotypes: tuple[str, ...] = ()  #: the same genotype in the spellings found (code, display, text), best first
    haplotype: str = ""
    phenotype: str = ""  #: a standard term ("Poor Metabolizer"), translated from LOINC answer codes or known words
    phenotype_text: str = ""  #: the phenotype as it was written
    presence_of: str = ""  #: the allele tested for, as written ("HLA-B*57:01"); "" when the LOINC code implies it
    present: bool | None = None  #: True/False for a presence test; None when it is no presence test
    status: str = "final"  #: final · amended · corrected · preliminary · registered · unknown
    effective: str = ""  #: ISO date or dateTime as reported, may be partial or empty
    laboratory: str = ""  #: performer's display, for conflict cards
    source_class: str = ""  #: germline · somatic · donor · "" (not said)
    callable: bool = True  #: False: tested, and no result could be given
    because: str = ""  #: why not callable
    derived_from: tuple[str, ...] = ()  #: origins of the results this one was derived from
    text_only: bool = False  #: read from free text without any code: low confidence
    element: str = ""  #: path of the element that told it, e.g. "Observation.valueCodeableConcept"; "" for the resource as a whole
    method: str = ""  #: how it was tested, or what was tested for, as written; "" when not said
    activity_score: str = ""  #: as the laboratory gave it, "1.25" or "≥3.0"; alone, or beside a genotype or a phenotype
    prose: bool = False  #: read from running text (a conclusion, a note): a hint that no code confirms


@dataclass(frozen=True, slots=True)
class Dosage:
    """One dosage instruction: `low` to `high` of `unit` each time, `per_day` times a day (None where it is not said)."""

    low: float
    high: float
    unit: str  #: UCUM, as reported
    per_day: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A draft order for a medicine, as reported."""

    id: str  #: "MedicationRequest/123", or "" where the draft has no id
    medication: Concept  #: product or ingredient, as coded
    ingredients: tuple[Concept, ...] = ()  #: Medication.ingredient, where the product lists it
    selected: bool = True  #: False: in the draft bundle, but not what the clinician is choosing now
    route: Concept = Concept()
    status: str = "draft"
    origin: str = ""
    reasons: tuple[Concept, ...] = ()  #: without codes: there is one, and it is not known which
    dosages: tuple[Dosage, ...] = ()
    element: str = ""  #: path of the element that names the medicine, e.g. "MedicationRequest.medicationReference"


@dataclass(frozen=True, slots=True)
class Medication:
    """A medicine that the chart says the patient takes or took, as reported."""

    medication: Concept
    ingredients: tuple[Concept, ...] = ()
    route: Concept = Concept()
    active: bool = True
    ended: str = ""  #: ISO date on which it ended, may be partial; "" when it goes on or is not said
    origin: str = ""
    began: str = ""  #: ISO date on which it was first ordered, may be partial; "" when not said
    dosages: tuple[Dosage, ...] = ()  #: of what is being taken; () for what is on hold or ended
    element: str = ""  #: path of the element that names it


@dataclass(frozen=True, slots=True)
class Condition:
    """A problem, diagnosis or finding of the chart, as coded. What was refuted or entered in error is left out."""

    code: Concept
    state: Literal["active", "past", "suspected"] = "active"
    began: str = ""  #: ISO, may be partial or ""
    ended: str = ""
    origin: str = ""
    category: str = ""  #: "problem-list-item", "encounter-diagnosis" …; "" when not said
    sites: tuple[Concept, ...] = ()  #: body sites, as coded
    histology: tuple[Concept, ...] = ()  #: of a tumour, as coded (mCODE)
    stage: tuple[Concept, ...] = ()  #: of a tumour, as coded


@dataclass(frozen=True, slots=True)
class Measurement:
    """One final laboratory value or vital sign, as reported: a number with its unit, or an answer in codes or words."""

    code: Concept
    value: float | None = None
    unit: str = ""  #: UCUM code where given, else as written
    comparator: str = ""  #: "<", "<=", ">", ">="; "" for the value itself
    answer: Concept = Concept()
    effective: str = ""  #: ISO date, may be partial or "": the day as it was written
    origin: str = ""
    at: str = ""  #: the same with its time and zone, as reported
    amended: bool = False  #: it replaces an earlier report
    low: float | None = None  #: the laboratory's own reference range, in `unit`
    high: float | None = None
    interpretation: tuple[str, ...] = ()  #: codes as reported ("H", "LL", "POS")
    element: str = ""  #: path of the element that told it, e.g. "Observation.component"; "" for the resource as a whole


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance, as coded. What was refuted or entered in error is left out."""

    substance: Concept
    state: Literal["active", "past", "suspected"] = "active"
    origin: str = ""
    to_medicine: bool = True  #: False: the chart files it under food or surroundings only
    element: str = ""  #: path of the element that names the substance


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a test, an operation or another service, as coded: a draft of this call, or one already placed."""

    code: Concept
    draft: bool = False
    selected: bool = True  #: False: in the draft bundle, but not what the clinician is choosing now
    authored: str = ""  #: ISO date or dateTime, may be partial or ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class PatientProfile:
    """All that the engines may know of a patient. `as_of` stands for the clock: the core has none."""

    as_of: date
    birth_date: str = ""  #: ISO, may be partial ("1990", "1990-05") or ""
    sex: str = ""
    ancestry: tuple[str, ...] = ()  #: as reported: black · white · asian · american-indian · pacific-islander · other; () when not said
    hispanic: bool | None = None  #: reported ethnicity; None when not said
    deceased: bool = False
    genotypes: tuple[GeneResult, ...] = ()
    variants: tuple[Variant, ...] = ()
    orders: tuple[Order, ...] = ()
    medications: tuple[Medication, ...] = ()
    conditions: tuple[Condition, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    requests: tuple[Request, ...] = ()
    family: tuple[FamilyHistory, ...] = ()  #: of relatives, never the patient's own
    markers: tuple[Marker, ...] = ()  #: of tumours
    unread: frozenset[str] = (
        frozenset()
    )  #: inputs by field that were not, or only partly, read: nothing may be concluded from their silence
    gaps: tuple[Gap, ...] = ()  #: what reading could not do: other_patient, unattributed, unavailable, not_understood
    foreign: int = 0  #: resources of other patients that were dropped
    test: bool = False  #: something of it is marked as made up for tests
    genotypes_complete: bool = True  #: False: pages or keys were missing, so "no result" may not be concluded
