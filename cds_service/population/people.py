"""People of a study out of bulk files: what a model asks of them, by the very code that reads a chart in a call, and what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cds_service.population.as_of import chart_on
from cds_service.population.bulk_files import Export, Resource
from cds_service.population.outcomes import Outcome, outcome
from cds_service.population.study import Event, Study
from fhir_mappings.inputs import Found, Input, Record
from fhir_mappings.model_inputs import model_inputs
from fhir_mappings.profile import read_profile
from fhir_mappings.references import medication_references, parse
from fhir_mappings.resource import kind, matches, origin, text
from models.errors import PatientMismatch
from models.features.model_inputs import Known, read_inputs
from models.knowledge.model_types import Model, Value
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

_HOLDERS = ("subject", "patient")


@dataclass(frozen=True, slots=True)
class Person:
    """`values`: what is known of the model's inputs. `observed`: 1.0 or 0.0, or the dose that was right; None where it is not known."""

    values: Mapping[str, Value]
    outcome: Outcome
    observed: float | None
    day: str  #: ISO, of the prediction
    groups: Mapping[str, str]


@dataclass(slots=True)
class BulkPeople:
    """The people of a bulk export. `left` counts those of whom nothing can be predicted, and why."""

    study: Study
    event: Event
    knowledge: Knowledge
    model: Model
    left: Counter[str] = field(default_factory=Counter)
    inputs: tuple[Input, ...] = ()

    def __post_init__(self) -> None:
        self.inputs = model_inputs(self.knowledge)

    def export(self, folder: Path) -> Export:
        kinds = {i.resource_type for i in self.inputs}
        export = Export(folder, lambda resource: "")

        def whose(resource: Resource) -> str:
            type_ = kind(resource)
            if type_ == "Medication":
                export.shared[origin(resource)] = resource
            if type_ not in kinds or not any(_is_asked(resource, i) for i in self.inputs):
                return ""
            if type_ == "Patient":
                return text(resource.get("id"))
            target = next((t for name in _HOLDERS if (t := parse(resource.get(name), self.study.server))), None)
            if target is None or target.type != "Patient" or target.foreign:
                export.trouble.unattributed += 1
                return ""
            return target.id

        export.whose = whose
        return export

    def people(self, export: Export, scratch: Path) -> Iterator[Person]:
        for patient, resources in export.patients(scratch):
            if not any(kind(r) == "Patient" for r in resources):
                self.left["no Patient resource"] += 1
                continue
            came = outcome(resources, self.study, self.event, self.knowledge)
            profile = self.profile(patient, resources, export.shared)
            if profile is None:
                self.left["charts of several patients under one id"] += 1
            else:
                yield self._person(profile, came)

    def profile(self, patient: str, resources: Sequence[Resource], shared: Mapping[str, Resource]) -> PatientProfile | None:
        """As a call on the index day would have read it."""
        index = self.study.index or date.min
        stood = chart_on(resources, index, self.study.taken_days)
        found = {i.field: Found(tuple(r for r in stood if _is_asked(r, i))) for i in self.inputs}
        named = {target.key for r in stood for stated in medication_references(r) if (target := parse(stated, self.study.server))}
        record = Record(found, {key: shared[key] for key in named if key in shared})
        try:
            return read_profile(record, self.inputs, patient=patient, server=self.study.server, drafts=None, selected=None, as_of=index)
        except PatientMismatch:
            return None

    def _person(self, profile: PatientProfile, came: Outcome) -> Person:
        wanted = dict.fromkeys((*self.model.inputs, *self.model.refuses, "age", "sex", "ancestry"))
        told = read_inputs([name for name in wanted if name in self.knowledge.inputs], profile, self.knowledge)
        known = {name: one.value for name, one in told.items() if isinstance(one, Known)}
        values = {name: value for name, value in known.items() if name in self.model.inputs or name in self.model.refuses}
        observed = {"event": 1.0, "none": 0.0}.get(came.state)
        return Person(values, came, observed, profile.as_of.isoformat(), groups_of(known, {}, self.study.groups))


def _is_asked(resource: Mapping[str, object], wanted: Input) -> bool:
    """Would the search of a call have found it?"""
    return kind(resource) == wanted.resource_type and (not wanted.codes or matches(resource, wanted.codes))


def groups_of(known: Mapping[str, Value], stated: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """The person's group of each kind; age in spans of twenty years."""
    found = {name: stated.get(name) or str(known.get(name, "")) or "not known" for name in wanted}
    age = known.get("age")
    if "age" in found:
        found["age"] = age_group(float(age)) if isinstance(age, int | float) else "not known"
    return found


def age_group(age: float) -> str:
    for low, high in ((0, 18), (18, 40), (40, 60), (60, 80)):
        if low <= age < high:
            return f"{low}-{high - 1}"
    return "80 and over"
