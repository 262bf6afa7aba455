"""What a file of FHIR resources is understood to say, from where, and what of it is not: the first tool of an integrator.

It asks what a call would find, with every input that can be read, and without a server. Nothing is assessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_service.reading.chart_file import ChartFile
from cds_service.reading.line import Line
from cds_service.reading.lines import lines_of
from cds_service.wire import read_plain, write_json
from fhir_mappings.every_input import every_input
from fhir_mappings.inputs import Found, Input, Record, Resource
from fhir_mappings.order_inputs import order_inputs
from fhir_mappings.profile import read_profile
from fhir_mappings.resource import concept, kind, matches, origin, text
from models.errors import UnsupportedFhirVersion
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile

_DRAFTS = ("MedicationRequest", "ServiceRequest")
#: resources that others point at; they hold nothing of their own to read
_POINTED_AT = frozenset({"Medication", "Specimen", "Bundle", "OperationOutcome", "Organization", "Practitioner", "PractitionerRole"})


@dataclass(frozen=True, slots=True)
class Reading:
    """`unread` counts resources that no input reads, by type and code; `invalid` are places that R4B refuses, by origin."""

    patient: str
    kinds: Mapping[str, int]
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    unread: Mapping[str, int]
    invalid: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str] = field(default_factory=dict)  #: of a request: each prefetch key that was sent or is asked for

    @property
    def whole(self) -> bool:
        """Was everything understood that something here reads? What R4B refuses may be read all the same."""
        return not self.gaps and not any(line.lost for line in self.lines)

    def document(self) -> dict[str, Any]:
        """For machines; members without a value are left out."""
        told = {
            "patient": self.patient,
            "prefetch": dict(self.keys),
            "resources": dict(self.kinds),
            "understood": [line.document() for line in self.lines],
            "notUnderstood": [_gap(gap) for gap in self.gaps],
            "notRead": dict(self.unread),
            "notValid": {where: list(problems) for where, problems in self.invalid.items()},
        }
        return {name: value for name, value in told.items() if value or name in ("understood", "notUnderstood")}


def read_chart(chart: ChartFile, knowledge: Knowledge, as_of: date, *, validate: bool = True) -> Reading:
    """Read all of it. `validate`: hold each resource against R4B too (0.4 ms each). Raises PatientMismatch."""
    inputs = every_input(knowledge)
    drafts = chart.drafts or tuple(r for r in chart.resources if kind(r) in _DRAFTS and text(r.get("status")) == "draft")
    found = {i.field: Found(tuple([r for r in chart.resources if _is_asked(r, i)])) for i in inputs}
    profile, more = _profile(chart, inputs, found, drafts, as_of)
    read = {id(r) for f in found.values() for r in f.resources} | {id(r) for r in drafts}
    everything = (*chart.resources, *chart.drafts)
    return Reading(
        chart.patient,
        Counter(kind(r) for r in everything),
        tuple(lines_of(profile, knowledge)),
        tuple(dict.fromkeys((*profile.gaps, *more))),
        Counter(_told(r) for r in chart.resources if id(r) not in read and kind(r) not in _POINTED_AT),
        dict(_invalid(everything)) if validate else {},
        _keys(chart, [i.field for i in order_inputs(knowledge)]) if chart.keys else {},
    )


def chart_profile(chart: ChartFile, knowledge: Knowledge, as_of: date) -> PatientProfile:
    """What a call would know of the patient. Raises PatientMismatch."""
    inputs = every_input(knowledge)
    found = {i.field: Found(tuple([r for r in chart.resources if _is_asked(r, i)])) for i in inputs}
    return _profile(chart, inputs, found, chart.drafts, as_of)[0]


def _keys(chart: ChartFile, asked: Sequence[str]) -> dict[str, str]:
    """Keys as discovery asks for them, then others: these satisfy nothing."""
    told = {name: chart.keys.get(name, "not sent: it would be read from the FHIR server, or told as not read") for name in asked}
    return told | {
        name: f"{held}, under a key that no service asks for: a call would not use it"
        for name, held in chart.keys.items()
        if name not in told
    }


def _profile(
    chart: ChartFile, inputs: Sequence[Input], found: Mapping[str, Found], drafts: Sequence[Resource], as_of: date
) -> tuple[PatientProfile, tuple[Gap, ...]]:
    """Old orders are refused in a call; here that is one thing that is not understood."""
    known = {origin(r): r for r in chart.resources}
    more: tuple[Gap, ...] = ()
    while True:
        try:
            profile = read_profile(
                Record(found, known), inputs, patient=chart.patient, server=chart.server, drafts=list(drafts), selected=None, as_of=as_of
            )
        except UnsupportedFhirVersion as old:
            more, drafts = (Gap("draft order", "not_understood", str(old)),), ()
        else:
            return profile, more


def _is_asked(resource: Resource, wanted: Input) -> bool:
    return kind(resource) == wanted.resource_type and (not wanted.codes or matches(resource, wanted.codes))


def _told(resource: Resource) -> str:
    """'Observation http://loinc.org|8302-2'; the type alone where a code would not help."""
    code = next(iter(concept(resource.get("code")).codings), None) if kind(resource) == "Observation" else None
    return f"{kind(resource)} {code.system}|{code.code}" if code and code.code else kind(resource)


def _invalid(resources: Sequence[Resource]) -> Iterator[tuple[str, tuple[str, ...]]]:
    from fhir_mappings.validation import problems  # slow to import

    for resource in resources:
        plain = read_plain(write_json(resource))  # the models know no lossless decimals
        if found := problems(plain):
            yield origin(resource), found


def _gap(gap: Gap) -> dict[str, str]:
    stated = {"subject": gap.subject, "reason": gap.reason, "because": gap.because, "origin": gap.origin}
    return {name: value for name, value in stated.items() if value}
