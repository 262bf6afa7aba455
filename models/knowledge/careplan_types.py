"""The shape of a care plan's knowledge: what is asked of a chart, and the rows that follow from it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.finding import Drug
from models.knowledge.source_block import Source
from models.plan_values import Food, Stance

Op = Literal["<", ">=", "is", "not", "untested"]
#: where a fact of the patient is read from
Origin = Literal[
    "age",
    "sex",
    "pregnancy",
    "breastfeeding",
    "onset",
    "duration",
    "measurement",
    "condition",
    "relative",
    "positive",
    "negatives",
    "gene",
    "input",
]
#: how medicines are planned for a kind of the disease
Medicines = Literal["classes", "insulin", "none"]

#: facts that the engine works out
KINDS_DIFFER, INHERITED, ABOVE_TARGET, SEX_KNOWN = "kinds-differ", "inherited-form", "above-target", "sex-known"


@dataclass(frozen=True, slots=True)
class Clause:
    """One question to the facts: "egfr < 45", "heart-failure", "not taken-insulin", "untested c-peptide"."""

    fact: str
    op: Op
    number: float = 0.0


When = tuple[tuple[Clause, ...], ...]  #: all must hold; of each, one of its alternatives


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact is read. `names`: clinical names, or phenotypes of `gene`."""

    id: str
    label: str  #: in words, for what is missing
    origin: Origin
    names: tuple[str, ...] = ()
    gene: str = ""
    input: str = ""  #: of knowledge/inputs: asked alone, or where no measurement is on file
    ever: bool = False  #: of a condition: one of the past counts too
    quiet: bool = False  #: that nothing is on file is usual, and not told
    at_least: int = 1  #: negatives: how many different tests must have been negative


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of the disease, as problem lists name it. Its id is a fact."""

    id: str
    label: str
    names: tuple[str, ...]
    medicines: Medicines
    source: Source
    message: str = ""


@dataclass(frozen=True, slots=True)
class InheritedForm:
    """An inherited form. Genes, variants and inheritance are those of rules in hereditary/: they have one home. Its id is a fact."""

    id: str
    rules: tuple[str, ...]
    message: str
    medicines: Medicines
    source: Source
    unless: When = ()  #: where all of this holds, what it says of medicines does not; (): it always does
    stop: tuple[str, ...] = ()  #: classes that it speaks against
    loud: bool = False  #: a warning while one of these is taken


@dataclass(frozen=True, slots=True)
class TestOrder:
    """A test that can be asked for. Without a code it is ordered in words."""

    id: str
    label: str
    system: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A reason to doubt the recorded kind, and the tests that would tell. Of several the first counts."""

    id: str
    when: When
    message: str
    tests: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a class, or one of its medicines, is chosen or not."""

    when: When
    stance: Stance
    message: str
    source: Source


@dataclass(frozen=True, slots=True)
class Member:
    """A medicine of a class that a plan may name; `unless`: figures that rule it out where its class is not."""

    drug: Drug
    unless: tuple[Reason, ...] = ()  #: stance avoid: who takes it is told too; later: another one is chosen for a start


@dataclass(frozen=True, slots=True)
class DrugClass:
    """One class. `ingredients`: all that count as it when they are taken."""

    id: str
    label: str
    group: str
    members: tuple[Member, ...]
    ingredients: tuple[Drug, ...]
    implies: bool  #: who takes it has the disease; False: it is given for other things too
    reasons: tuple[Reason, ...]
    source: Source
    alone: bool = False  #: it is what a kind without other medicines needs
    cost: str = ""
    hypoglycaemia: str = ""
    weight: str = ""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """Of several rows of one `id` the first that holds counts."""

    id: str
    label: str
    fact: str
    loinc: str
    unit: str
    when: When
    low: float | None
    high: float | None
    message: str
    source: Source


@dataclass(frozen=True, slots=True)
class DueRow:
    """How often a test is due. Of several rows of one `id` the first that holds counts."""

    id: str
    label: str
    names: tuple[str, ...]  #: clinical names of measurements and procedures that count as it
    months: int
    when: When
    system: str
    code: str
    message: str  #: "" for the usual interval
    source: Source


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who gets no such part of the plan. What could not be read refuses as well: it may have been the reason."""

    part: str  #: "diet", "medicines"
    when: When
    message: str
    source: Source


@dataclass(frozen=True, slots=True)
class Energy:
    """An equation of resting energy, kcal a day: weight × kg + height × cm + age × years + constant by sex, times activity."""

    weight: float
    height: float
    age: float
    by_sex: Mapping[str, float]
    activity: tuple[float, float]
    deficit: tuple[float, float]  #: kcal a day, where `lose` holds
    lose: When
    floor: Mapping[str, float]  #: kcal a day, by sex: less is no advice of a card


@dataclass(frozen=True, slots=True)
class Culture:
    """A kitchen. `answers`: clinical names of answers that state it."""

    id: str
    label: str
    answers: tuple[str, ...]
    foods: tuple[tuple[str, Food], ...]  #: (cost, food)


@dataclass(frozen=True, slots=True)
class DietRows:
    """What is known of food: ranges, kitchens, means."""

    source: Source
    energy: Energy
    carbohydrate: tuple[float, float]  #: percent of energy
    lower: tuple[float, float]  #: of the lower pattern
    lower_not: When  #: for whom the lower pattern is not told
    notes: tuple[tuple[When, str], ...]
    asked: tuple[str, ...]  #: clinical names of Observations that state a kitchen
    asked_of_means: tuple[str, ...]  #: and what food may cost
    cultures: tuple[Culture, ...]
    means: Mapping[str, tuple[str, ...]]  #: low · middle · high → clinical names of answers that state it
    strained: tuple[str, ...]  #: clinical names of problems that state that it must cost little


@dataclass(frozen=True, slots=True)
class CareKnowledge:
    """The folder careplans/ as one value, for one disease."""

    label: str
    facts: tuple[FactSource, ...]
    kinds: tuple[KindRow, ...]
    unsaid: str  #: id of the kind that is taken where the problem list names none
    steers: str  #: the target above which more of the medicines is needed
    silent: tuple[str, ...]  #: clinical names that are near the disease and alone make no plan
    inherited: tuple[InheritedForm, ...]
    genes: tuple[str, ...]  #: whose uncertain variants are told
    orderables: Mapping[str, TestOrder]
    suspicions: tuple[Suspicion, ...]
    classes: tuple[DrugClass, ...]
    targets: tuple[TargetRow, ...]
    due: tuple[DueRow, ...]
    remarks: tuple[tuple[When, str], ...]  #: what holds of the whole plan
    refusals: tuple[Refusal, ...]
    needs: Mapping[str, tuple[str, ...]]  #: part → facts without which it is not told
    diet: DietRows
    sources: tuple[Source, ...]

    @property
    def insulin(self) -> tuple[str, ...]:
        """Classes that are planned where the kind asks for insulin alone: those that come first with it."""
        return tuple(c.id for c in self.classes if c.group != "glucose" or c.alone)

    @property
    def known(self) -> frozenset[str]:
        """Every fact that a row may ask about."""
        own = {fact.id for fact in self.facts} | {kind.id for kind in self.kinds} | {form.id for form in self.inherited}
        return frozenset(own | {f"taken-{c.id}" for c in self.classes} | {KINDS_DIFFER, INHERITED, ABOVE_TARGET, SEX_KNOWN})
