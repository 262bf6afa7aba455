"""One dosing flow put to one patient: all that its steps look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from models.dosing import medicines
from models.dosing.estimate import Estimate, estimate
from models.dosing.genotype import Genotype, genotype
from models.dosing.person import Person, person
from models.features.age import Age, age
from models.features.gene_state import GeneState
from models.features.phenoconversion import modulating, taken
from models.features.variants import not_there, rsids
from models.finding import Checked
from models.knowledge.calibration_types import Calibration
from models.knowledge.dosing_types import DosingFlow, EquationSet, MedicineInput
from models.knowledge.model_types import Model
from models.knowledge.types import INDETERMINATE, Knowledge, Modulator
from models.patient import Dosage, PatientProfile


@dataclass(frozen=True)
class DosingQuestion:
    """`states` holds every gene that the flow names; `dosages` are those of the drug's own orders."""

    flow: DosingFlow
    knowledge: Knowledge
    profile: PatientProfile
    states: Mapping[str, GeneState]
    dosages: tuple[Dosage, ...] = ()
    dosages_whole: bool = True  #: False: one of these orders tells no dose that can be read
    no_number: str = ""  #: why no dose may be told, where whoever owns the number has none; "": nothing of that kind

    @cached_property
    def years(self) -> Age | None:
        return age(self.profile.birth_date, self.profile.as_of)

    @property
    def child(self) -> bool:
        return self.years is not None and self.years.surely_below(self.flow.adult_from)

    @cached_property
    def person(self) -> Person:
        return person(self.profile, self.flow, self.knowledge, self.years)

    @cached_property
    def genotype(self) -> Genotype:
        return genotype(self.flow, self.states, self.knowledge.genes)

    def equations(self, wanted: EquationSet = "genotype") -> tuple[Model, ...]:
        return tuple(self.knowledge.models[use.model] for use in self.flow.of(wanted))

    @cached_property
    def medicines(self) -> tuple[MedicineInput, ...]:
        """Those that count as taken."""
        return medicines.counted(self.flow, self.profile, self.knowledge)

    def estimates(
        self,
        someone: Person,
        keys: Mapping[str, str] | None = None,
        wanted: EquationSet = "genotype",
        calibrations: Mapping[str, Calibration] | None = None,
    ) -> tuple[Estimate, ...]:
        """By each equation of the set. `keys`: other results than the patient's; `calibrations`: a site's own, by model."""
        own = self.genotype.keys if keys is None else keys
        taken = frozenset(one.input for one in self.medicines)
        models = self.knowledge.models
        fitted = calibrations or {}
        return tuple(
            estimate(use, models[use.model], self.flow, someone, own, taken, fitted.get(use.model)) for use in self.flow.of(wanted)
        )

    @cached_property
    def acting(self) -> tuple[Modulator, ...]:
        """Medicines that slow or speed the metabolizing enzyme today, and that no equation of the flow counts."""
        known = self.knowledge.modulators.get(self.flow.metabolizer)
        counted = {drug for one in self.flow.medicines for drug in one.drugs}
        every = taken(self.profile, self.knowledge)
        found = modulating(every, known, self.flow.drug.key, self.profile.as_of) if known else ()
        return tuple(one for one in found if one.drug.key not in counted)

    @cached_property
    def linked(self) -> Mapping[str, bool]:
        """Of each linked variant with a result: is it carried? One that was found and not found, or not in the germline, has none."""
        told: dict[str, set[bool]] = {}
        for variant in self.profile.variants:
            if variant.text_only or variant.source_class not in ("", "germline") or not (variant.state == "present" or not_there(variant)):
                continue
            for one in rsids(variant):
                told.setdefault(one, set()).add(not not_there(variant))
        return {v.variant: True in told[v.variant] for v in self.flow.linked if len(told.get(v.variant, ())) == 1}

    @property
    def started(self) -> bool:
        """Does the patient take the drug, or has taken it? An order that is itself in the chart does not count."""
        own = {order.origin for order in self.profile.orders} - {""}
        chart = tuple(m for m in self.profile.medications if m.origin not in own)
        known = medicines.chart(PatientProfile(self.profile.as_of, medications=chart), self.knowledge)
        return any(medicine.drug == self.flow.drug.key for medicine in known)

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed genes that have no result, or none whose effect is known."""
        return tuple(g for g in self.flow.keys if all(r.phenotype == INDETERMINATE for r in self.states[g].readings))

    def subject(self, what: str) -> str:
        return f"{self.flow.drug.name}–{what}"

    def checked(self, outcome: str, because: str = "") -> tuple[Checked, ...]:
        """One line for each needed gene: what was looked up, or why nothing was."""
        return tuple(Checked(self.subject(g), outcome, because or _looked_up(self.states[g])) for g in self.flow.keys)


def _looked_up(state: GeneState) -> str:
    return " or ".join(" ".join(filter(None, (r.diplotype, r.phenotype, r.activity_score))) for r in state.readings)
