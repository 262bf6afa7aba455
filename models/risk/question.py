"""One risk put to one patient: every input that its models and rules look at, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from models.features.clinical import measurements_of
from models.features.dates import day_of
from models.features.model_inputs import Known, Told, read_inputs
from models.features.tumour_genes import ByGene
from models.knowledge.model_types import Formula, Value
from models.knowledge.risk_types import Asked, Risk
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile
from models.prediction.contract import Prediction, fitting, predict


@dataclass(frozen=True)
class RiskQuestion:
    """`by_gene`: the patient's variants by gene symbol, restricted ones left out."""

    risk: Risk
    profile: PatientProfile
    knowledge: Knowledge
    by_gene: ByGene
    read: dict[str, Known | Gap] = field(default_factory=dict)  #: inputs read so far, shared by the questions of one chart

    @cached_property
    def told(self) -> Told:
        models = [self.knowledge.models[a.model] for a in (*self.risk.asked, *self.risk.also)]
        names = {name for model in models for name in (*model.inputs, *model.refuses)}
        names |= {*self.risk.not_with, *self.risk.only_with, *self.risk.only_within}
        names |= {m.input for m in self.risk.modifiers if m.input}
        return read_inputs(sorted(names), self.profile, self.knowledge, self.read)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        return {name: one.value for name, one in self.told.items() if isinstance(one, Known)}

    def measured_within(self, name: str, days: float) -> bool:
        """Is there any result of it, whatever it says, that is not older?"""
        found = measurements_of(self.profile.measurements, self.knowledge.clinical[name])
        dates = [day for m in found if (day := day_of(m.effective)) is not None]
        return any((self.profile.as_of - day).days <= days for day in dates)

    def subject(self, what: str) -> str:
        return f"{self.risk.label}–{what}"

    def label(self, name: str) -> str:
        return self.knowledge.inputs[name].label

    def gap(self, name: str) -> Gap | None:
        """Why an input is not known; None where it is."""
        found = self.told[name]
        return Gap(self.subject(found.subject), found.reason, found.because, found.origin) if isinstance(found, Gap) else None

    def answer(self, asked: Asked, changed: Mapping[str, Value] | None = None) -> Prediction | tuple[Gap, ...]:
        """What one model says, of the patient or of somebody who differs in `changed`; or why it says nothing.

        Whoever a model refuses must be known not to be one of those: an unread problem list is no answer.
        """
        model = self.knowledge.models[asked.model]
        if model.terms and model.id not in self.knowledge.accepted_terms:
            return (Gap(self.subject(model.label), "unavailable", f"the site has not accepted the terms of use of {model.terms}"),)
        unknown = [gap for name in model.refuses if (gap := self.gap(name)) is not None]
        if unknown:
            return tuple(unknown)
        values = {**self.values, **(changed or {})}
        formula = fitting(model, values, asked.outcome, asked.horizon_years, asked.variant)
        own = self.knowledge.calibrations
        calibration = own.get((model.id, formula.id), own.get((model.id, ""))) if isinstance(formula, Formula) else None
        found = predict(model, values, asked.outcome, asked.horizon_years, calibration, asked.variant)
        return tuple(self._in_words(gap, model.label) for gap in found) if isinstance(found, tuple) else found

    def left_out(self, asked: Asked, found: Prediction) -> tuple[Gap, ...]:
        """Inputs that are on file and that the model could not use, for the card."""
        return tuple(self._in_words(gap, self.knowledge.models[asked.model].label) for gap in found.left_out)

    def _in_words(self, gap: Gap, model: str) -> Gap:
        """The chart's own reason why an input is missing; of one that is there, what the model says of it."""
        name = gap.subject.removeprefix(f"{model}–")
        if name not in self.told:
            return Gap(self.subject(model), gap.reason, gap.because)
        own = self.gap(name)
        if own is not None:
            return own
        known = self.told[name]
        origin = known.origin if isinstance(known, Known) else ""
        return Gap(self.subject(self.label(name)), gap.reason, gap.because.replace(name, self.label(name)), origin)
