"""One input past the firewall and through its reader, with a note of what could not be read. It knows no profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fhir_mappings.firewall import Admitted, Subject, admit
from fhir_mappings.inputs import Found, Input, Read, Resource
from fhir_mappings.releases import in_r4
from fhir_mappings.resource import kind
from fhir_mappings.security_labels import disclosable
from models.errors import PatientMismatch
from models.patient import Gap

_LEFT_OUT = ("not_understood", "unattributed")


@dataclass(frozen=True, slots=True)
class Chart:
    """What every input of one request is read against.

    `around`: what resources point at, by 'Type/id' and fullUrl. `beside`: further descriptions of the patient. `strict`: one
    resource of another patient distrusts all of its input.
    """

    subject: Subject
    specimens: Sequence[Resource] = ()
    around: Mapping[str, Resource] = field(default_factory=dict)
    beside: Sequence[Resource] = ()
    strict: bool = False


@dataclass(slots=True)
class Notes:
    """What reading could not do, what the firewall let in of each input, and how many resources of other patients it dropped.

    `whole`: inputs of which nothing was left out as not understood or as nobody's. An allergy without a code may be to
    anything, so "no allergy" may not be concluded beside one.
    """

    gaps: list[Gap]
    foreign: int = 0
    admitted: dict[str, tuple[Resource, ...]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def add(self, admitted: Admitted, read: Read) -> None:
        self.gaps += [*admitted.gaps, *read.gaps]
        self.foreign += admitted.foreign


def read_input(wanted: Input, found: Found | None, chart: Chart, notes: Notes) -> Read:
    """Read one input past the firewall; what could not be had becomes a Gap. Raises PatientMismatch where the chart is strict."""
    if (found is None or found.failed or not found.complete) and not wanted.on_demand:
        state = "only partly read" if found and not found.failed else "not read"
        notes.gaps.append(Gap(wanted.field, "unavailable", (found.because if found else "") or f"the input was {state}"))
    admitted = admit(found.resources if found else (), chart.subject, chart.specimens)
    if chart.strict and admitted.foreign:
        return _distrusted(wanted, admitted, notes)
    told, withheld = disclosable(_own(wanted, admitted.resources), wanted.field)
    notes.gaps += withheld
    shaped = in_r4(wanted.resource_type, _with_others(wanted, told, chart.beside))
    read = wanted.read_with(shaped, chart.around, chart.subject.server) if wanted.read_with else wanted.read(shaped)
    notes.add(admitted, read)
    notes.admitted[wanted.field] = admitted.resources
    if not withheld and not any(gap.reason in _LEFT_OUT for gap in (*admitted.gaps, *read.gaps)):
        notes.whole.add(wanted.field)
    return read


def _own(wanted: Input, admitted: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """What came along is for the firewall, unless the reader asks for it."""
    if wanted.read_with or not wanted.beside:
        return admitted
    return tuple([r for r in admitted if kind(r) not in wanted.beside])


def _with_others(wanted: Input, own: tuple[Resource, ...], beside: Sequence[Resource]) -> tuple[Resource, ...]:
    """Another description of the patient can only contradict the one that was read, never stand in for it."""
    if wanted.resource_type != "Patient" or not own:
        return own
    return (*own, *(r for r in beside if all(r is not one for one in own)))


def _distrusted(wanted: Input, admitted: Admitted, notes: Notes) -> Read:
    """Where another patient's data came along, nothing beside it is believed either."""
    if wanted.required:
        raise PatientMismatch(
            f"The input '{wanted.field}' holds a resource of another patient, and this service is set to trust nothing beside one. "
            "Check the prefetch template and the FHIR server's answer."
        )
    notes.add(admitted, Read(gaps=(Gap(wanted.field, "unavailable", "another patient's data came along, so none of it is used"),)))
    return Read()
