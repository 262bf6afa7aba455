"""Which of a gene's variants count as inherited and harmful, in how many copies, and what leaves that open. It knows no medicine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.codes import Code
from models.features.changes import breaks_splicing, changes
from models.features.gene_state import USABLE
from models.features.loci import loci
from models.features.significance import significance
from models.features.variants import not_there, nucleotide_changes, possible_germline, protein_changes, rsids
from models.knowledge.hereditary_types import Inheritance, NamedVariant
from models.patient import Gap
from models.variant import Variant

HARMFUL = ("pathogenic", "likely pathogenic")
BOTH = ("homozygous", "hemizygous", "homoplasmic")
CUT_SHORT = ("nonsense", "fs")  #: kinds of change
NOT_CLASSED = "a variant is on file, and the report does not say whether it is pathogenic"
CONFLICTING = "a variant is on file, and what is said of it contradicts itself"
ORIGIN_UNSAID = "the report does not say whether the variant is inherited"
MAYBE_ACQUIRED = "the report does not say whether the variant is inherited, and its share of the reads does not look so; it does not count"
NOT_NAMED = "a variant is on file, and it is not clear whether it is the one that counts"
COPIES_UNSAID = "the report does not say whether one copy or both have the variant"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What counts for one rule."""

    inheritance: Inheritance
    variants: tuple[NamedVariant, ...] = ()  #: only these; (): whatever is (likely) pathogenic
    truncating: bool = False  #: only those that cut the protein short


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a gene's variants tell. Without `variants` nothing counts; `gaps` say what may."""

    gene: str
    variants: tuple[Variant, ...] = ()
    copies: Literal["one", "two", "unknown"] = "unknown"
    phased: bool = True  #: False: two different variants, and it is not known whether they lie on different copies
    gaps: tuple[Gap, ...] = ()

    @property
    def likely(self) -> bool:
        """Does it need a variant that is only likely pathogenic?"""
        both = [v for v in self.variants if v.zygosity in BOTH] if self.copies == "two" and self.phased else []
        said = [significance(v) for v in both or self.variants]
        return "likely pathogenic" in said if not self.phased else "pathogenic" not in said and "likely pathogenic" in said

    @property
    def said_inherited(self) -> bool:
        return any(v.source_class == "germline" for v in self.variants)


def inherited(gene: str, variants: Sequence[Variant], wanted: Wanted, sex: str) -> Inherited:
    """`variants`: all that are reported of the gene."""
    found: list[Variant] = []
    gaps: list[Gap] = []
    for variant in variants:
        doubt = _doubt(variant, gene, wanted)
        if doubt is None:
            found.append(variant)
        elif doubt:
            gaps.append(Gap(gene, "not_understood", doubt, variant.origin))
    if not found:
        return Inherited(gene, gaps=tuple(dict.fromkeys(gaps)))
    copies, phased = _copies(found, wanted, sex)
    if not any(v.source_class == "germline" for v in found):
        gaps += [Gap(gene, "not_callable", ORIGIN_UNSAID, v.origin) for v in found]
    return Inherited(gene, tuple(found), copies, phased, tuple(dict.fromkeys(gaps)))


def _doubt(variant: Variant, gene: str, wanted: Wanted) -> str | None:
    """None: it counts. "": it does not, and nobody needs to be told. Else why it is left open."""
    if variant.state != "present" or not_there(variant) or variant.status not in USABLE or variant.source_class in ("somatic", "donor"):
        return ""
    if len(variant.genes) > 1:
        return ""  # a fusion, or two genes that overlap: no inherited variant of this one
    is_it = _is_wanted(variant, gene, wanted)
    if is_it is False:
        return ""
    said = significance(variant)
    if said == "conflict":
        return CONFLICTING
    if said and said not in HARMFUL:
        return ""
    if is_it is None:
        return NOT_NAMED
    if not said and not wanted.variants:
        return NOT_CLASSED
    return None if variant.source_class == "germline" or possible_germline(variant) else MAYBE_ACQUIRED


def _is_wanted(variant: Variant, gene: str, wanted: Wanted) -> bool | None:
    if wanted.variants:
        answers = [is_named(variant, named) for named in wanted.variants if named.gene == gene]
        return True if True in answers else None if None in answers else False
    if wanted.truncating:
        if any(change.kind in CUT_SHORT for change in changes(variant)) or breaks_splicing(variant):
            return True
        return False if changes(variant) or protein_changes(variant) else None
    return True


def is_named(variant: Variant, named: NamedVariant) -> bool | None:
    """Is it this very variant? Names of one kind are compared. None: there is no kind that both have, or kinds contradict each other."""
    other = Variant("", coding=named.names, protein=named.names, ids=tuple(Code("", name) for name in named.names))
    answers = [bool(a & b) for a, b in zip(_kinds(variant), _kinds(other), strict=True) if a and b]
    if not answers:
        return True if _levelled(variant.text) in named.words else None
    if not all(answers) and any(answers):
        return None
    return answers[0]


def _copies(found: Sequence[Variant], wanted: Wanted, sex: str) -> tuple[Literal["one", "two", "unknown"], bool]:
    """How many copies of the gene are hit, and whether that is sure."""
    one_is_all = wanted.inheritance == "MT" or (wanted.inheritance == "XL" and sex == "male")
    if one_is_all or any(v.zygosity in BOTH for v in found):
        return "two", True
    if any(_different(one, other) for i, one in enumerate(found) for other in found[i + 1 :]):
        return "two", False
    return ("one" if any(v.zygosity for v in found) else "unknown"), True


def _different(one: Variant, other: Variant) -> bool:
    """Two variants of the gene, and not one that was reported twice: they have names of one kind, and share none."""
    pairs = list(zip(_kinds(one), _kinds(other), strict=True))
    return any(a and b for a, b in pairs) and not any(a & b for a, b in pairs)


def _kinds(variant: Variant) -> tuple[frozenset[str], ...]:
    """Its names by kind: coding, mitochondrial and protein changes, dbSNP ids, places. A name tells its kind, whichever slot it is in."""
    changed = {name.change for name in nucleotide_changes(variant)}
    coding, mitochondrial = (frozenset(c for c in changed if c.startswith(kind)) for kind in ("c.", "m."))
    return coding, mitochondrial, protein_changes(variant), rsids(variant), frozenset(locus.spdi for locus in loci(variant))


def _levelled(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
