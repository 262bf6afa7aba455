"""What a care plan says: medicines by class, targets, tests that are due, food. Values only; `cds_service` decides the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: first: whatever the glucose · prefer, possible, later: where more is needed · avoid: not for this patient
Stance = Literal["first", "prefer", "possible", "later", "avoid"]
STANCES: tuple[Stance, ...] = ("first", "prefer", "possible", "later", "avoid")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text of cds_service/messages ("care-…") with its parts."""

    message: str
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """One class of medicines, for this patient. Medicines are names; what screening said of each stands in `Finding.options`."""

    id: str
    label: str
    group: str  #: "glucose", "lipids"
    stance: Stance
    because: tuple[Sentence, ...] = ()
    taken: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()  #: that could be chosen, in the order of the knowledge file
    left_out: tuple[tuple[str, Sentence], ...] = ()  #: those of the class that this patient's figures rule out, and why
    review: tuple[str, ...] = ()  #: taken, and it or its class is to be avoided
    cost: str = ""  #: low · middle · high, of the class as a whole
    hypoglycaemia: str = ""  #: low · some · high
    weight: str = ""  #: loss · neutral · gain


@dataclass(frozen=True, slots=True)
class Target:
    """What to aim at, in the unit of the measurement, and the last value on file."""

    id: str
    label: str
    loinc: str
    unit: str  #: UCUM
    low: float | None
    high: float | None
    because: Sentence
    last: str = ""  #: "8.4 % on 2026-05-01"; "" where none can be used
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A test or an examination whose time has come. `last` "": none is on file here, which does not mean that none was done."""

    id: str
    label: str
    system: str  #: of the code by which it is ordered
    code: str
    months: int
    last: str = ""
    origin: str = ""
    because: Sentence | None = None  #: why it is due more often than usual, or at all


@dataclass(frozen=True, slots=True)
class Food:
    """One food of the chosen kitchen. `carbohydrate`: grams in the portion, rounded."""

    group: str
    name: str
    portion: str
    carbohydrate: int


@dataclass(frozen=True, slots=True)
class DietPlan:
    """Ranges for a day. Without `culture` nothing was stated, and `choices` are what could be."""

    energy: tuple[int, int]  #: kcal a day
    carbohydrate: tuple[int, int]  #: g a day, usual pattern
    lower_carbohydrate: tuple[int, int] | None  #: g a day of the lower pattern; None: not for this patient
    deficit: bool
    culture: str = ""  #: label
    means: str = ""  #: low · middle · high; "" not stated
    foods: tuple[Food, ...] = ()
    choices: tuple[str, ...] = ()
    notes: tuple[Sentence, ...] = ()
    origins: tuple[str, ...] = ()  #: entries of the chart that state culture and means


@dataclass(frozen=True, slots=True)
class CarePlanned:
    """The plan for one person and one disease. `said`: what holds of the plan as a whole."""

    about: str  #: "type 2 diabetes"
    said: tuple[Sentence, ...] = ()
    classes: tuple[ClassPlan, ...] = ()
    targets: tuple[Target, ...] = ()
    due: tuple[Due, ...] = ()
    diet: DietPlan | None = None
    no_diet: Sentence | None = None  #: why there is none
    missing: tuple[str, ...] = ()  #: labels of inputs that would have changed it

    @property
    def facts(self) -> tuple[str, ...]:
        """What makes it another plan: no figure that moves from day to day is among them."""
        return (
            self.about,
            *(s.message for s in self.said),
            *(f"{c.id} {c.stance} {' '.join(c.taken)} {' '.join(s.message for s in c.because)}" for c in self.classes),
            *(f"{t.id} {t.low} {t.high}" for t in self.targets),
            *(d.id for d in self.due),
            f"{self.diet.culture} {self.diet.means} {self.diet.deficit}" if self.diet else "",
            self.no_diet.message if self.no_diet else "",
        )
