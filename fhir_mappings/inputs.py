"""What a service reads: one object is both the prefetch template and the reader of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.patient import Gap

Resource = Mapping[str, Any]  #: a FHIR resource as parsed JSON; never changed


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of an input's resources: values for `PatientProfile.<field>`, and what it could not read."""

    values: tuple[Any, ...] = ()
    gaps: tuple[Gap, ...] = ()


#: only a Specimen tells that a sample was a donor's or a newborn's: the firewall looks at it, and no reader does
SPECIMENS = frozenset({"Specimen"})


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a service.

    `query` is a FHIR read or search with CDS Hooks prefetch tokens; `codes` are the (system, code) pairs that the
    search asks for, kept again on our side; `required` inputs that cannot be had make the answer a 412.
    """

    field: str  #: prefetch key
    query: str
    resource_type: str
    read: Callable[[Sequence[Resource]], Read]
    required: bool = False
    codes: frozenset[tuple[str, str]] = frozenset()
    beside: frozenset[str] = frozenset()  #: types of further resources that may come along, to which its own point
    read_with: Callable[[Sequence[Resource], Mapping[str, Resource], str], Read] | None = None
    #: in place of `read`, where its resources point at others: with those, by 'Type/id' and fullUrl, and the FHIR base URL
    on_demand: bool = False  #: many rules do without it, so those that need it say themselves that it was not read


@dataclass(frozen=True, slots=True)
class Found:
    """What gathering got for one input. `failed`: could not look at all; not `complete`: saw only a part."""

    resources: tuple[Resource, ...] = ()
    complete: bool = True
    failed: bool = False
    because: str = ""  #: why it failed or is incomplete, one sentence without patient data


@dataclass(frozen=True, slots=True)
class Record:
    """Everything gathered for one request, still as FHIR.

    `found` is by `Input.field`. `referenced` holds resources that draft orders point at, by "Type/id": taken from
    the draft bundle, any prefetch key, or the FHIR server.
    """

    found: Mapping[str, Found] = field(default_factory=dict)
    referenced: Mapping[str, Resource] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
