"""What the formulas of the undiagnosed-diabetes model ask: inputs with their ranges, and each set of them. It fits nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.knowledge.model_types import ModelInput

OUTCOME = "undiagnosed-diabetes"
LOGARITHMIC = frozenset({"uacr", "random-glucose"})  #: their splines run over the logarithm
#: Ranges hold the middle 99.8 % of the people trained on, rounded. A reference is a usual value of theirs; ancestry's is the largest group.
INPUTS = (
    ModelInput("age", unit="a", low=20, high=120, reference=50.0),
    ModelInput("sex", kind="choice", choices=("female", "male"), reference="female"),
    ModelInput("bmi", unit="kg/m2", low=15, high=65, reference=25.0),
    ModelInput("systolic-pressure", unit="mm[Hg]", low=80, high=220, reference=120.0),
    ModelInput("antihypertensive", kind="flag"),
    ModelInput("total-cholesterol", unit="mg/dL", low=90, high=400, required=False, reference=195.0),
    ModelInput("hdl-cholesterol", unit="mg/dL", low=20, high=135, required=False, reference=50.0),
    ModelInput("egfr", unit="mL/min/{1.73_m2}", low=9, high=145, required=False, reference=95.0),
    ModelInput("uacr", unit="mg/g", low=0.4, high=6000, required=False, reference=7.0),
    ModelInput("random-glucose", unit="mg/dL", low=50, high=400, required=False, reference=90.0),
    ModelInput("family-diabetes", kind="choice", choices=("none", "second-degree", "first-degree"), required=False, reference="none"),
    ModelInput("race-ethnicity", kind="choice", choices=("white", "black", "hispanic", "asian"), required=False, reference="white"),
)
#: Tried on the years chosen on, and not asked: the record of the choice says what it added. Triglycerides are known of the fasting half.
CONSIDERED = (ModelInput("waist", unit="cm", low=60, high=165, reference=90.0),)
BY_NAME = {asked.name: asked for asked in (*INPUTS, *CONSIDERED)}
#: Levels of a choice that count as another one: the survey asked about close relatives, so a grandparent alone is a "none" there.
COUNTS_AS_REFERENCE = frozenset({"second-degree"})

OFFICE = ("age", "sex", "bmi", "systolic-pressure", "antihypertensive")
BLOOD = ("total-cholesterol", "hdl-cholesterol", "egfr")
#: Of two formulas with equally many inputs the first one answers: glucose tells more than albumin in urine, and both together hardly more.
LABORATORY = {"office": (), "blood": BLOOD, "glucose": (*BLOOD, "random-glucose"), "laboratory": (*BLOOD, "uacr")}
EXTRAS = {
    "": (),
    "-family": ("family-diabetes",),
    "-ancestry": ("race-ethnicity",),
    "-family-ancestry": ("family-diabetes", "race-ethnicity"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One formula-to-be: its id and the inputs that it needs."""

    id: str
    inputs: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(name for name in self.inputs if BY_NAME[name].kind == "number")

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(name for name in self.inputs if BY_NAME[name].kind == "flag")

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(name for name in self.inputs if BY_NAME[name].kind == "choice")


def levels(name: str) -> tuple[str, ...]:
    """Of a choice: those that have a coefficient, so not its reference, and none that counts as it."""
    asked = BY_NAME[name]
    return tuple(level for level in asked.choices if level != asked.reference and level not in COUNTS_AS_REFERENCE)


def formulas() -> Iterator[Asked]:
    """Every set of inputs: whatever a chart holds beside the office's, one formula uses all of it that any uses."""
    for laboratory, measured in LABORATORY.items():
        for extra, told in EXTRAS.items():
            yield Asked(laboratory + extra, (*OFFICE, *measured, *told))


MAIN = "laboratory-family"  #: the one that the bars hold for, without ancestry; MAIN + "-ancestry" with it
