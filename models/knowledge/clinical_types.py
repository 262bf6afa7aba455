"""The shape of clinical names: the codes by which charts say them, and how a measurement or a tumour of that name is read. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: "rules": an order service may ask for it; "later": no rule of this release asks for it; "answers": a value, never asked for
#: "models": predictive models and plans ask for it; "plans": plans alone
Use = Literal["rules", "later", "answers", "markers", "tumours", "models", "plans"]


@dataclass(frozen=True, slots=True)
class OtherScale:
    """A second scale that no conversion of units leads to: value × times + plus."""

    unit: str  #: UCUM
    times: float
    plus: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How numbers of one name are understood. Limits are ours where the source's note says so."""

    unit: str  #: UCUM, in which rules take it
    low: float  #: what lies outside is no measurement but a slip
    high: float
    max_age_days: int | None = None  #: how old it may be; None: it does not grow old
    max_age_days_child: int | None = None  #: the same below 18 years, or where the age is not known
    molar_mass: float | None = None  #: g/mol; None: masses and amounts of it are not converted into each other
    charge: int | None = None  #: of the ion; None: no equivalents
    also: OtherScale | None = None


@dataclass(frozen=True, slots=True)
class TumourType:
    """One type of tumour, in a tree. What is known of the site alone stays at the site's type."""

    oncotree: str  #: code of OncoTree
    parent: str = ""  #: clinical name of the next wider type
    topography: tuple[str, ...] = ()  #: beginnings of ICD-O-3 topography codes ("C34"); () : the histology alone decides
    morphology: tuple[str, ...] = ()  #: ICD-O-3 morphology codes with behaviour ("8140/3")
    histology: tuple[str, ...] = ()  #: SNOMED CT codes of the same, as mCODE's extension has them


@dataclass(frozen=True, slots=True)
class Clinical:
    """What rules call by one name ("pregnancy", "weight"), and the codes by which charts say it."""

    id: str  #: the name that rules use
    label: str  #: in words, for the card
    codes: frozenset[tuple[str, str]]  #: (canonical system, code): SNOMED CT, LOINC, NCIt, OncoTree
    icd: tuple[str, ...] = ()  #: beginnings of ICD-10(-CM) codes without the point: "I63" means I63 and all below it
    use: Use = "rules"
    measured: Measured | None = None
    tumour: TumourType | None = None
