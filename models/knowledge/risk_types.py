"""The shape of what is known of a risk: which models tell it, from where on it is acted on, what makes the number wrong. Values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.finding import Action, Orderable
from models.knowledge.hereditary_types import Inheritance, NamedVariant
from models.knowledge.source_block import Source

#: yes: the guideline's own words were read here · partly: a summary of it · no: neither
ReadOf = Literal["yes", "partly", "no"]
READ: tuple[ReadOf, ...] = ("yes", "partly", "no")
Loud = Literal["warning", "info"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of one model."""

    model: str
    outcome: str
    horizon_years: float | None
    label: str  #: what is told, in words: "a first heart attack or stroke"
    variant: str = ""  #: of the model's formulas, these alone


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this value on the source acts. `derived`: the figure is ours."""

    at_least: float
    message: str
    action: Action
    classification: str
    urgency: Loud = "info"
    orders: tuple[Orderable, ...] = ()
    if_raised: bool = False  #: only where a modifier raises the risk
    derived: bool = False
    horizon_years: float | None = None  #: of which answer; None: the one that is asked first


@dataclass(frozen=True, slots=True)
class Modifier:
    """What a model does not know. replaces: no number is told, this is · raises: the number is told, and that it is too low."""

    id: str
    label: str
    effect: Literal["replaces", "raises"]
    message: str  #: of a replacing one a row; of a raising one a note, without "note-"
    source: Source
    read: ReadOf
    genes: tuple[str, ...] = ()
    inheritance: Inheritance = "AD"
    variants: tuple[NamedVariant, ...] = ()
    conditions: tuple[str, ...] = ()  #: clinical names of the patient's own, active or past
    family: tuple[str, ...] = ()  #: clinical names, of first-degree relatives
    onset_below: Mapping[str, float] = field(default_factory=dict)  #: of relatives: sex → age
    input: str = ""  #: and from which value of it on
    at_least: float = 0.0
    action: Action = "monitor"
    classification: str = ""
    urgency: Loud = "info"
    orders: tuple[Orderable, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """One question that an opened chart is asked."""

    id: str
    label: str
    asked: tuple[Asked, ...]  #: the first that can answer does
    thresholds: tuple[Threshold, ...]  #: the highest first
    source: Source
    read: ReadOf
    sex: str = ""  #: only of people of this one; "": of all
    also: tuple[Asked, ...] = ()  #: told beside it, where they can be worked out
    modifiers: tuple[Modifier, ...] = ()
    not_with: Mapping[str, str] = field(default_factory=dict)  #: input that must not be yes → why nothing is said
    only_with: Mapping[str, str] = field(default_factory=dict)  #: input that must be yes → why nothing is said where it is no
    only_within: Mapping[str, tuple[float, float]] = field(default_factory=dict)  #: input → from, below
    known_by: Mapping[str, float] = field(default_factory=dict)  #: clinical name of a measurement that answers it → for how many days
