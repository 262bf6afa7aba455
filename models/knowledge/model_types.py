"""The shape of a predictive model as data: what it asks, what it sums, for whom it was made, what it may be shown as. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from models.knowledge.source_block import Source

Value = float | str  #: of an input: a number in the model's unit, 1.0 or 0.0 for yes or no, or the name of a choice
Values = Mapping[str, Value]  #: by input name; what is not known is not in it
InputKind = Literal["number", "flag", "choice"]
#: linear scale → output. identity · logistic 1/(1+e^-x) · cloglog 1-exp(-e^x) (a Cox model) · exp e^x · square x²
#: · table: points → `Formula.table`
Link = Literal["identity", "logistic", "cloglog", "exp", "square", "table"]
Monotone = Literal["up", "down", ""]
LINKS: tuple[Link, ...] = ("identity", "logistic", "cloglog", "exp", "square", "table")


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What a model asks of one input of knowledge/inputs, and the values for which it was validated."""

    name: str
    kind: InputKind = "number"
    unit: str = ""  #: UCUM, of a number
    low: float | None = None  #: of a number, both ends included
    high: float | None = None
    choices: tuple[str, ...] = ()  #: of a choice
    required: bool = True
    reference: Value = 0.0  #: the person with whom an explanation compares
    monotone: Monotone = ""  #: with a higher number (or yes) the output never falls (up) or never rises (down)
    change_to: float | None = None  #: what can be changed: the value that a "what if" takes
    needed_with: str = ""  #: another input: where that one is 1 or more this one is required as well


@dataclass(frozen=True, slots=True)
class Factor:
    """One number made of an input, in this order: less another input, clipped, logarithm, power, minus, per; then steps or curve.

    `equals` alone makes a number of a choice.
    """

    id: str
    input: str
    less: str = ""  #: another input, taken off first (total less HDL cholesterol)
    at_least: float | None = None  #: values below count as this one
    at_most: float | None = None
    log: bool = False
    power: float = 1.0
    minus: float = 0.0
    per: float = 1.0
    equals: str = ""  #: 1 where the choice is this one, else 0
    steps: tuple[tuple[float, float], ...] = ()  #: (from, points), ascending: the last one whose `from` is reached counts, 0 below all
    curve: tuple[tuple[float, float], ...] = ()  #: (value, number), ascending: straight lines between, the ends go on level


@dataclass(frozen=True, slots=True)
class Term:
    """A product of factors with its coefficient. In an explanation it counts for the last factor's input."""

    factors: tuple[str, ...]
    coefficient: float


@dataclass(frozen=True, slots=True)
class Band:
    """People of a recorded evaluation whose predicted value lay in [low, high): how many, and what was observed, with an exact interval."""

    low: float
    high: float
    people: int
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """One sub-model: for whom (`when`), of what (`outcome`, `horizon_years`), and its sum. Compared by identity."""

    id: str
    outcome: str
    link: Link
    intercept: float
    terms: tuple[Term, ...]
    horizon_years: float | None = None
    variant: str = ""  #: "base", "uacr": which optional inputs it uses, for the card
    when: Mapping[str, str] = field(default_factory=dict)  #: choices that must hold: {"sex": "female"}
    table: tuple[tuple[float, float], ...] = ()  #: link table: (points from, output), ascending
    factors: tuple[Factor, ...] = ()  #: those that its terms name
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)  #: of an input, where this formula is for fewer than the model
    bands: tuple[Band, ...] = ()  #: what was observed of those who were given such a prediction; () : never measured
    inputs: frozenset[str] = field(init=False, repr=False, compare=False)  #: what it needs; worked out once, since every call asks

    def __post_init__(self) -> None:
        used = {f.input for f in self.factors} | {f.less for f in self.factors if f.less}
        object.__setattr__(self, "inputs", frozenset(used | self.when.keys()))


@dataclass(frozen=True, slots=True)
class Output:
    """What the number means."""

    what: Literal["risk", "dose", "score", "rate"]
    unit: str  #: UCUM; "1" for a risk as a part of one and for points
    low: float  #: values outside are not given
    high: float


@dataclass(frozen=True, slots=True)
class Card:
    """A model card: by key, in our words. Numbers of evaluations stand as {run:metric} and are filled in from recorded runs."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[str, ...] = ()  #: ids of recorded evaluation runs (knowledge/evaluations)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """One model. `form` "terms" is a sum of terms; any other form is a module of models/prediction that reads `numbers`."""

    id: str
    label: str
    form: str
    population: str  #: whom it was made for, in words
    inputs: Mapping[str, ModelInput]  #: in the order in which an explanation goes through them
    formulas: tuple[Formula, ...]
    output: Output
    source: Source
    refuses: Mapping[str, str] = field(default_factory=dict)  #: input that must not be yes → why, in words
    rights: str = ""  #: what is known of the right to use it
    terms: str = ""  #: whose terms of use a site has to accept before a card tells its number; "": nobody's
    vectors: str = ""  #: with which independent test vectors it agrees; "" : none are known
    derived: bool = False  #: trained here
    numbers: Mapping[str, Any] = field(default_factory=dict)  #: of a special form
    card: Card = Card()


@dataclass(frozen=True, slots=True)
class Relatives:
    """Degree of relationship by the codes of relatives."""

    degrees: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: "first-degree" → codes


#: condition: active problems · history: active or past ones · stated: nothing in a chart gives it, only a caller who asked
#: · relatives: how many had it · onset: youngest age at it, the patient's own without `relatives`
#: · several: had it more than once · carrier: an inherited harmful variant is known · score: part of a genetic score
Origin = Literal[
    "age",
    "sex",
    "ancestry",
    "ethnicity",
    "measurement",
    "answer",
    "condition",
    "history",
    "medication",
    "family",
    "relatives",
    "onset",
    "several",
    "carrier",
    "score",
    "stated",
]


@dataclass(frozen=True, slots=True)
class InputSource:
    """Where an input of models is read from in a chart. The same for the hook, for recalibration and for monitoring."""

    name: str
    label: str  #: in words, for the card
    kind: InputKind
    unit: str = ""
    origin: Origin = "stated"
    names: tuple[
        str, ...
    ] = ()  #: clinical names: of measurements in order, of the question (answer), of conditions (condition, history, family)
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)  #: origin answer: choice (or "yes", "no") → clinical names
    drugs: tuple[str, ...] = ()  #: origin medication: RxNorm ingredient ids; beginnings of ATC codes follow "atc:"
    relatives: tuple[str, ...] = ()  #: origin family: those that make a flag true ("parent"); () : degrees, as choices
    model: str = ""  #: the model that works it out from other inputs, asked before any measurement
    genes: tuple[str, ...] = ()  #: origin carrier
    score: str = ""  #: origin score: id of the genetic score
    part: str = ""  #: of it
