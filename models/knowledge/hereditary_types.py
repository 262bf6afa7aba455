"""The shape of what is known of inherited disease: rules at orders, the list of actionable genes, summaries. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.finding import Action, Drug
from models.knowledge.source_block import Source

Harm = Literal["fatal", "serious", "other"]
#: AD dominant · AR recessive · XL X-linked · MT mitochondrial
Inheritance = Literal["AD", "AR", "XL", "MT"]
#: whether the source's own words were read here: in full, in part or in a copy, or not at all
Checked = Literal["yes", "partly", "no"]
Copies = Literal["any", "two"]
#: all: any (likely) pathogenic one · two: two of them · named: one named variant, twice · truncating: those that cut the protein short
Report = Literal["all", "two", "named", "truncating"]

INHERITANCES: tuple[Inheritance, ...] = ("AD", "AR", "XL", "MT")
CHECKED: tuple[Checked, ...] = ("yes", "partly", "no")
REPORTS: tuple[Report, ...] = ("all", "two", "named", "truncating")


@dataclass(frozen=True, slots=True)
class NamedVariant:
    """One variant that counts by its name, whatever a report calls it. Every name means the same variant."""

    gene: str
    name: str  #: as a card says it: "c.1601G>A (p.Arg534Gln)"
    names: tuple[str, ...]  #: c., p., g. and m. names, rsID
    words: tuple[str, ...] = ()  #: what reports write instead of a name ("factor v leiden")


@dataclass(frozen=True, slots=True)
class HereditaryRule:
    """One thing to do, or not to do, at an order of one of its medicines."""

    id: str
    condition: str  #: as the card names it
    genes: tuple[str, ...]
    inheritance: Inheritance
    copies: Copies  #: two: homozygous, hemizygous, or two different variants
    medicines: tuple[Drug, ...]
    action: Action
    harm: Harm
    classification: str  #: the strength that the source gives
    message: str
    checked: Checked
    source: Source
    variants: tuple[NamedVariant, ...] = ()  #: only these count; (): whatever is (likely) pathogenic
    alternatives: tuple[Drug, ...] = ()
    not_for_routes: tuple[str, ...] = ()
    sex: str = ""  #: only for this one; "": for all
    age_from: int | None = None  #: completed years
    age_below: int | None = None
    not_in_pregnancy: bool = False
    unclear_effect: bool = False  #: only some of the gene's pathogenic variants do this, and reports seldom say which


@dataclass(frozen=True, slots=True)
class ListedGene:
    """A gene and a condition of the list of secondary findings."""

    gene: str
    condition: str
    category: str
    inheritance: Inheritance | Literal[""]
    version: str  #: of the list in which it first stood
    report: Report
    checked: Checked


@dataclass(frozen=True, slots=True)
class Summary:
    """What follows from a condition apart from medicines: surveillance, relatives, referral."""

    id: str
    genes: tuple[str, ...]
    condition: str
    covers: tuple[str, ...]  #: conditions of the list, and of rules, that it speaks of
    inheritance: Inheritance
    copies: Copies
    message: str
    checked: Checked
    source: Source
    variants: tuple[NamedVariant, ...] = ()


@dataclass(frozen=True, slots=True)
class Hereditary:
    """The folder hereditary/ as one value."""

    rules: tuple[HereditaryRule, ...] = ()
    by_medicine: Mapping[str, tuple[HereditaryRule, ...]] = field(default_factory=dict)  #: by a medicine's key
    listed: Mapping[str, tuple[ListedGene, ...]] = field(default_factory=dict)  #: by gene
    listed_source: Source | None = None
    summaries: tuple[Summary, ...] = ()
    named: Mapping[str, tuple[NamedVariant, ...]] = field(default_factory=dict)  #: of listed genes of which one variant alone counts
    confirm: frozenset[str] = frozenset()  #: genes of which a variant found in a tumour is to be looked for in the germline
    confirm_source: Source | None = None
    summarise: bool = False  #: the site wants summaries in the opened chart
    elsewhere: Mapping[str, str] = field(default_factory=dict)  #: gene → who answers for its medicines instead
