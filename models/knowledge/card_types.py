"""What a model card holds: attributes by key, figures of the literature, and the recorded runs that its numbers come from. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: which list of attributes a model answers: those of a trained or fitted prediction, or those of a rule that experts agreed on
CardKind = Literal["predictive", "evidence-based"]
#: on data of the same source as the training data (the very people, or later ones) · on other data · "": as is usual for such a model
Role = Literal["internal", "external", ""]
#: where an attribute's value comes from. spec: worked out from the model's own file, never typed · common: one answer for all ·
#: own: the card's file · measured: recorded runs, and nothing else · runs: what a recorded run says of itself · site: a site's own report
Origin = Literal["spec", "common", "own", "measured", "runs", "site"]
ORIGINS: tuple[Origin, ...] = ("spec", "common", "own", "measured", "runs", "site")
NOT_MEASURED = "not measured"
NOT_KNOWN = "not known"
FEWEST = 11  #: people; of a smaller group no figure is shown


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure, with its interval (of 95 % unless the run's note says otherwise) and the people it rests on, where the run has them."""

    value: float
    low: float | None = None
    high: float | None = None
    people: int | None = None
    events: int | None = None


Metrics = Mapping[str, Metric]
Groups = Mapping[str, Mapping[str, Metrics]]  #: {"sex": {"female": {"auroc": …}}}


@dataclass(frozen=True, slots=True)
class DataSet:
    """The very bytes that were evaluated on."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One recorded run: who repeats its command on the same data with the same seed gets the same figures."""

    id: str
    model: str
    command: str
    seed: int | None
    data: DataSet
    made: str  #: ISO date
    software: Mapping[str, str]  #: package → version
    metrics: Metrics
    groups: Groups
    model_digest: str = ""  #: of the model that was evaluated (model_digest.digest_of); "" where the run does not say
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that a card tells."""

    key: str
    title: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """A heading of the predictive list, with its attributes in order."""

    title: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A kind of personal data, and the inputs of models that are of it."""

    key: str  #: of the attribute
    label: str  #: "race"
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TripodItem:
    """One item of TRIPOD+AI and the attributes that answer it."""

    item: int
    title: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of the literature. It was not measured here, and the card says whether the source was read."""

    attribute: str
    what: str
    value: str
    citation: str
    url: str
    read: bool


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one model's card file says."""

    model: str
    kind: CardKind = "predictive"
    attributes: Mapping[str, str] = field(default_factory=dict)  #: by key
    published: tuple[Published, ...] = ()
    runs: Role = ""  #: what its runs are; usually external of a published equation, and internal of a model that was trained here
    internal: tuple[str, ...] = ()  #: those that are internal nevertheless
    external: tuple[str, ...] = ()  #: those that are external nevertheless


@dataclass(frozen=True, slots=True)
class Cards:
    """The list of attributes, the answers that hold for many models, and each model's card."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    predictive: tuple[AttributeGroup, ...] = ()
    evidence_based: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    headlines: tuple[str, ...] = ()  #: metrics that an attribute tells where its author wrote nothing; the card's tables have them all
    tripod: tuple[TripodItem, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)  #: a model's outcome → in words, where its id is not enough
    common: Mapping[str, str] = field(default_factory=dict)  #: answers for every model
    published: Mapping[str, str] = field(default_factory=dict)  #: for equations taken from the literature
    trained: Mapping[str, str] = field(default_factory=dict)  #: for models trained here
    by_model: Mapping[str, ModelCard] = field(default_factory=dict)

    def keys(self, kind: CardKind) -> tuple[str, ...]:
        """In the order of the list."""
        return self.evidence_based if kind == "evidence-based" else tuple(key for group in self.predictive for key in group.keys)
